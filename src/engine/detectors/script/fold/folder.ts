// Works out what a script puts together from constants: strings joined, characters by number, text reversed, replaced and
// decoded, variables that hold them. One pass with a stack; what is not constant stays as it is written.

import type { Budget } from '../../../limits.ts'
import type { Language } from '../../../scan-object.ts'
import type { Dialect } from './dialect.ts'
import { lex } from './lexer.ts'
import { isConstant, isSign, listToken, numberToken, textToken, type Token, wordToken } from './token.ts'

/** Texts made in one pass, in characters: a script that doubles a string again and again ends here. */
const maxMade = 8 * 1024 * 1024
const maxText = 1024 * 1024
const maxArguments = 200_000
const checkEvery = 4096

export interface Layer {
  readonly text: string
  /** Undefined: by its content. */
  readonly language: Language | undefined
}

export interface Folded {
  /** The script with its constants worked out. */
  readonly view: string
  /** Code that it runs from strings. */
  readonly layers: readonly Layer[]
  /** How many operations on constants it took: what minifiers and people do not write. */
  readonly steps: number
}

export function fold(text: string, dialect: Dialect, budget: Budget): Folded {
  const tokens = lex(text, dialect, budget)
  const folder = new Folder(dialect)
  for (let index = 0; index < tokens.length; index++) {
    if (index % checkEvery === 0) budget.checkTime()
    folder.take(tokens[index]!, tokens[index + 1])
  }
  return { view: render(folder.out), layers: folder.layers, steps: folder.steps }
}

class Folder {
  readonly out: Token[] = []
  readonly layers: Layer[] = []
  steps = 0
  readonly #dialect: Dialect
  readonly #variables = new Map<string, Token>()
  #made = 0

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  take(token: Token, next: Token | undefined): void {
    const { out } = this
    const value = token.kind === 'name' ? this.#valueOf(token, next) : this.#filled(token)
    out.push(value ?? token)
    if (isSign(token, '=')) this.#forget()
    if (token.kind === 'name') this.#property(token)
    if (isSign(token, '[::-1]')) this.#reverse()
    while (this.#made < maxMade && this.#reduce(next)) {
      // Until nothing more can be done with what is there.
    }
    if (this.#dialect.infix !== undefined) this.#named()
    if (this.#endsStatement(next)) this.#finish()
  }

  /** `& "iex"`, `."DownloadString"`: a string where a name stands. */
  #named(): void {
    const { out } = this
    const value = out.at(-1)
    const sign = out.at(-2)
    if (value?.kind !== 'text' || (!isSign(sign, '&') && !isSign(sign, '.'))) return
    if (!/^[\w-]{1,60}$/.test(value.text)) return
    this.#replace(1, wordToken('name', value.text.toLowerCase(), value.offset, value.startsLine))
  }

  #valueOf(token: Token, next: Token | undefined): Token | undefined {
    const before = this.out.at(-1)
    const isMember = isSign(before, '.') || isSign(before, '::')
    // In PowerShell `.$name` is the member that the variable names.
    if (isMember && (this.#dialect.infix === undefined || !token.text.startsWith('$'))) return undefined
    const isTarget = isSign(next, '=') || isSign(next, '+=') || (isSign(next, '(') && !isMember)
    if (isTarget) return undefined
    const known = this.#variables.get(token.text) ?? this.#constantOf(token, next)
    if (known === undefined) return undefined
    this.#made += known.text.length
    return { ...known, offset: token.offset, startsLine: token.startsLine }
  }

  /** Only where letters are taken from it: the rest is a path that is to be seen as a variable. */
  #constantOf({ text, offset }: Token, next: Token | undefined): Token | undefined {
    const known = isSign(next, '[') ? this.#dialect.constants?.get(text) : undefined
    return known === undefined ? undefined : textToken(known, offset)
  }

  /** `"$a$b"` of PowerShell. */
  #filled(token: Token): Token | undefined {
    if (token.kind !== 'text' || this.#dialect.infix === undefined || !token.text.includes('$'))
      return undefined
    let steps = 0
    const text = token.text.replaceAll(/\$\{?(\w{1,60})\}?/g, (all: string, name: string) => {
      const known = this.#variables.get(`$${name.toLowerCase()}`)
      if (known === undefined || known.kind === 'list' || this.#made > maxMade) return all
      this.#made += known.text.length
      steps++
      return known.text
    })
    if (steps === 0 || text.length > maxText) return undefined
    this.steps += steps
    return { ...token, text }
  }

  /** What a variable held is gone when it is set. */
  #forget(): void {
    const target = this.out.at(-2)
    if (target?.kind === 'name') this.#variables.delete(target.text)
  }

  /** `"abc".length`, `"code" | iex`. */
  #property(name: Token): void {
    const { out } = this
    const value = out.at(-3)
    if (value?.kind !== 'text') return
    if (isSign(out.at(-2), '|')) this.#runs(name.text, value)
    else if (name.text === 'length' && isSign(out.at(-2), '.')) {
      this.#replace(3, numberToken(value.text.length, value.offset, value.startsLine))
    }
  }

  /** A slice of Python that takes a string backwards. */
  #reverse(): void {
    const value = this.out.at(-2)
    if (value?.kind !== 'text') return
    this.steps++
    this.#replace(2, textToken(reversed(value.text), value.offset, value.startsLine))
  }

  #endsStatement(next: Token | undefined): boolean {
    if (next === undefined) return true
    if (
      next.kind === 'sign' &&
      (next.text === ';' || next.text === '}' || next.text === ',' || next.text === ':')
    )
      return true
    if (!next.startsLine) return false
    // A call in PowerShell.
    if (next.text === '&' && this.#dialect.infix !== undefined) return true
    return next.kind !== 'sign' || !/^[.+\-*/%&|?:,)\]]/.test(next.text)
  }

  /** `name = constant` and `name += constant`; `run "code"`. */
  #finish(): void {
    const { out } = this
    const value = out.at(-1)
    if (!isConstant(value)) return
    const sign = out.at(-2)
    const name = out.at(-3)
    if (sign?.kind === 'sign' && name?.kind === 'name' && !isSign(out.at(-4), '.'))
      this.#assign(name.text, sign.text, value)
    if (sign?.kind === 'name') this.#runs(sign.text, value)
  }

  #assign(name: string, sign: string, value: Token): void {
    if (sign === '=') this.#variables.set(name, value)
    else if (sign === '+=' || sign === '&=') {
      const known = this.#variables.get(name)
      if (known === undefined || known.kind === 'list') return
      const joined = known.text + value.text
      if (value.kind === 'list' || joined.length > maxText) return
      this.steps++
      this.#made += joined.length
      this.#variables.set(name, textToken(joined, value.offset))
    }
  }

  #runs(name: string, value: Token | undefined): void {
    const language = this.#dialect.runs.get(name)
    if (language === undefined || value?.kind !== 'text' || value.text.length < 4) return
    this.layers.push({ text: value.text, language })
  }

  #reduce(next: Token | undefined): boolean {
    const last = this.out.at(-1)
    if (last === undefined) return false
    if (isSign(last, ')')) return this.#closeParenthesis()
    if (isSign(last, ']')) return this.#closeBracket()
    return isConstant(last) && (this.#join(last, next) || this.#prefix(last, next))
  }

  /** `"a" + "b"`, `'a','b'`, `'{0}' -f 'a'`. */
  #join(right: Token, next: Token | undefined): boolean {
    const { out } = this
    const sign = out.at(-2)
    if (sign === undefined || (sign.kind !== 'sign' && !sign.text.startsWith('['))) return false
    if (next?.kind === 'sign' && /^[.[(]$|^::$/.test(next.text) && !next.startsLine) return false
    const left = out.at(-3)
    const { joins, hasBareLists } = this.#dialect
    if (joins.has(sign.text) && isConstant(left)) return this.#concatenate(left, right, next)
    if (hasBareLists && sign.text === ',' && isConstant(left)) return !isSign(next, ',') && this.#gather()
    if (hasBareLists && isSign(next, ',')) return false
    const isBinary = isConstant(left)
    const made = this.#dialect.infix?.(sign.text, isBinary ? left : undefined, right)
    if (made === undefined) return false
    this.steps++
    this.#replace(isBinary ? 3 : 2, made)
    return true
  }

  /** `'a','b','c'` at its end. */
  #gather(): boolean {
    const { out } = this
    let start = out.length - 1
    while (start >= 2 && isSign(out[start - 1], ',') && isConstant(out[start - 2])) start -= 2
    const items = out.slice(start).filter((_token, index) => index % 2 === 0)
    const first = items[0]!
    this.#replace(out.length - start, listToken(items, first.offset, first.startsLine))
    return true
  }

  #concatenate(left: Token, right: Token, next: Token | undefined): boolean {
    if (left.kind === 'list' || right.kind === 'list') return false
    if (next?.kind === 'sign' && (next.text === '-f' || next.text === '*' || next.text === '/')) return false
    if (this.#dialect.hasBareLists && isSign(next, ',')) return false
    if (left.kind === 'number' && right.kind === 'number') {
      const before = this.out.at(-4)
      if (this.out.at(-2)?.text !== '+' || (before?.kind === 'sign' && /^[*/%-]$/.test(before.text)))
        return false
      this.#replace(3, numberToken(left.number + right.number, left.offset, left.startsLine))
      return true
    }
    if (left.text.length + right.text.length > maxText) return false
    this.steps++
    this.#replace(3, textToken(left.text + right.text, left.offset, left.startsLine))
    return true
  }

  /** Arithmetic on numbers, which hides characters. */
  #prefix(right: Token, next: Token | undefined): boolean {
    const { out } = this
    const left = out.at(-3)
    const sign = out.at(-2)
    if (right.kind !== 'number' || sign?.kind !== 'sign') return false
    if (sign.text === '-' && left?.kind === 'sign' && /^(?:[[(,=:+]|\.\.)$/.test(left.text)) {
      this.#replace(2, numberToken(-right.number, sign.offset, sign.startsLine))
      return true
    }
    if (left?.kind !== 'number') return false
    if (next?.kind === 'sign' && /^[*/%.]$/.test(next.text)) return false
    const made = arithmetic(sign.text, left.number, right.number)
    if (made === undefined) return false
    this.#replace(3, numberToken(made, left.offset, left.startsLine))
    return true
  }

  #replace(count: number, token: Token): void {
    this.#made += token.text.length
    this.out.length -= count
    this.out.push(token)
  }

  /** Where constants between brackets begin, -1 where something else stands there. */
  #openingOf(sign: string): number {
    const { out } = this
    let at = out.length - 2
    for (let isValue = true; at >= 0 && out.length - at < maxArguments; at--, isValue = !isValue) {
      const token = out[at]!
      if (isSign(token, sign)) return isValue && at !== out.length - 2 ? -1 : at
      const fits = isValue ? isConstant(token) || token.kind === 'regex' : isSign(token, ',')
      if (!fits) return -1
    }
    return -1
  }

  #argumentsFrom(open: number): Token[] {
    const given: Token[] = []
    for (let at = open + 1; at < this.out.length - 1; at += 2) given.push(this.out[at]!)
    const [only] = given
    return given.length === 1 && only?.kind === 'list' && this.#dialect.hasBareLists ? [...only.items] : given
  }

  #closeParenthesis(): boolean {
    const open = this.#openingOf('(')
    if (open < 0) return false
    const { out } = this
    const args = this.#argumentsFrom(open)
    const before = out[open - 1]
    if (before?.kind !== 'name' || keywords.has(before.text) || before.text.startsWith('[')) {
      const isCall = isSign(before, ')') || isSign(before, ']') || isConstant(before)
      if (isCall || args.length === 0 || args.some(({ kind }) => kind === 'regex')) return false
      const first = args[0]!
      this.#replace(out.length - open, args.length === 1 ? first : listToken(args, first.offset))
      return true
    }
    return this.#call(before, open, args)
  }

  #call(name: Token, open: number, args: readonly Token[]): boolean {
    const { out } = this
    this.#runs(name.text, args[0])
    const isMethod = isSign(out[open - 2], '.') || isSign(out[open - 2], '::')
    const before = isMethod ? out[open - 3] : undefined
    const receiver = isConstant(before) ? before : undefined
    const made = this.#dialect.call(name.text, { receiver, args, offset: name.offset })
    if (made === undefined || made.text.length > maxText) return false
    this.steps++
    const start = isMethod ? startOfPath(out, open - 2) : open - 1
    this.#replace(out.length - start, { ...made, startsLine: out[start]?.startsLine ?? false })
    return true
  }

  #closeBracket(): boolean {
    const open = this.#openingOf('[')
    if (open < 0) return false
    const { out } = this
    const args = this.#argumentsFrom(open)
    const before = out[open - 1]
    const [only] = args
    if (isConstant(before) && only !== undefined) return this.#index(before, open, args)
    if (before?.kind === 'name' || isSign(before, ')') || isSign(before, ']')) {
      if (args.length !== 1 || only?.kind !== 'text' || !/^[\w$]{1,80}$/.test(only.text)) return false
      out.length = open
      const name = this.#dialect.ignoresCase ? only.text.toLowerCase() : only.text
      out.push(wordToken('sign', '.', only.offset), wordToken('name', name, only.offset))
      return false
    }
    if (args.some(({ kind }) => kind === 'regex')) return false
    this.#replace(out.length - open, listToken(args, out[open]!.offset, out[open]!.startsLine))
    return true
  }

  #index(value: Token, open: number, args: readonly Token[]): boolean {
    const { out } = this
    const [first] = args
    const isPlain = args.every(({ kind }) => kind === 'number')
    if (!isPlain || first === undefined) {
      if (first?.kind !== 'text' || !/^[\w$]{1,80}$/.test(first.text)) return false
      out.length = open
      out.push(wordToken('sign', '.', first.offset), wordToken('name', first.text, first.offset))
      return false
    }
    const parts = args.map(({ number }) => elementOf(value, number))
    if (parts.includes(undefined)) return false
    const items = parts.filter((part) => part !== undefined)
    const made = items.length === 1 ? items[0] : listToken(items, value.offset)
    if (made === undefined) return false
    this.steps++
    this.#replace(out.length - open + 1, { ...made, startsLine: value.startsLine })
    return true
  }
}

/** Words in front of a parenthesis that call nothing. */
const keywords: ReadonlySet<string> = new Set([
  'return',
  'throw',
  'case',
  'typeof',
  'else',
  'in',
  'of',
  'and',
  'or',
])

export function reversed(text: string): string {
  return text.split('').toReversed().join('')
}

function elementOf({ kind, text, items, offset }: Token, index: number): Token | undefined {
  if (kind === 'list') return items.at(index)
  const character = kind === 'text' ? text.at(index) : undefined
  return character === undefined ? undefined : textToken(character, offset)
}

function arithmetic(sign: string, left: number, right: number): number | undefined {
  switch (sign) {
    case '-':
      return left - right
    case '*':
      return left * right
    case '^':
    case '-bxor':
    case 'xor':
      return left ^ right
    case '/':
      return right === 0 ? undefined : left / right
    default:
      return undefined
  }
}

/** Where `a.b.` begins that ends with the point at `point`. */
function startOfPath(out: readonly Token[], point: number): number {
  let at = point
  while (at >= 1 && (isSign(out[at], '.') || isSign(out[at], '::')) && isPathPart(out[at - 1])) at -= 2
  return at + 1
}

function isPathPart(token: Token | undefined): boolean {
  return token?.kind === 'name' || isConstant(token)
}

const maxShownList = 50

/** As it could be written, strings in double quotes and not escaped. */
function render(tokens: readonly Token[]): string {
  const parts: string[] = []
  let last = ''
  for (const token of tokens) {
    const part = written(token)
    if (token.startsLine && parts.length > 0) parts.push('\n')
    else if (/[\w"$)\]]$/.test(last) && /^[\w"$-]/.test(part)) parts.push(' ')
    parts.push(part)
    last = part.slice(-1)
  }
  return parts.join('')
}

function written({ kind, text, items }: Token): string {
  if (kind === 'text') return `"${text}"`
  if (kind !== 'list') return text
  return `[${items.slice(0, maxShownList).map(written).join(',')}]`
}
