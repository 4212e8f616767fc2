// Constant folding: follows the strings that a macro puts together, without running it. Every value assigned to a name
// counts for the whole project; what depends on loops or on the document stays unknown.

import { builtIns, constants } from './built-in.ts'
import type { Token } from './statements.ts'
import { calculated, isWhole, joined, numberValue, textValue, unknown, type Value } from './value.ts'

export interface Call {
  /** The last name of the call, lower case: `run` of `shell.run`. */
  readonly name: string
  /** Whether something stands in front of it with a point. */
  readonly isMember: boolean
  readonly args: readonly Value[]
  /** Where its statement begins. */
  readonly at: number
}

export interface Folded {
  readonly calls: readonly Call[]
  /** Every text that was put together, longest known form. */
  readonly texts: readonly string[]
  /** What stood in quotes. */
  readonly literals: readonly string[]
  readonly counts: FoldingCounts
}

export interface FoldingCounts {
  /** Characters given as numbers. */
  readonly characters: number
  readonly reversals: number
  /** The most texts joined in one expression. */
  readonly longestJoin: number
  /** The most numbers in one list. */
  readonly longestNumberList: number
}

const maxDepth = 40
const maxCalls = 20_000
const maxTextBytes = 4 * 1024 * 1024

const levels: readonly (readonly string[])[] = [
  ['xor', 'or', 'and'],
  ['&'],
  ['+', '-'],
  ['mod'],
  ['*', '/', '\\', '^'],
]
const declarators = new Set(['const', 'public', 'private', 'static', 'global', 'set', 'let', 'dim', 'call'])

/** Folds the statements of all modules of one project. */
export function fold(statements: readonly Token[][], look: () => void): Folded {
  // Once for what is assigned behind its use: functions and constants of other modules.
  const first = new Folder(new Map(), look)
  first.run(statements)
  const second = new Folder(first.values, look)
  second.run(statements)
  return second.result()
}

class Folder {
  readonly values: Map<string, Value> = new Map()
  readonly #before: ReadonlyMap<string, Value>
  readonly #look: () => void
  readonly #calls: Call[] = []
  readonly #texts: string[] = []
  readonly #literals: string[] = []
  readonly #counts = { characters: 0, reversals: 0, longestJoin: 0, longestNumberList: 0 }
  #textBytes = 0
  #tokens: readonly Token[] = []
  #at = 0
  #depth = 0
  #joins = 0

  constructor(before: ReadonlyMap<string, Value>, look: () => void) {
    this.#before = before
    this.#look = look
  }

  run(statements: readonly Token[][]): void {
    for (const [index, statement] of statements.entries()) {
      if (index % 256 === 0) this.#look()
      this.#statement(statement)
    }
    for (const value of this.values.values()) this.#keep(value)
  }

  result(): Folded {
    return { calls: this.#calls, texts: this.#texts, literals: this.#literals, counts: this.#counts }
  }

  #statement(tokens: readonly Token[]): void {
    this.#tokens = tokens
    this.#at = 0
    for (const { kind, text } of tokens) if (kind === 'text') this.#literals.push(text)
    while (this.#peekName() !== undefined && declarators.has(this.#peekName() ?? '')) this.#at++
    const name = this.#peekName()
    if (name !== undefined && this.#isAssignment()) {
      const isGrowing = this.#peekName() === name
      this.#assign(name, this.#expression(0), isGrowing)
    }
    while (this.#at < tokens.length) this.#free()
  }

  /** Stands behind the `=` afterwards if it is one. */
  #isAssignment(): boolean {
    let at = this.#at + 1
    if (this.#tokens[at]?.text === 'as' && this.#tokens[at]?.kind === 'name') at += 2
    if (!this.#isMarkAt(at, '=')) return false
    this.#at = at + 1
    return true
  }

  /** `isGrowing`: the new value begins with the old one, so only the last is kept. */
  #assign(name: string, value: Value, isGrowing: boolean): void {
    const old = this.values.get(name)
    if (old !== undefined && !isGrowing) this.#keep(old)
    if (value.kind === 'unknown') this.values.delete(name)
    else this.values.set(name, value)
  }

  #keep(value: Value): void {
    if (value.kind === 'list') {
      for (const item of value.items.slice(0, 1000)) this.#keep(item)
      return
    }
    if (value.kind !== 'text' || value.text.length < 3 || this.#textBytes > maxTextBytes) return
    this.#textBytes += value.text.length
    this.#texts.push(value.text)
  }

  /** Anything: an expression, or a call without brackets, or a mark to pass by. */
  #free(): void {
    const token = this.#tokens[this.#at]
    if (token === undefined) return
    if (token.kind === 'mark' && token.text !== '(' && token.text !== '.') {
      this.#at++
      return
    }
    const start = this.#at
    this.#keep(this.#expression(0))
    // Nothing there that an expression takes.
    if (this.#at === start) this.#at++
  }

  #expression(level: number): Value {
    const operators = levels[level]
    if (operators === undefined || this.#depth > maxDepth) return this.#operand()
    if (level === 0) this.#depth++
    let value = this.#expression(level + 1)
    for (;;) {
      const operator = this.#tokens[this.#at]
      if (operator === undefined || operator.kind === 'text' || !operators.includes(operator.text)) break
      this.#at++
      value = this.#operate(operator.text, value, this.#expression(level + 1))
    }
    if (level === 0) {
      this.#depth--
      if (this.#depth === 0) this.#joins = 0
    }
    return value
  }

  #operate(operator: string, left: Value, right: Value): Value {
    if (operator !== '&' && operator !== '+') return calculated(operator, left, right)
    if (left.kind === 'text' || right.kind === 'text') {
      this.#joins++
      this.#counts.longestJoin = Math.max(this.#counts.longestJoin, this.#joins)
    }
    return operator === '&' ? joined(left, right) : calculated(operator, left, right)
  }

  #operand(): Value {
    const token = this.#tokens[this.#at]
    if (token === undefined) return unknown
    if (token.kind === 'text') {
      this.#at++
      return textValue(token.text)
    }
    if (token.kind === 'number') {
      this.#at++
      return numberValue(token.number)
    }
    if (token.kind === 'name') return this.#chain(token.text)
    return this.#marked(token.text)
  }

  #marked(mark: string): Value {
    if (mark === '(' && this.#depth <= maxDepth) {
      this.#at++
      const value = this.#expression(0)
      if (this.#isMarkAt(this.#at, ')')) this.#at++
      return this.#isMarkAt(this.#at, '.') ? this.#members() : value
    }
    if (mark === '.') return this.#members()
    let sign = 1
    for (; this.#isMarkAt(this.#at, '-'); this.#at++) sign = -sign
    const next = this.#tokens[this.#at]
    // Brackets behind a sign: their own turn comes.
    if (mark !== '-' || next === undefined || next.kind === 'mark') return unknown
    const value = this.#operand()
    return value.kind === 'number' ? numberValue(sign * value.number) : unknown
  }

  /** A name, with what is called on it. */
  #chain(name: string): Value {
    const at = this.#tokens[this.#at]?.at ?? 0
    this.#at++
    const args = this.#arguments()
    const value = args === undefined ? this.#named(name) : this.#called({ name, isMember: false, args, at })
    return this.#isMarkAt(this.#at, '.') ? this.#members() : value
  }

  #members(): Value {
    let value: Value = unknown
    while (this.#isMarkAt(this.#at, '.') && this.#tokens[this.#at + 1]?.kind === 'name') {
      const { text: name, at } = this.#tokens[this.#at + 1]!
      this.#at += 2
      const args = this.#arguments()
      // `VBA.Chr(65)` is `Chr(65)`.
      value = args === undefined ? unknown : this.#called({ name, isMember: true, args, at })
    }
    if (this.#isMarkAt(this.#at, '.')) this.#at++
    return value
  }

  /** In brackets, or, at the depth of a statement, without. Undefined: none. */
  #arguments(): Value[] | undefined {
    if (this.#isMarkAt(this.#at, '(')) {
      if (this.#depth > maxDepth) return undefined
      this.#at++
      const args = this.#list()
      if (this.#isMarkAt(this.#at, ')')) this.#at++
      return args
    }
    const next = this.#tokens[this.#at]
    const isOperand = next?.kind === 'text' || next?.kind === 'number' || this.#isPlainName(next)
    return isOperand && this.#depth === 1 ? this.#list() : undefined
  }

  #isPlainName(token: Token | undefined): boolean {
    return (
      token?.kind === 'name' &&
      !levels.some((operators) => operators.includes(token.text)) &&
      token.text !== 'as'
    )
  }

  #list(): Value[] {
    const args: Value[] = []
    let numbers = 0
    while (this.#at < this.#tokens.length && !this.#isMarkAt(this.#at, ')')) {
      const start = this.#at
      if (this.#isMarkAt(this.#at + 1, ':=')) this.#at += 2
      const value = this.#expression(0)
      args.push(value)
      if (value.kind === 'number') numbers++
      if (this.#isMarkAt(this.#at, ',')) this.#at++
      else if (this.#at === start || !this.#isMarkAt(this.#at, ')')) break
    }
    this.#counts.longestNumberList = Math.max(this.#counts.longestNumberList, numbers)
    return args
  }

  #named(name: string): Value {
    const constant = constants.get(name)
    if (constant !== undefined) return textValue(constant)
    return this.values.get(name) ?? this.#before.get(name) ?? unknown
  }

  #called(call: Call): Value {
    if (this.#calls.length < maxCalls) this.#calls.push(call)
    const builtIn = builtIns.get(call.name)
    if (builtIn === undefined) {
      for (const arg of call.args) this.#keep(arg)
      return call.isMember ? unknown : this.#element(call)
    }
    const value = builtIn(...call.args)
    if (call.name.startsWith('chr') && isWhole(value)) this.#counts.characters++
    if (call.name === 'strreverse') this.#counts.reversals++
    return value
  }

  /** An element of a known list, or what a function of that name was assigned. */
  #element({ name, args }: Call): Value {
    const value = this.#named(name)
    const [index] = args
    if (value.kind === 'list')
      return index?.kind === 'number' ? (value.items[index.number] ?? unknown) : unknown
    return value
  }

  #peekName(): string | undefined {
    const token = this.#tokens[this.#at]
    return token?.kind === 'name' ? token.text : undefined
  }

  #isMarkAt(at: number, mark: string): boolean {
    const token = this.#tokens[at]
    return token?.kind === 'mark' && token.text === mark
  }
}
