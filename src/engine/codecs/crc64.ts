// CRC-64 (ECMA-182, reflected), the usual check of xz, in two halves of 32 bits and eight bytes a step.

const polynomialHigh = 0xc96c5795
const polynomialLow = 0xd7870f42
const slices = 8
const high = new Int32Array(slices * 256)
const low = new Int32Array(slices * 256)
for (let byte = 0; byte < 256; byte++) {
  let [h, l] = [0, byte]
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (l & 1) !== 0
    l = (l >>> 1) | (h << 31)
    h >>>= 1
    if (isOdd) [h, l] = [h ^ polynomialHigh, l ^ polynomialLow]
  }
  high[byte] = h
  low[byte] = l
}
for (let at = 256; at < slices * 256; at++) {
  const [h, l] = [high[at - 256]!, low[at - 256]!]
  high[at] = (h >>> 8) ^ high[l & 0xff]!
  low[at] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff]!
}

export class Crc64 {
  #high = -1
  #low = -1

  update(bytes: Uint8Array): void {
    let h = this.#high
    let l = this.#low
    let at = 0
    for (const last = bytes.length - 7; at < last; at += 8) {
      l ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      h ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
      const a = 1792 + (l & 0xff)
      const b = 1536 + ((l >>> 8) & 0xff)
      const c = 1280 + ((l >>> 16) & 0xff)
      const d = 1024 + (l >>> 24)
      const e = 768 + (h & 0xff)
      const f = 512 + ((h >>> 8) & 0xff)
      const g = 256 + ((h >>> 16) & 0xff)
      const i = h >>> 24
      h = high[a]! ^ high[b]! ^ high[c]! ^ high[d]! ^ high[e]! ^ high[f]! ^ high[g]! ^ high[i]!
      l = low[a]! ^ low[b]! ^ low[c]! ^ low[d]! ^ low[e]! ^ low[f]! ^ low[g]! ^ low[i]!
    }
    for (; at < bytes.length; at++) {
      const index = (l ^ bytes[at]!) & 0xff
      l = ((l >>> 8) | (h << 24)) ^ low[index]!
      h = (h >>> 8) ^ high[index]!
    }
    this.#high = h
    this.#low = l
  }

  /** Eight bytes, the lowest first, as xz stores them. */
  digest(): Uint8Array {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32LE(~this.#low, 0)
    bytes.writeInt32LE(~this.#high, 4)
    return bytes
  }
}
