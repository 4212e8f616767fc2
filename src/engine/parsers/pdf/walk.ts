// One pass over a whole file: every `n g obj` in it, of every revision and whether or not a cross-reference table
// lists it, and every trailer. Streams are stepped over, so that only structure is read byte by byte.

import type { Budget } from '../../limits.ts'
import { isWhite, Lexer } from './lexer.ts'
import type { PdfDictionary, PdfValue } from './value.ts'
import type { ByteWindow } from '../../codecs/byte-window.ts'

export interface StreamSpan {
  readonly start: number
  readonly end: number
  /** The end was found and is not just the file's. */
  readonly isWhole: boolean
}

export interface WalkedObject {
  readonly number: number
  readonly generation: number
  /** Where its value begins. */
  readonly at: number
  readonly value: PdfValue
  readonly stream: StreamSpan | undefined
  readonly escapedNames: ReadonlySet<string>
  readonly isCut: boolean
}

export interface Visitor {
  object(object: WalkedObject): void
  trailer(dictionary: PdfDictionary): void
  /** A cross-reference table may stand there. */
  table(span: { readonly from: number; readonly to: number }): void
}

const objWord = Buffer.from('obj')
const trailerWord = Buffer.from('trailer')
const endObjectWord = Buffer.from('endobj')
const endStreamWord = Buffer.from('endstream')
/** Between the parts of `n g obj`. */
const maxSpaces = 256
const maxDigits = 10
/** From a number's first digit to `obj`. */
const maxHeadBytes = 64
/** White space that may stand between a stream's data and `endstream`. */
const maxLineEnds = 4

/** Returns the offset behind the last object or trailer. */
export function walk(window: ByteWindow, budget: Budget, visitor: Visitor): number {
  const ends = new StreamEnds(window)
  const lexer = new Lexer(window, 0)
  let behind = 0
  for (let from = 0; ;) {
    budget.checkTime()
    const at = window.find(objWord, from)
    const head = at < 0 ? undefined : headBefore(window, at, behind)
    if (at >= 0 && head === undefined) {
      from = at + objWord.length
      continue
    }
    behind = Math.max(
      behind,
      readTrailers(window, { from: behind, to: head?.start ?? Number.POSITIVE_INFINITY }, visitor),
    )
    if (head === undefined) return behind
    lexer.at = at + objWord.length
    const object = objectOf(lexer, ends, head)
    if (object.stream !== undefined) {
      behind = object.stream.end
      from = behind
    } else if (lexer.word === 'obj') {
      // Its `endobj` is missing; the numbers before the word belong to the next object.
      behind = at + objWord.length
      from = lexer.wordAt
    } else {
      behind = lexer.word === 'endobj' || lexer.word === '' ? lexer.at : lexer.wordAt
      from = behind
    }
    visitor.object(object)
  }
}

/** The object that a cross-reference table says to begin at `offset`; undefined: there is none. */
export function objectAt(window: ByteWindow, offset: number): WalkedObject | undefined {
  const at = window.find(objWord, offset, offset + maxHeadBytes)
  const head = at < 0 ? undefined : headBefore(window, at, offset)
  if (head === undefined) return undefined
  return objectOf(new Lexer(window, at + objWord.length), new StreamEnds(window), head)
}

/** The object that begins at the lexer's place. */
function objectOf(lexer: Lexer, ends: StreamEnds, head: ObjectHead): WalkedObject {
  const { number, generation } = head
  const { at } = lexer
  const value = lexer.object()
  const isStream = lexer.word === 'stream' && value instanceof Map
  const stream = isStream ? ends.spanOf(lexer.at, value.get('Length')) : undefined
  const { escapedNames, isCut } = lexer
  return { number, generation, at, value, stream, escapedNames, isCut }
}

interface ObjectHead {
  readonly start: number
  readonly number: number
  readonly generation: number
}

/** The numbers before `obj` at `at`, if there are any behind `after`. */
function headBefore(window: ByteWindow, at: number, after: number): ObjectHead | undefined {
  const next = window.byteAt(at + objWord.length) | 32
  // `object`, `objects`
  if (next >= 97 && next <= 122) return undefined
  const generation = numberBefore(window, at, after)
  if (generation === undefined) return undefined
  const number = numberBefore(window, generation.start, after)
  if (number === undefined || number.behind === generation.start) return undefined
  return { start: number.start, number: number.value, generation: generation.value }
}

function numberBefore(
  window: ByteWindow,
  before: number,
  after: number,
): { start: number; behind: number; value: number } | undefined {
  let behind = before
  while (behind > after && before - behind < maxSpaces && isWhite(window.byteAt(behind - 1))) behind--
  let start = behind
  let value = 0
  let scale = 1
  while (start > after && behind - start < maxDigits) {
    const digit = window.byteAt(start - 1) - 48
    if (digit < 0 || digit > 9) break
    value += digit * scale
    scale *= 10
    start--
  }
  return start === behind ? undefined : { start, behind, value }
}

function readTrailers(window: ByteWindow, gap: { from: number; to: number }, visitor: Visitor): number {
  let behind = 0
  if (gap.to - gap.from < trailerWord.length) return behind
  for (let from = gap.from; ;) {
    const at = window.find(trailerWord, from, gap.to)
    if (at < 0) return behind
    const lexer = new Lexer(window, at + trailerWord.length, gap.to)
    const value = lexer.object()
    if (value instanceof Map) {
      visitor.table({ from, to: at })
      visitor.trailer(value)
    }
    from = Math.max(at + trailerWord.length, lexer.word === '' ? lexer.at : lexer.wordAt)
    // A word in data behind the document ends nothing.
    if (value instanceof Map) behind = lexer.word === '' ? at + trailerWord.length : lexer.wordAt
  }
}

/** Behind the line end that follows `stream`. */
function dataStart(window: ByteWindow, at: number): number {
  let start = at
  while (window.byteAt(start) === 32) start++
  const byte = window.byteAt(start)
  if (byte === 10) return start + 1
  if (byte === 13) return window.byteAt(start + 1) === 10 ? start + 2 : start + 1
  return at
}

/** Where streams end; what has been searched once is not searched again for the next stream. */
class StreamEnds {
  readonly #window: ByteWindow
  #from = Number.POSITIVE_INFINITY
  #endStream = -1
  #endObject = -1

  constructor(window: ByteWindow) {
    this.#window = window
  }

  /** `behind`: the offset behind the word `stream`. */
  spanOf(behind: number, length: PdfValue | undefined): StreamSpan {
    const start = dataStart(this.#window, behind)
    if (typeof length === 'number' && length >= 0 && endsAt(this.#window, start + length)) {
      return { start, end: start + length, isWhole: true }
    }
    this.#search(start)
    const isStreamFirst = this.#endStream >= 0 && (this.#endObject < 0 || this.#endStream < this.#endObject)
    const end = isStreamFirst ? this.#endStream : this.#endObject
    if (end < 0) return { start, end: this.#endOfFile(start), isWhole: false }
    return { start, end: Math.max(start, withoutLineEnd(this.#window, end)), isWhole: true }
  }

  #search(start: number): void {
    const isBehind = start < this.#from
    this.#from = start
    const needs = (found: number): boolean => isBehind || (found >= 0 && found < start)
    if (needs(this.#endStream)) this.#endStream = this.#window.find(endStreamWord, start)
    if (needs(this.#endObject)) this.#endObject = this.#window.find(endObjectWord, start)
  }

  #endOfFile(start: number): number {
    let end = start
    for (let step = 2 ** 40; step >= 1; step /= 2) {
      if (this.#window.byteAt(end + step - 1) >= 0) end += step
    }
    return end
  }
}

/** Whether `endstream`, or `endobj` where it was forgotten, follows at `at` or behind a line end there. */
export function endsAt(window: ByteWindow, at: number): boolean {
  let next = at
  while (next - at < maxLineEnds && isWhite(window.byteAt(next))) next++
  return window.has(endStreamWord, next) || window.has(endObjectWord, next)
}

function withoutLineEnd(window: ByteWindow, end: number): number {
  const last = window.byteAt(end - 1)
  if (last === 13) return end - 1
  if (last !== 10) return end
  return window.byteAt(end - 2) === 13 ? end - 2 : end - 1
}
