// LZWDecode (ISO 32000-2, 7.4.4): codes of 9 to 12 bits, most significant first.

import type { ByteSource } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'
import { ByteInput } from './byte-input.ts'

const clearTable = 256
const endOfData = 257
const firstCode = 258
const maxCodes = 4096

export class Lzw implements Decoder {
  readonly #input: ByteInput
  /** 1: codes get longer one code early, the default. */
  readonly #early: number
  readonly #prefix = new Int16Array(maxCodes)
  readonly #suffix = new Uint8Array(maxCodes)
  readonly #lengths = new Uint16Array(maxCodes)
  /** The bytes of one code; the longest chain is the whole table. */
  readonly #bytes = new Uint8Array(maxCodes + 1)
  #bytesFrom = 0
  #bytesTo = 0
  #next = firstCode
  #width = 9
  #previous = -1
  #hold = 0
  #bits = 0
  #isDone = false
  fault: string | undefined

  constructor(source: ByteSource, earlyChange: number) {
    this.#input = new ByteInput(source)
    this.#early = earlyChange === 0 ? 0 : 1
    for (let code = 0; code < 256; code++) {
      this.#suffix[code] = code
      this.#lengths[code] = 1
    }
  }

  get consumed(): number {
    return this.#input.consumed
  }

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length) {
      if (this.#bytesFrom === this.#bytesTo && !this.#step()) break
      const count = Math.min(out.length - to, this.#bytesTo - this.#bytesFrom)
      for (let i = 0; i < count; i++) out[to++] = this.#bytes[this.#bytesFrom++]!
    }
    this.#input.suspend()
    return to
  }

  #step(): boolean {
    while (!this.#isDone) {
      const code = this.#code()
      if (code < 0 || code === endOfData) this.#isDone = true
      else if (code === clearTable) {
        this.#next = firstCode
        this.#width = 9
        this.#previous = -1
      } else if (code < 256 || code < this.#next || (code === this.#next && this.#previous >= 0)) {
        this.#expand(code)
        return true
      } else {
        this.fault = 'an LZW code stands for nothing'
        this.#isDone = true
      }
    }
    return false
  }

  #code(): number {
    while (this.#bits < this.#width) {
      const byte = this.#input.next()
      if (byte < 0) return -1
      this.#hold = ((this.#hold << 8) | byte) & 0xffffff
      this.#bits += 8
    }
    this.#bits -= this.#width
    return (this.#hold >>> this.#bits) & ((1 << this.#width) - 1)
  }

  #expand(code: number): void {
    const isNew = code === this.#next
    const known = isNew ? this.#previous : code
    const length = this.#lengths[known]!
    let at = length
    for (let walk = known; at > 0; walk = this.#prefix[walk]!) this.#bytes[--at] = this.#suffix[walk]!
    const first = this.#bytes[0]!
    if (isNew) this.#bytes[length] = first
    this.#bytesFrom = 0
    this.#bytesTo = isNew ? length + 1 : length
    if (this.#previous >= 0 && this.#next < maxCodes) this.#add(first)
    this.#previous = code < this.#next ? code : -1
  }

  #add(first: number): void {
    this.#prefix[this.#next] = this.#previous
    this.#suffix[this.#next] = first
    this.#lengths[this.#next] = this.#lengths[this.#previous]! + 1
    this.#next++
    if (this.#next + this.#early >= 1 << this.#width && this.#width < 12) this.#width++
  }
}
