// Random access to what a decoder produces. A decoder only goes forward, so its output is held in memory as far
// as the budget allows; beyond that a window slides over it and looking back starts the decoder again (and is
// paid again). Formats and detectors do not notice which of the two it is.

import type { Budget } from '../limits.ts'
import { type ByteSource, maxRead } from './byte-source.ts'

export interface Decoder {
  /** Writes the next decoded bytes to `out` and returns how many; 0 is the end, regular or by damage. */
  read(out: Uint8Array): number
  /** Encoded bytes used so far. */
  readonly consumed: number
}

/** Decoded between two looks at the budget. */
const stepBytes = 128 * 1024
/** Not charged to the budget: without it nothing can be read. One per level of nesting. */
const windowBytes = 2 * maxRead
/** Bytes before the wanted ones that a sliding window keeps, for readers that look back a little. */
const lookBack = 64 * 1024
/** Kept from the beginning when the window slides: detectors and formats look there again and again. */
const keptHead = 64 * 1024
const smallestBuffer = 256
const largestFirstBuffer = 64 * 1024

const empty = new Uint8Array(0)

/** Not zeroed: only decoded bytes are ever shown. Small ones share Node's pool, which costs nearly nothing. */
function allocate(bytes: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(bytes)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, bytes)
}

/**
 * Gives large memory back at once. Waiting for the garbage collector would let a bomb of many members hold the sum of
 * what the budget allows each of them.
 */
function free(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (bytes.length < largestFirstBuffer || buffer.byteLength !== bytes.length) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

export class DecodedSource implements ByteSource {
  readonly #open: () => Decoder
  readonly #budget: Budget
  readonly #firstBytes: number
  readonly #below: ByteSource | undefined
  #decoder: Decoder | undefined
  /** Holds the bytes `[#base, #base + #length)`; `#base` is 0 until the window slides. */
  #buffer: Uint8Array = empty
  #base = 0
  #length = 0
  #isSliding = false
  #isAtEnd = false
  #head: Uint8Array = empty
  #charged = 0
  #size = -1
  #encoded: number | undefined
  #thrown: Error | undefined
  #wasCut = false

  /** `expectedBytes` is a guess that only sizes the first buffer. `below`: what is decoded, when it is to go with this one. */
  constructor(open: () => Decoder, budget: Budget, expectedBytes = 0, below?: ByteSource) {
    this.#open = open
    this.#budget = budget
    this.#below = below
    // One byte more than expected, so that the end is met without growing.
    this.#firstBytes = Math.max(smallestBuffer, Math.min(expectedBytes + 1, largestFirstBuffer))
  }

  get size(): number {
    if (this.#size < 0) this.#decodeTo(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    return this.#size
  }

  /** Encoded bytes in all, once the end has been seen; stays known after `release`. */
  get encodedSize(): number | undefined {
    return this.#encoded
  }

  /** A limit (or the system) ended the decoding, and whoever was reading has been told; stays known. */
  get wasCut(): boolean {
    return this.#wasCut
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0) || (this.#size >= 0 && offset >= this.#size)) return empty
    const end = offset + Math.min(length, maxRead)
    if (offset < this.#base) {
      if (end <= this.#head.length) return this.#head.subarray(offset, end)
      this.#restart()
    }
    if (end > this.#base + this.#length) this.#decodeTo(end, offset)
    const from = Math.min(offset - this.#base, this.#length)
    return this.#buffer.subarray(from, Math.max(from, Math.min(end - this.#base, this.#length)))
  }

  release(): void {
    this.#budget.release(this.#charged)
    this.#charged = 0
    this.#head = empty
    free(this.#buffer)
    this.#buffer = empty
    this.#isSliding = false
    this.#restart()
    this.#below?.release?.()
  }

  #restart(): void {
    this.#decoder = undefined
    this.#base = 0
    this.#length = 0
    this.#isAtEnd = false
    this.#thrown = undefined
  }

  /** Decodes until `end` is reached; bytes from `keepFrom` on stay in the buffer. */
  #decodeTo(end: number, keepFrom: number): void {
    if (this.#thrown !== undefined) throw this.#thrown
    try {
      while (!this.#isAtEnd && this.#base + this.#length < end) {
        if (this.#length === this.#buffer.length) this.#makeRoom(keepFrom)
        this.#step()
      }
    } catch (thrown) {
      // A limit. What was decoded before stays readable; asking for more meets the same limit again.
      this.#thrown = thrown instanceof Error ? thrown : new Error(String(thrown))
      this.#wasCut = true
      throw thrown
    }
  }

  #step(): void {
    this.#decoder ??= this.#open()
    const until = Math.min(this.#buffer.length, this.#length + stepBytes)
    const count = this.#decoder.read(this.#buffer.subarray(this.#length, until))
    this.#length += count
    if (count === 0) {
      this.#isAtEnd = true
      this.#size = this.#base + this.#length
      this.#encoded = this.#decoder.consumed
      return
    }
    this.#budget.charge(count)
    this.#budget.checkRatio(this.#base + this.#length, this.#decoder.consumed)
  }

  #makeRoom(keepFrom: number): void {
    if (!this.#isSliding) {
      const bytes = Math.max(this.#firstBytes, this.#buffer.length * 2)
      if (this.#budget.hold(bytes - this.#charged)) {
        this.#charged = bytes
        this.#moveTo(allocate(bytes), 0)
        return
      }
      this.#head = this.#buffer.slice(0, Math.min(keptHead, this.#length))
      this.#budget.release(this.#charged - this.#head.length)
      this.#charged = this.#head.length
      this.#isSliding = true
    }
    const top = this.#base + this.#length
    const keep = Math.max(this.#base, Math.min(keepFrom, top) - lookBack)
    this.#moveTo(this.#buffer.length === windowBytes ? this.#buffer : allocate(windowBytes), keep)
  }

  /** Moves the bytes from the stream's offset `keep` on to the beginning of `target`. */
  #moveTo(target: Uint8Array, keep: number): void {
    const from = keep - this.#base
    if (target === this.#buffer) target.copyWithin(0, from, this.#length)
    else {
      target.set(this.#buffer.subarray(from, this.#length))
      free(this.#buffer)
    }
    this.#buffer = target
    this.#base = keep
    this.#length -= from
  }
}
