// Regular expressions of YARA rules, with YARA-X's syntax and limits: that of https://docs.rs/regex-syntax with bytes in
// place of Unicode. `(?R)`, `(?u)` and `\b{…}`, which YARA-X does not compile or only in some places, are refused.

import { foldSet, fullSet, setOf } from './byte-set.ts'
import { Cursor } from './cursor.ts'
import { type ClassOptions, parseClass, skipVerbose } from './parse-class.ts'
import { parseEscape } from './parse-escape.ts'
import { simplify } from './transform.ts'
import type { Assertion, ByteSet, Tree } from './tree.ts'
import { maxSize, sizeOf } from './tree-size.ts'

/** regex-syntax's own limit; it also bounds the recursion of everything that walks a tree. */
const maxDepth = 250

const maxCount = 0xffff_ffff

export interface ParsedRegex {
  readonly tree: Tree
  /** At one start the longest match counts; else, also without any quantifier, the shortest. */
  readonly greedy: boolean
}

/** Letters of the flags that are on. */
interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
}

interface Part {
  readonly tree: Tree
  /** Levels of the syntax tree below and with this one. */
  readonly depth: number
}

/**
 * `source` is the text between the slashes, one character (0–255) for each byte; `flags` is made of `i` (ignore ASCII
 * case) and `s` (the dot matches `\n`). Throws PatternError.
 */
export function parseRegex(source: string, flags: string): ParsedRegex {
  const parser = new RegexParser(source, flags)
  const tree = parser.parse()
  if (parser.mixedAt >= 0) parser.cursor.fail('greedy and lazy quantifiers are mixed', parser.mixedAt)
  return { tree, greedy: parser.greedy === true }
}

/** The same for places where only whether it matches counts: there quantifiers may be mixed. Throws PatternError. */
export function parseCondition(source: string, flags: string): Tree {
  return new RegexParser(source, flags).parse()
}

class RegexParser {
  readonly cursor: Cursor
  /** Of the first quantifier. */
  greedy: boolean | undefined
  /** Where the first quantifier of the other kind is. */
  mixedAt = -1
  #flags: Flags
  readonly #names = new Set<string>()

  constructor(source: string, flags: string) {
    this.cursor = new Cursor(source)
    this.#flags = { i: flags.includes('i'), s: flags.includes('s'), m: false, x: false }
  }

  parse(): Tree {
    const { cursor } = this
    const part = this.#parseAlternatives(0)
    if (!cursor.ended) cursor.fail('this parenthesis was not opened')
    const tree = simplify(part.tree)
    if (sizeOf(tree) > maxSize) cursor.fail('the regular expression is too large', 0)
    return tree
  }

  #parseAlternatives(open: number): Part {
    const { cursor } = this
    if (open > maxDepth) cursor.fail('parentheses are nested too deep')
    const parts = [this.#parseConcat(open)]
    while (cursor.take('|')) parts.push(this.#parseConcat(open))
    if (parts.length === 1) return parts[0]!
    return this.#around(parts, { kind: 'either', items: parts.map((part) => part.tree) })
  }

  #parseConcat(open: number): Part {
    const { cursor } = this
    const parts: Part[] = []
    // A change of flags is no expression: a quantifier cannot follow it.
    let repeatable = false
    for (;;) {
      if (this.#flags.x) skipVerbose(cursor)
      const character = cursor.peek()
      if (character === '' || character === '|' || character === ')') break
      if (/[*+?{]/.test(character)) {
        if (!repeatable) cursor.fail('there is nothing to repeat')
        parts.push(this.#parseRepeat(parts.pop()!))
        continue
      }
      const part = character === '(' ? this.#parseGroup(open) : this.#parsePrimitive(character)
      repeatable = part !== undefined
      if (part !== undefined) parts.push(part)
    }
    if (parts.length === 1) return parts[0]!
    return this.#around(parts, { kind: 'concat', items: parts.map((part) => part.tree) })
  }

  #around(parts: readonly Part[], tree: Tree): Part {
    const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0) + 1
    if (depth > maxDepth) this.cursor.fail('the regular expression is nested too deep')
    return { tree, depth }
  }

  #parseRepeat(part: Part): Part {
    const { cursor } = this
    const start = cursor.at
    const [least, most] = this.#parseCounts()
    const greedy = !cursor.take('?')
    this.greedy ??= greedy
    if (this.mixedAt < 0 && greedy !== this.greedy) this.mixedAt = start
    return this.#around([part], { kind: 'repeat', item: part.tree, least, most, greedy })
  }

  #parseCounts(): [least: number, most: number] {
    const { cursor } = this
    const start = cursor.at
    const sign = cursor.next()
    if (sign === '?') return [0, 1]
    if (sign !== '{') return [sign === '+' ? 1 : 0, Infinity]
    const least = this.#parseNumber()
    const bounded = cursor.take(',')
    const most = bounded ? this.#parseNumber() : least
    if (!cursor.take('}')) cursor.fail('the repetition is not closed', start)
    if (most === undefined && least === undefined) cursor.fail('a repetition needs a number', start)
    const range: [number, number] = [least ?? 0, most ?? Infinity]
    if (range[0] > range[1]) cursor.fail('the repetition ends before it begins', start)
    return range
  }

  #parseNumber(): number | undefined {
    const start = this.cursor.at
    const text = this.cursor.takeMatch(/[\t-\r ]*\d*[\t-\r ]*/y)?.trim() ?? ''
    if (text === '') return undefined
    const value = Number(text)
    return value <= maxCount ? value : this.cursor.fail('the number is too large', start)
  }

  /** A group, or undefined for a change of flags like `(?i)`. */
  #parseGroup(open: number): Part | undefined {
    const { cursor } = this
    const start = cursor.at
    const outer = this.#flags
    cursor.at++
    if (/^\?<?[=!]/.test(cursor.source.slice(cursor.at, cursor.at + 3))) {
      cursor.fail('look-around is not supported', start)
    }
    if (cursor.take('?P<') || cursor.take('?<')) this.#parseName()
    else if (cursor.take('?') && this.#parseFlags() === ')') return undefined
    const part = this.#parseAlternatives(open + 1)
    if (!cursor.take(')')) cursor.fail('the group is not closed', start)
    this.#flags = outer
    return this.#around([part], part.tree)
  }

  #parseName(): void {
    const { cursor } = this
    const start = cursor.at
    const name = cursor.takeMatch(/[A-Za-z_\x80-\xff][\w.[\]\x80-\xff]*/y)
    if (name === undefined || !cursor.take('>')) return cursor.fail('not a name of a group')
    if (this.#names.has(name)) cursor.fail('two groups have the same name', start)
    this.#names.add(name)
  }

  /** Gives back what ended the flags, `:` or `)`. */
  #parseFlags(): string {
    const { cursor } = this
    const start = cursor.at
    const changed: Record<string, boolean> = {}
    let on = true
    for (;;) {
      const at = cursor.at
      const letter = cursor.next()
      if (letter === ':' || letter === ')') {
        const text = cursor.source.slice(start, at)
        if (text.endsWith('-')) cursor.fail('a flag must follow the minus sign', at - 1)
        if (letter === ')' && text === '') cursor.fail('there is nothing to repeat', start - 1)
        break
      }
      if (letter === '-' && on) on = false
      else if (!/^[imsxUu]$/.test(letter) || (letter === 'u' && on)) cursor.fail('unknown flag', at)
      else if (letter in changed) cursor.fail('the flag is there twice', at)
      else changed[letter] = on
    }
    // `U` swaps greedy and lazy, which changes nothing of what matches.
    this.#flags = { ...this.#flags, ...changed }
    return cursor.source.charAt(cursor.at - 1)
  }

  #parsePrimitive(character: string): Part {
    const { cursor } = this
    const { i, m, s } = this.#flags
    switch (character) {
      case '[':
        return this.#parseBracketed()
      case '\\':
        return { tree: this.#parseEscaped(), depth: 0 }
      case '.':
        cursor.at++
        return { tree: { kind: 'class', set: s ? fullSet() : noNewline }, depth: 0 }
      case '^':
        cursor.at++
        return assertion(m ? 'line-start' : 'start')
      case '$':
        cursor.at++
        return assertion(m ? 'line-end' : 'end')
      default:
        return { tree: literal(this.#takeCharacter(), i), depth: 0 }
    }
  }

  #parseBracketed(): Part {
    const { i, x } = this.#flags
    const options: ClassOptions = { ignoreCase: i, verbose: x, maxDepth }
    return { tree: { kind: 'class', set: parseClass(this.cursor, options) }, depth: 1 }
  }

  #parseEscaped(): Tree {
    const escape = parseEscape(this.cursor)
    switch (escape.kind) {
      case 'byte':
        return literal(Uint8Array.of(escape.byte), this.#flags.i)
      default:
        return escape
    }
  }

  /** One character; outside ASCII it has several bytes, which a quantifier repeats together. */
  #takeCharacter(): Uint8Array {
    const { cursor } = this
    const text = cursor.takeMatch(utf8)
    if (text === undefined) return cursor.fail('not valid UTF-8')
    return Uint8Array.from(text, (each) => each.charCodeAt(0))
  }
}

const noNewline: ByteSet = fullSet()
noNewline[0] = ~(1 << 0x0a)

/** One character of UTF-8, one code unit of the text for each byte (RFC 3629, section 4). */
const utf8 =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/y

function assertion(that: Assertion): Part {
  return { tree: { kind: 'assert', that }, depth: 0 }
}

function literal(bytes: Uint8Array, ignoreCase: boolean): Tree {
  const letter = bytes.length === 1 ? bytes[0]! | 0x20 : 0
  if (!ignoreCase || letter < 0x61 || letter > 0x7a) return { kind: 'bytes', bytes }
  return { kind: 'class', set: foldSet(setOf(letter)) }
}
