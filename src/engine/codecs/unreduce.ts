// Unreduce (zip methods 2 to 5; APPNOTE 5.2): each byte is told by the one before it or as it is; the bytes then hold
// matches behind an escape.

import type { ByteSource } from '../source/byte-source.ts'
import { BitReader } from './bit-reader.ts'
import { History } from './history.ts'
import { InputCodec } from './input-codec.ts'

const escape = 144
const maxFollowers = 32
const stepBytes = 16 * 1024
const endsEarly = 'the reduced data end early'

export class Unreduce extends InputCodec<BitReader> {
  readonly #factor: number
  readonly #size: number
  readonly #history: History
  readonly #followers = new Uint8Array(256 * maxFollowers)
  readonly #counts = new Uint8Array(256)
  #hasFollowers = false
  #previous = 0
  #written = 0

  /** `factor` is 1 to 4, as the methods 2 to 5 say. The data end when `unpackedSize` bytes are written. */
  constructor(input: ByteSource, start: number, end: number, how: { factor: number; unpackedSize: number }) {
    super(new BitReader(input, start, end), start)
    this.#factor = how.factor
    this.#size = how.unpackedSize
    this.#history = new History(16 * 256 * 2)
  }

  read(out: Uint8Array): number {
    const history = this.#history
    if (!this.#hasFollowers && !this.isDone) this.#readFollowers()
    while (history.pending === 0 && !this.isDone && this.input.thrown === undefined) this.#decode()
    this.input.dropView()
    const count = history.take(out)
    if (count > 0) return count
    if (this.input.thrown !== undefined) throw this.input.thrown
    history.close()
    return 0
  }

  /** 5.2.4: for each byte, from the last to the first, up to 32 that may follow it. */
  #readFollowers(): void {
    this.#hasFollowers = true
    for (let byte = 255; byte >= 0; byte--) {
      if (!this.input.need(6)) return this.stop(endsEarly)
      const count = this.input.take(6)
      if (count > maxFollowers) return this.stop('a set of followers is too large')
      this.#counts[byte] = count
      for (let i = 0; i < count; i++) {
        if (!this.input.need(8)) return this.stop(endsEarly)
        this.#followers[byte * maxFollowers + i] = this.input.take(8)
      }
    }
  }

  #decode(): void {
    const history = this.#history
    const longestMatch = 0x7f + 255 + 3
    history.makeRoom(stepBytes + longestMatch)
    const from = history.at
    const left = this.#size - this.#written
    const end = from + Math.min(stepBytes, left)
    while (history.at < end && !this.isDone) {
      const byte = this.#byte()
      if (byte < 0) break
      if (byte === escape) this.#copyMatch(from + left)
      else history.buffer[history.at++] = byte
    }
    this.#written += history.at - from
    this.isDone ||= this.#written >= this.#size
  }

  #byte(): number {
    const byte = this.#nextByte()
    if (byte < 0) this.stop(endsEarly)
    else this.#previous = byte
    return byte
  }

  /** 5.2.5: a zero bit, then as many bits as the number of followers needs; a one bit, then the byte. */
  #nextByte(): number {
    const input = this.input
    const count = this.#counts[this.#previous]!
    if (count > 0) {
      if (!input.need(1)) return -1
      if (input.take(1) === 0) {
        const bits = Math.max(1, 32 - Math.clz32(count - 1))
        if (!input.need(bits)) return -1
        return this.#followers[this.#previous * maxFollowers + input.take(bits)]!
      }
    }
    return input.need(8) ? input.take(8) : -1
  }

  /** 5.2.6: a byte of length and upper distance; more length; lower distance. A zero byte is the escape itself. */
  #copyMatch(limit: number): void {
    const history = this.#history
    const first = this.#byte()
    if (first < 0) return
    if (first === 0) {
      history.buffer[history.at++] = escape
      return
    }
    const lengthBits = 8 - this.#factor
    const mask = (1 << lengthBits) - 1
    let length = first & mask
    if (length === mask) {
      const more = this.#byte()
      if (more < 0) return
      length += more
    }
    const low = this.#byte()
    if (low < 0) return
    const distance = (first >> lengthBits) * 256 + low + 1
    const out = history.buffer
    let to = history.at
    // Before the beginning there are zeros.
    for (const stop = Math.min(limit, to + length + 3); to < stop; to++)
      out[to] = distance > to ? 0 : out[to - distance]!
    history.at = to
  }
}
