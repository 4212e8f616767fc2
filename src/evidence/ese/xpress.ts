// Plain LZ77 as ESE compresses long values ([MS-XCA] 2.3 and 2.4, "LZ77").

import { u16, u32 } from '../fields.ts'

/** At most `size` bytes; fewer where the input is damaged. */
export function decompressXpress(input: Uint8Array, size: number): Uint8Array {
  return new Decoder(input, size).run()
}

class Decoder {
  readonly #input: Uint8Array
  readonly #output: Uint8Array
  #at = 0
  /** Where the byte is whose upper half is the next length; -1: there is none. */
  #half = -1

  constructor(input: Uint8Array, size: number) {
    this.#input = input
    this.#output = new Uint8Array(size)
  }

  run(): Uint8Array {
    const input = this.#input
    const output = this.#output
    let to = 0
    let flags = 0
    let left = 0
    while (to < output.length && this.#at < input.length) {
      if (left === 0) {
        flags = u32(input, this.#at)
        this.#at += 4
        left = 32
        continue
      }
      left -= 1
      if (((flags >>> left) & 1) === 0) {
        output[to++] = input[this.#at++] ?? 0
        continue
      }
      const match = u16(input, this.#at)
      this.#at += 2
      const distance = (match >> 3) + 1
      const length = (match & 7) === 7 ? this.#longLength() : match & 7
      if (distance > to || length < 0) break
      const end = Math.min(output.length, to + length + 3)
      for (let from = to - distance; to < end; from++, to++) output[to] = output[from] ?? 0
    }
    return output.subarray(0, to)
  }

  /** Less than zero: impossible. */
  #longLength(): number {
    const input = this.#input
    let length = 0
    if (this.#half < 0) {
      this.#half = this.#at
      length = (input[this.#at++] ?? 0) & 15
    } else {
      length = (input[this.#half] ?? 0) >> 4
      this.#half = -1
    }
    if (length < 15) return length + 7
    const byte = input[this.#at++] ?? 0
    if (byte < 255) return byte + 22
    const word = u16(input, this.#at)
    this.#at += 2
    if (word !== 0) return word < 22 ? -1 : word
    this.#at += 4
    return u32(input, this.#at - 4)
  }
}
