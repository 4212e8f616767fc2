// LZSS as compress.exe writes it: eight flags, then for each a byte or a place in the last 4,096 bytes with a length.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const windowBytes = 4096
const leastMatch = 3
/** A flag above the eight says when they are used up. */
const flagsLeft = 0x100

export class Lzss implements Decoder {
  readonly #source: ByteSource
  readonly #window = new Uint8Array(windowBytes).fill(0x20)
  readonly #start: number
  #windowAt: number
  #input: Uint8Array = new Uint8Array(0)
  #inputAt = 0
  #next: number
  #flags = 1
  #matchAt = 0
  #matchLeft = 0

  constructor(source: ByteSource, dataAt: number, windowAt: number) {
    this.#source = source
    this.#start = dataAt
    this.#next = dataAt
    this.#windowAt = windowAt
  }

  get consumed(): number {
    return this.#next - this.#start - (this.#input.length - this.#inputAt)
  }

  read(out: Uint8Array): number {
    let count = 0
    while (count < out.length) {
      if (this.#matchLeft > 0) {
        this.#matchLeft--
        out[count++] = this.#put(this.#window[this.#matchAt++ % windowBytes] ?? 0)
        continue
      }
      if (this.#flags === 1) {
        const flags = this.#byte()
        if (flags < 0) break
        this.#flags = flags | flagsLeft
      }
      const isLiteral = (this.#flags & 1) === 1
      const first = this.#byte()
      if (first < 0) break
      this.#flags >>= 1
      if (isLiteral) out[count++] = this.#put(first)
      else {
        const second = this.#byte()
        if (second < 0) break
        this.#matchAt = first | ((second & 0xf0) << 4)
        this.#matchLeft = (second & 0x0f) + leastMatch
      }
    }
    return count
  }

  #put(byte: number): number {
    this.#window[this.#windowAt] = byte
    this.#windowAt = (this.#windowAt + 1) % windowBytes
    return byte
  }

  /** -1 at the end. The piece is copied: others read between two calls. */
  #byte(): number {
    if (this.#inputAt === this.#input.length) {
      this.#input = this.#source.read(this.#next, maxRead).slice()
      this.#inputAt = 0
      this.#next += this.#input.length
      if (this.#input.length === 0) return -1
    }
    return this.#input[this.#inputAt++] ?? -1
  }
}
