// ASCII85Decode (ISO 32000-2, 7.4.3); bytes outside the alphabet are skipped.

import { ByteFilter } from './byte-filter.ts'

const endOfData = 126
const fourZeros = 122
const first = 33
const last = 117
/** `<` of the `<~` that PostScript writes before the data. */
const opening = 60 - first

export class Ascii85 extends ByteFilter {
  #isDone = false
  #characters = 0

  protected step(out: Uint8Array): number {
    let to = 0
    let value = 0
    let count = 0
    while (!this.#isDone && to + 4 <= out.length) {
      const byte = this.input.next()
      if (byte === endOfData && this.#characters === 1 && value === opening) {
        value = 0
        count = 0
      } else if (byte < 0 || byte === endOfData) this.#isDone = true
      else if (byte === fourZeros && count === 0) {
        out.fill(0, to, to + 4)
        to += 4
      } else if (byte >= first && byte <= last) {
        value = value * 85 + byte - first
        this.#characters++
        if (++count < 5) continue
        to = put(out.subarray(to), value, 4) + to
        value = 0
        count = 0
      }
    }
    if (count < 2) return to
    for (let missing = count; missing < 5; missing++) value = value * 85 + 84
    return put(out.subarray(to), value, count - 1) + to
  }
}

/** The first `bytes` of the four that `value` stands for. */
function put(out: Uint8Array, value: number, bytes: number): number {
  const bits = value % 2 ** 32
  for (let i = 0; i < bytes; i++) out[i] = Math.floor(bits / 2 ** (24 - 8 * i))
  return bytes
}
