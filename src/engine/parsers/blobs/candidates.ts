// Where encoded bytes may begin in a piece of text: long words, lists of numbers, string literals and data: URIs. Long words
// and lists are found by samples: a run of n bytes has one of them at every n-th place, so most are never looked at.

import { isBase64Digit } from '../../codecs/base64.ts'
import { hexValue } from './decoders.ts'
import { isFirstByte } from './signature.ts'

export interface Candidate {
  /** `reversed`: `end` is where the blob begins. */
  readonly kind: 'word' | 'reversed' | 'list' | 'literal' | 'uri'
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
}

export interface Piece {
  readonly view: Uint8Array
  /** Its offset in the text. */
  readonly at: number
  readonly isLast: boolean
}

/** Shorter words are no blobs, nor lines of one. */
const shortestWord = 32
/** 48 numbers of a digit and a comma. */
const shortestList = 96
/** What pieces have in common with the next one: enough to see what begins there. */
export const overlapBytes = 256

/** Bytes of which lists of numbers consist: digits, hexadecimal ones too, and what stands between. */
export const isListByte: Uint8Array = new Uint8Array(256)
for (const character of '0123456789abcdefABCDEFxX\\,;:-_ \t\r\n$&#') isListByte[character.charCodeAt(0)] = 1

const quotes = new Uint8Array(256)
for (const quote of '"\'`') quotes[quote.charCodeAt(0)] = 1

const digits = new Uint8Array(256)
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < 64; value++) digits[alphabet.charCodeAt(value)] = value
digits[0x2d] = 62
digits[0x5f] = 63

const lf = 0x0a
const backslash = 0x5c
const lowerX = 0x78
const dataUri = Buffer.from('data:')

/** Goes through a text piece by piece and remembers which long word began in an earlier one. */
export class CandidateFinder {
  #openWord = -1

  /** In their order. */
  candidatesIn(piece: Piece): Candidate[] {
    const found: Candidate[] = []
    this.#words(piece, found)
    lists(piece, found)
    literals(piece, found)
    uris(piece, found)
    return found.length > 1 ? found.toSorted((one, other) => one.start - other.start) : found
  }

  #words({ view, at, isLast }: Piece, found: Candidate[]): void {
    const limit = isLast ? view.length : view.length - overlapBytes
    const open = this.#openWord
    this.#openWord = -1
    let lineBefore = -1
    for (const [start, end] of runs(view, isBase64Digit, shortestWord)) {
      // A line of something longer: in certificates there are names in UTF-16.
      const isInside = lineBefore >= 0 && start - lineBefore <= 2 && view[start - 1] === lf
      lineBefore = end
      const isContinued = start === 0 && open >= 0
      if (end === view.length && !isLast) this.#openWord = isContinued ? open : at + start
      else if (mayEndReversed(view, end)) {
        found.push({ kind: 'reversed', start: isContinued ? open : at + start, end: at + end })
      }
      if (isContinued || start >= limit) continue
      const from = start + prefixOf(view, start)
      if (mayBegin(view, from) || (!isInside && mayBeWide(view, from)))
        found.push({ kind: 'word', start: at + from, end: at + end })
    }
  }
}

/** Runs of at least `shortest` bytes of a class. */
function* runs(view: Uint8Array, isOne: Uint8Array, shortest: number): Generator<[number, number]> {
  const { length } = view
  let floor = 0
  for (let at = shortest - 1; at < length;) {
    if (isOne[view[at]!] === 0) {
      floor = at + 1
      at += shortest
      continue
    }
    let start = at
    while (start > floor && isOne[view[start - 1]!] === 1) start--
    let end = at + 1
    while (end < length && isOne[view[end]!] === 1) end++
    if (end - start >= shortest) yield [start, end]
    floor = end
    at = end + shortest
  }
}

/** The `n` of `\n` and the `0x` of a number are no part of the word. */
function prefixOf(view: Uint8Array, start: number): number {
  if (start > 0 && view[start - 1] === backslash) return 1
  return view[start] === 0x30 && (view[start + 1]! | 0x20) === lowerX ? 2 : 0
}

/** Whether the first byte that two characters stand for, as hexadecimal digits or base64, begins something. */
function mayBegin(view: Uint8Array, at: number): boolean {
  return mayBeFirst(view[at]!, view[at + 1]!)
}

function mayBeFirst(one: number, two: number): boolean {
  const high = hexValue(one)
  const low = hexValue(two)
  if (high >= 0 && low >= 0 && isFirstByte[(high << 4) | low] === 1) return true
  return isFirstByte[(digits[one]! << 2) | (digits[two]! >> 4)] === 1
}

function mayEndReversed(view: Uint8Array, end: number): boolean {
  return mayBeFirst(view[end - 1]!, view[end - 2]!)
}

/** Base64 of UTF-16LE: every other byte is zero. */
function mayBeWide(view: Uint8Array, at: number): boolean {
  const second = ((digits[view[at + 1]!]! << 4) | (digits[view[at + 2]!]! >> 2)) & 0xff
  const fourth = ((digits[view[at + 4]!]! << 2) | (digits[view[at + 5]!]! >> 4)) & 0xff
  const sixth = ((digits[view[at + 6]!]! << 6) | digits[view[at + 7]!]!) & 0xff
  // A byte order mark may come first.
  return (second === 0 || second === 0xfe) && fourth === 0 && sixth === 0
}

function lists({ view, at, isLast }: Piece, found: Candidate[]): void {
  const limit = isLast ? view.length : view.length - overlapBytes
  for (const [start, end] of runs(view, isListByte, shortestList)) {
    // What goes on from the piece before was seen there.
    if (start < limit && (start > 0 || at === 0))
      found.push({ kind: 'list', start: at + start, end: at + end })
  }
}

/** Literals whose first characters decode to the first byte of a signature: the short ones of a concatenation. */
function literals({ view, at, isLast }: Piece, found: Candidate[]): void {
  const last = isLast ? view.length - 6 : view.length - overlapBytes
  for (let quote = 0; quote < last; quote++) {
    if (quotes[view[quote]!] === 0) continue
    const first = view[quote + 1]!
    const second = view[quote + 2]!
    if (isBase64Digit[first] === 0 || isBase64Digit[second] === 0 || !mayBeFirst(first, second)) continue
    found.push({ kind: 'literal', start: at + quote + 1, end: at + quote + 1 })
  }
}

function uris({ view, at, isLast }: Piece, found: Candidate[]): void {
  const last = isLast ? view.length : view.length - overlapBytes
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.length)
  for (let uri = bytes.indexOf(dataUri); uri >= 0 && uri < last; uri = bytes.indexOf(dataUri, uri + 1)) {
    found.push({ kind: 'uri', start: at + uri, end: at + uri + dataUri.length })
  }
}
