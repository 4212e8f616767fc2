// RunLengthDecode (ISO 32000-2, 7.4.5).

import { ByteFilter } from './byte-filter.ts'

const endOfData = 128
const longestRun = 128

export class RunLength extends ByteFilter {
  #isDone = false

  protected step(out: Uint8Array): number {
    let to = 0
    while (!this.#isDone && to + longestRun <= out.length) {
      const length = this.input.next()
      if (length < 0 || length === endOfData) this.#isDone = true
      else if (length < endOfData) to = this.#copy(out, to, length + 1)
      else {
        const byte = this.input.next()
        if (byte < 0) this.#isDone = true
        else out.fill(byte, to, (to += 257 - length))
      }
    }
    return to
  }

  #copy(out: Uint8Array, from: number, count: number): number {
    for (let to = from; to < from + count; to++) {
      const byte = this.input.next()
      if (byte < 0) {
        this.#isDone = true
        return to
      }
      out[to] = byte
    }
    return from + count
  }
}
