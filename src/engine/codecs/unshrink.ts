// Unshrink (zip method 1; APPNOTE 5.1): LZW with codes of 9 to 13 bits whose table is never emptied but only freed of
// its leaves.

import type { ByteSource } from '../source/byte-source.ts'
import { BitReader } from './bit-reader.ts'
import { InputCodec } from './input-codec.ts'

const maxBits = 13
const tableSize = 1 << maxBits
const controlCode = 256
const firstFree = 257
const noParent = -1
const unused = -2

export class Unshrink extends InputCodec<BitReader> {
  /** Of each code: the code of all its bytes but the last; `unused` where there is none. */
  readonly #parents = new Int16Array(tableSize).fill(unused)
  readonly #bytes = new Uint8Array(tableSize)
  readonly #stack = new Uint8Array(tableSize)
  #stackAt = tableSize
  #bits = 9
  #previous = -1
  #firstByte = 0
  #free = firstFree
  #left: number

  /** The data have no end mark: they end when `unpackedSize` bytes are written. */
  constructor(input: ByteSource, start: number, end: number, unpackedSize: number) {
    super(new BitReader(input, start, end), start)
    this.#left = unpackedSize
    for (let byte = 0; byte < 256; byte++) {
      this.#parents[byte] = noParent
      this.#bytes[byte] = byte
    }
  }

  read(out: Uint8Array): number {
    const end = Math.min(out.length, this.#left)
    let to = this.#unstack(out, 0, end)
    while (to < end && !this.isDone) {
      this.#step()
      to = this.#unstack(out, to, end)
    }
    this.#left -= to
    this.input.dropView()
    if (to === 0 && this.input.thrown !== undefined) throw this.input.thrown
    return to
  }

  #unstack(out: Uint8Array, from: number, end: number): number {
    let to = from
    while (to < end && this.#stackAt < tableSize) out[to++] = this.#stack[this.#stackAt++]!
    return to
  }

  #step(): void {
    const code = this.#code()
    if (code < 0) return this.stop('the shrunk data end early')
    if (code === controlCode) return this.#control()
    if (this.#previous < 0) {
      if (code > 255) return this.stop('a code stands for nothing')
      this.#firstByte = code
      this.#stack[--this.#stackAt] = code
      this.#previous = code
      return
    }
    let current = code
    if (this.#parents[code] === unused) {
      // The one that is being made: the string before and its own first byte.
      this.#stack[--this.#stackAt] = this.#firstByte
      current = this.#previous
    }
    if (!this.#push(current)) return
    this.#add()
    this.#previous = code
  }

  #code(): number {
    if (!this.input.need(this.#bits)) return -1
    return this.input.take(this.#bits)
  }

  /** 5.1.3: the codes after 256 are 1, wider codes, and 2, clear the leaves. */
  #control(): void {
    const command = this.#code()
    if (command === 1) {
      this.#bits++
      if (this.#bits > maxBits) this.stop('the codes grow too wide')
    } else if (command === 2) this.#clearLeaves()
    else this.stop('a control code is unknown')
  }

  #clearLeaves(): void {
    const parents = this.#parents
    const isParent = new Uint8Array(tableSize)
    for (let code = firstFree; code < tableSize; code++) {
      const parent = parents[code]!
      if (parent >= firstFree) isParent[parent] = 1
    }
    for (let code = firstFree; code < tableSize; code++) if (isParent[code] === 0) parents[code] = unused
    this.#free = firstFree
  }

  /** Freed codes may have been given again to one of their own descendants: the walk is bounded. */
  #push(code: number): boolean {
    let current = code
    while (current > 255) {
      const parent = this.#parents[current]!
      if (parent === unused || this.#stackAt === 0) {
        this.stop('a code stands for nothing')
        return false
      }
      this.#stack[--this.#stackAt] = this.#bytes[current]!
      current = parent
    }
    if (this.#stackAt === 0) {
      this.stop('a code stands for nothing')
      return false
    }
    this.#stack[--this.#stackAt] = current
    this.#firstByte = current
    return true
  }

  #add(): void {
    while (this.#free < tableSize && this.#parents[this.#free] !== unused) this.#free++
    if (this.#free === tableSize) return
    this.#parents[this.#free] = this.#previous
    this.#bytes[this.#free] = this.#firstByte
    this.#free++
  }
}
