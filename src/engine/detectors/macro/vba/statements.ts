// Visual Basic text as statements of tokens ([MS-VBAL] 3): continued lines joined, comments left out.

/** `"` a string, `0` a number, `a` a name, anything else an operator. */
export type TokenKind = 'text' | 'number' | 'name' | 'mark'

export interface Token {
  readonly kind: TokenKind
  /** Of a string what it says; of a name its lower-case spelling without type character. */
  readonly text: string
  readonly number: number
  /** Characters before it in the text. */
  readonly at: number
}

const token =
  /"((?:[^"\n]|"")*)"?|&h([0-9a-f]+)&?|&o([0-7]+)&?|(\d+(?:\.\d+)?)[&%!#@]?|\[?([\p{L}_][\p{L}\p{N}_]*)[$%\]]?|('[^\n]*)|(\n)|(:=|[^\s])/giu

/** A single statement of more tokens is cut: nobody writes one, and generators split theirs. */
const maxTokens = 20_000
/** Words behind which a new statement begins on the same line. */
const separators = new Set(['then', 'else'])

/** Each statement of a module, in order. */
export function* statementsOf(module: string): Generator<Token[]> {
  const text = joinLines(module)
  let statement: Token[] = []
  token.lastIndex = 0
  for (const match of text.matchAll(token)) {
    const next = tokenOf(match)
    const isEnd = next === undefined ? match[7] !== undefined : endsStatement(next, statement)
    if (!isEnd) {
      if (next !== undefined && statement.length < maxTokens) statement.push(next)
      continue
    }
    if (statement.length > 0) yield statement
    statement = []
  }
  if (statement.length > 0) yield statement
}

function endsStatement({ kind, text }: Token, statement: readonly Token[]): boolean {
  if (kind === 'mark') return text === ':'
  return kind === 'name' && separators.has(text) && statement.length > 0
}

/** Keeps every offset: what joins is replaced by blanks. */
function joinLines(module: string): string {
  return module
    .replaceAll('\r\n', ' \n')
    .replaceAll('\r', '\n')
    .replaceAll(/[ \t]_[ \t]*\n/g, (found) => ' '.repeat(found.length))
    .replaceAll(/^[ \t]*(?:\d+[ \t]+)?(?:rem\b|attribute )[^\n]*/gim, (found) => ' '.repeat(found.length))
}

function tokenOf(match: RegExpMatchArray): Token | undefined {
  const [, text, hex, octal, decimal, name, comment, line, mark] = match
  const at = match.index ?? 0
  if (text !== undefined) return { kind: 'text', text: text.replaceAll('""', '"'), number: 0, at }
  if (hex !== undefined) return numberToken(Number.parseInt(hex, 16), at)
  if (octal !== undefined) return numberToken(Number.parseInt(octal, 8), at)
  if (decimal !== undefined) return numberToken(Number(decimal), at)
  if (name !== undefined) return { kind: 'name', text: name.toLowerCase(), number: 0, at }
  if (comment !== undefined || line !== undefined) return undefined
  return { kind: 'mark', text: mark ?? '', number: 0, at }
}

function numberToken(number: number, at: number): Token {
  return { kind: 'number', text: '', number, at }
}
