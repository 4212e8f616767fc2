// `(aa|bb|cc)`: one of several strings. Strings of one length without wildcards may be negated, `!(aaaa|bbbb)`: as many
// bytes, but none of these. All others ("generic") may hold wildcards and further alternatives, which are multiplied out.

import type { Tree } from '../../../matcher/regex/tree.ts'
import { add, classOf, complement } from './byte-sets.ts'
import { anyBytes, bytesOfHex, createHexRun } from './hex-run.ts'

export interface AlternativeOptions {
  readonly negated: boolean
  readonly nocase: boolean
  /** Modifiers of a subsignature make all alternatives generic ones. */
  readonly generic: boolean
}

/** Bounds against groups in groups that multiply to more than any signature needs. */
const maxStrings = 1024
const maxCharacters = 256 * 1024

/** The tree, or what is wrong with `inner`, the text between the parentheses. */
export function parseAlternatives(inner: string, options: AlternativeOptions): Tree | string {
  const length = options.generic ? undefined : lengthOfAll(inner)
  if (length !== undefined) return parseFixed(inner.split('|'), length, options.negated)
  if (options.negated) return 'alternatives of different lengths or with wildcards cannot be negated'
  const strings = expand(inner)
  if (typeof strings === 'string') return strings
  const items: Tree[] = []
  for (const text of new Set(strings)) {
    const run = createHexRun(options.nocase)
    if (!run.addHex(text, 0, text.length)) return notHexadecimal
    items.push(run.tree())
  }
  return items.length === 1 ? items[0]! : { kind: 'either', items }
}

const notHexadecimal = 'an alternative is not a sequence of hexadecimal bytes'

/**
 * The digits of each string, if all have the same number and there are neither wildcards nor groups. As in ClamAV
 * empty strings before the first that is not count as equally long, which makes them malformed later on.
 */
function lengthOfAll(inner: string): number | undefined {
  if (/[?()]/.test(inner)) return undefined
  const lengths = inner.split('|').map((text) => text.length)
  const first = lengths.find((length) => length > 0) ?? 0
  const after = lengths.slice(lengths.indexOf(first))
  return after.every((length) => length === first) ? first : undefined
}

function parseFixed(texts: readonly string[], digits: number, negated: boolean): Tree | string {
  const strings: Uint8Array[] = []
  for (const text of texts) {
    const bytes = bytesOfHex(text)
    if (bytes === undefined || bytes.length === 0) return notHexadecimal
    strings.push(bytes)
  }
  if (digits === 2) {
    const set = new Uint32Array(8)
    for (const bytes of strings) add(set, bytes[0]!)
    return classOf(negated ? complement(set) : set)
  }
  if (negated) return noneOf(strings)
  const items = strings.map((bytes): Tree => ({ kind: 'bytes', bytes }))
  return items.length === 1 ? items[0]! : { kind: 'either', items }
}

/** Every string as long as these but none of them: it leaves them all at some byte behind a common prefix. */
function noneOf(strings: readonly Uint8Array[]): Tree | string {
  const length = strings[0]!.length
  if (strings.length * length > maxStrings) return 'the negated alternatives are too many or too long'
  const items: Tree[] = []
  for (let at = 0; at < length; at++) {
    const followers = new Map<string, Uint32Array>()
    for (const bytes of strings) {
      const prefix = Buffer.from(bytes.subarray(0, at)).toString('latin1')
      const set = followers.get(prefix) ?? new Uint32Array(8)
      add(set, bytes[at]!)
      followers.set(prefix, set)
    }
    for (const [prefix, set] of followers) items.push(leaving(prefix, set, length - at - 1))
  }
  return { kind: 'either', items }
}

function leaving(prefix: string, followers: Uint32Array, rest: number): Tree {
  const items: Tree[] = []
  if (prefix !== '') items.push({ kind: 'bytes', bytes: Uint8Array.from(Buffer.from(prefix, 'latin1')) })
  items.push(classOf(complement(followers)))
  if (rest > 0) items.push(anyBytes({ least: rest, most: rest }))
  return items.length === 1 ? items[0]! : { kind: 'concat', items }
}

/** All strings that a generic group stands for, or what is wrong with it. Its nesting is bounded by the caller. */
function expand(text: string): string[] | string {
  const strings: string[] = []
  let heads = ['']
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    const character = text[at]
    if (character !== undefined && character !== '|' && character !== '(') continue
    heads = appended(heads, [text.slice(from, at)])
    from = at + 1
    if (character === '(') {
      if (text[at - 1] === '!') return 'alternatives within alternatives cannot be negated'
      const close = closingParenthesis(text, at)
      if (close < 0) return 'a closing parenthesis is missing'
      const inner = expand(text.slice(at + 1, close))
      if (typeof inner === 'string') return inner
      heads = appended(heads, inner)
      at = close
      from = close + 1
    } else {
      strings.push(...heads)
      heads = ['']
    }
    if (isTooMuch(heads) || isTooMuch(strings)) return 'the alternatives are too many or too long'
  }
  return strings
}

function appended(heads: readonly string[], tails: readonly string[]): string[] {
  if (heads.length * tails.length > maxStrings) return tooMany
  return heads.flatMap((head) => tails.map((tail) => head + tail))
}

const tooMany = Array.from({ length: maxStrings + 1 }, () => '')

function isTooMuch(strings: readonly string[]): boolean {
  return strings.length > maxStrings || strings.reduce((sum, text) => sum + text.length, 0) > maxCharacters
}

/** Groups that may be within one group; ClamAV takes 15 and refuses more. */
export const alternativeDepth = 15

/** The place of the parenthesis that closes the one at `open`; negative when none does. */
export function closingParenthesis(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
  }
  return -1
}
