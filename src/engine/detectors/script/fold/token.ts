// Pieces of a script as the folding of constants sees them: the same few kinds for every language.

export interface Token {
  readonly kind: 'text' | 'number' | 'list' | 'name' | 'sign' | 'regex'
  /** A string's value, a name, a sign, the source of a regular expression. Names in lower case where case means nothing. */
  readonly text: string
  readonly number: number
  readonly items: readonly Token[]
  readonly offset: number
  /** First of a line. */
  readonly startsLine: boolean
}

const none: readonly Token[] = []

export function textToken(text: string, offset: number, startsLine = false): Token {
  return { kind: 'text', text, number: 0, items: none, offset, startsLine }
}

export function numberToken(number: number, offset: number, startsLine = false): Token {
  return { kind: 'number', text: String(number), number, items: none, offset, startsLine }
}

export function listToken(items: readonly Token[], offset: number, startsLine = false): Token {
  return { kind: 'list', text: '', number: 0, items, offset, startsLine }
}

export function wordToken(
  kind: 'name' | 'sign' | 'regex',
  text: string,
  offset: number,
  startsLine = false,
): Token {
  return { kind, text, number: 0, items: none, offset, startsLine }
}

type Constant = Token & { readonly kind: 'text' | 'number' | 'list' }

export function isConstant(token: Token | undefined): token is Constant {
  return token !== undefined && (token.kind === 'text' || token.kind === 'number' || token.kind === 'list')
}

export function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text
}
