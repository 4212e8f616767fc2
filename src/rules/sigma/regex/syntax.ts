// The tree of a regular expression as Sigma rules write them (PCRE's common part, read as JavaScript reads it): enough to
// tell how long a search can take, which text every match has, and to build a linear automaton.

/** Inclusive ranges of UTF-16 code units. */
export interface CharSet {
  readonly ranges: readonly (readonly [number, number])[]
  readonly negated: boolean
}

export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'any' }
  | { readonly kind: 'concat' | 'alternatives'; readonly of: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly min: number; readonly max: number }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'word' | 'not-word' }
  /** Look-around and back references: beyond a linear automaton. */
  | { readonly kind: 'foreign'; readonly of: readonly RegexNode[] }

const digit: CharSet['ranges'] = [[0x30, 0x39]]
const word: CharSet['ranges'] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const space: CharSet['ranges'] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const classes: Readonly<Record<string, CharSet>> = {
  d: { ranges: digit, negated: false },
  D: { ranges: digit, negated: true },
  w: { ranges: word, negated: false },
  W: { ranges: word, negated: true },
  s: { ranges: space, negated: false },
  S: { ranges: space, negated: true },
}
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 }
const deepest = 200

/** Reads what `new RegExp(source)` has accepted. Throws RangeError for nesting beyond 200. */
export function readRegex(source: string): RegexNode {
  return new RegexReader(source).read()
}

class RegexReader {
  private at = 0
  private depth = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  read(): RegexNode {
    return this.alternatives()
  }

  private alternatives(): RegexNode {
    if (++this.depth > deepest) throw new RangeError('the expression is nested too deeply')
    const of = [this.sequence()]
    while (this.take('|')) of.push(this.sequence())
    this.depth--
    const [only] = of
    return of.length === 1 && only !== undefined ? only : { kind: 'alternatives', of }
  }

  private sequence(): RegexNode {
    const of: RegexNode[] = []
    while (this.at < this.source.length && !this.sees('|') && !this.sees(')')) of.push(this.quantified())
    return { kind: 'concat', of }
  }

  private quantified(): RegexNode {
    const of = this.atom()
    const bounds = this.quantifier()
    if (bounds === undefined) return of
    this.take('?')
    return { kind: 'repeat', of, min: bounds[0], max: bounds[1] }
  }

  private quantifier(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.take('?')) return [0, 1]
    const braces = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.source.slice(this.at, this.at + 24))
    if (braces === null) return undefined
    const [whole, least = '0', comma, most = ''] = braces
    this.at += whole.length
    if (comma === undefined) return [Number(least), Number(least)]
    return [Number(least), most === '' ? Number.POSITIVE_INFINITY : Number(most)]
  }

  private atom(): RegexNode {
    const char = this.next()
    switch (char) {
      case '.':
        return { kind: 'any' }
      case '^':
        return { kind: 'assert', at: 'start' }
      case '$':
        return { kind: 'assert', at: 'end' }
      case '(':
        return this.group()
      case '[':
        return { kind: 'set', set: this.bracket() }
      case '\\':
        return this.escape()
      default:
        return single(char.charCodeAt(0))
    }
  }

  private group(): RegexNode {
    const opening = /^\?(?::|[=!]|<[=!]|<[^>]*>|[a-z]*-?[a-z]*:)/.exec(
      this.source.slice(this.at, this.at + 80),
    )
    this.at += opening?.[0].length ?? 0
    const of = this.alternatives()
    this.take(')')
    const isPlain = opening === null || opening[0] === '?:' || /^\?<[^=!]/.test(opening[0])
    return isPlain ? of : { kind: 'foreign', of: [of] }
  }

  private escape(): RegexNode {
    const char = this.next()
    if (char === 'b') return { kind: 'assert', at: 'word' }
    if (char === 'B') return { kind: 'assert', at: 'not-word' }
    if ((char >= '1' && char <= '9') || char === 'k') return { kind: 'foreign', of: [] }
    const set = Object.hasOwn(classes, char) ? classes[char] : undefined
    return set === undefined ? single(this.escaped(char)) : { kind: 'set', set }
  }

  /** The code of an escape that stands for one character. */
  private escaped(char: string): number {
    const digits = { x: 2, u: 4 }[char]
    const hex = digits === undefined ? '' : this.source.slice(this.at, this.at + digits)
    if (digits !== undefined && hex.length === digits && /^[\da-fA-F]+$/.test(hex)) {
      this.at += digits
      return Number.parseInt(hex, 16)
    }
    if (char === 'c') return this.next().charCodeAt(0) & 31
    return Object.hasOwn(controls, char) ? (controls[char] ?? 0) : char.charCodeAt(0)
  }

  private bracket(): CharSet {
    const negated = this.take('^')
    const ranges: [number, number][] = []
    while (this.at < this.source.length && !this.take(']')) {
      const from = this.member(ranges)
      const isRange = this.sees('-') && this.source[this.at + 1] !== ']' && from !== undefined
      if (from === undefined) continue
      if (!isRange) {
        ranges.push([from, from])
        continue
      }
      this.at++
      const to = this.member(ranges)
      // `a-\d`: three members.
      if (to === undefined) ranges.push([from, from], [0x2d, 0x2d])
      else ranges.push([from, to])
    }
    return { ranges, negated }
  }

  /** A code, or undefined after adding a class to the ranges. */
  private member(ranges: [number, number][]): number | undefined {
    const char = this.next()
    if (char !== '\\') return char.charCodeAt(0)
    const name = this.next()
    if (name === 'b') return 8
    const set = Object.hasOwn(classes, name) ? classes[name] : undefined
    if (set === undefined) return this.escaped(name)
    for (const [from, to] of set.negated ? complement(set.ranges) : set.ranges) ranges.push([from, to])
    return undefined
  }

  private next(): string {
    return this.source[this.at++] ?? '\0'
  }

  private sees(char: string): boolean {
    return this.source[this.at] === char
  }

  private take(char: string): boolean {
    if (!this.sees(char)) return false
    this.at++
    return true
  }
}

function single(code: number): RegexNode {
  return { kind: 'set', set: { ranges: [[code, code]], negated: false } }
}

function complement(ranges: CharSet['ranges']): (readonly [number, number])[] {
  const gaps: [number, number][] = []
  let from = 0
  for (const [start, end] of ranges) {
    if (start > from) gaps.push([from, start - 1])
    from = end + 1
  }
  gaps.push([from, 0xffff])
  return gaps
}

/** No match is shorter. */
export function leastLength(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
    case 'any':
      return 1
    case 'assert':
    case 'foreign':
      return 0
    case 'concat':
      return node.of.reduce((sum, part) => sum + leastLength(part), 0)
    case 'alternatives':
      return Math.min(...node.of.map((part) => leastLength(part)))
    case 'repeat':
      return node.min * leastLength(node.of)
  }
}

/** Texts that every match has, lower-case. */
export function requiredTexts(node: RegexNode): string[] {
  const texts: string[] = []
  let run = ''
  const close = (): void => {
    if (run !== '') texts.push(run)
    run = ''
  }
  const visit = (one: RegexNode): void => {
    const code = one.kind === 'set' ? onlyCode(one.set) : undefined
    if (code !== undefined) run += String.fromCharCode(code).toLowerCase()
    else if (one.kind === 'concat') for (const part of one.of) visit(part)
    else if (one.kind === 'repeat' && one.min > 0) {
      const repeated = one.of.kind === 'set' ? onlyCode(one.of.set) : undefined
      if (repeated !== undefined)
        run += String.fromCharCode(repeated).toLowerCase().repeat(Math.min(one.min, 64))
      else visitApart(one.of)
      if (one.max !== one.min || repeated === undefined) close()
    } else if (one.kind !== 'assert') close()
  }
  const visitApart = (one: RegexNode): void => {
    close()
    visit(one)
    close()
  }
  visit(node)
  close()
  return texts
}

function onlyCode({ ranges, negated }: CharSet): number | undefined {
  const [range] = ranges
  if (negated || ranges.length !== 1 || range === undefined || range[0] !== range[1]) return undefined
  return range[0]
}
