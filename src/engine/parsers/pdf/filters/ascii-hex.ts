// ASCIIHexDecode (ISO 32000-2, 7.4.2); what is no digit is skipped.

import { hexDigit } from '../lexer.ts'
import { ByteFilter } from './byte-filter.ts'

const endOfData = 62

export class AsciiHex extends ByteFilter {
  #isDone = false

  protected step(out: Uint8Array): number {
    let to = 0
    let high = -1
    while (!this.#isDone && to < out.length) {
      const byte = this.input.next()
      this.#isDone = byte < 0 || byte === endOfData
      const digit = this.#isDone ? -1 : hexDigit(byte)
      if (digit < 0) continue
      if (high < 0) high = digit
      else {
        out[to++] = high * 16 + digit
        high = -1
      }
    }
    // A missing last digit is zero.
    if (high >= 0) out[to++] = high * 16
    return to
  }
}
