// XXH32 (xxHash specification 0.1.1), seed 0: the checksum of LZ4 frames.

const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1
const stripeBytes = 16

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

export class XxHash32 {
  readonly #lanes = Int32Array.of(prime1 + prime2, prime2, 0, -prime1)
  /** Bytes of a stripe that is not whole yet. */
  readonly #rest = new Uint8Array(stripeBytes)
  #size = 0

  update(bytes: Uint8Array): this {
    const open = this.#size % stripeBytes
    this.#size += bytes.length
    let at = 0
    if (open > 0) {
      at = Math.min(bytes.length, stripeBytes - open)
      this.#rest.set(bytes.subarray(0, at), open)
      if (open + at < stripeBytes) return this
      this.#stripes(this.#rest, 0, stripeBytes)
    }
    const end = bytes.length - ((bytes.length - at) % stripeBytes)
    this.#stripes(bytes, at, end)
    this.#rest.set(bytes.subarray(end))
    return this
  }

  #stripes(bytes: Uint8Array, start: number, end: number): void {
    const lanes = this.#lanes
    let a = lanes[0]!
    let b = lanes[1]!
    let c = lanes[2]!
    let d = lanes[3]!
    for (let at = start; at < end; at += stripeBytes) {
      a = Math.imul(rotate((a + Math.imul(word(bytes, at), prime2)) | 0, 13), prime1)
      b = Math.imul(rotate((b + Math.imul(word(bytes, at + 4), prime2)) | 0, 13), prime1)
      c = Math.imul(rotate((c + Math.imul(word(bytes, at + 8), prime2)) | 0, 13), prime1)
      d = Math.imul(rotate((d + Math.imul(word(bytes, at + 12), prime2)) | 0, 13), prime1)
    }
    lanes[0] = a
    lanes[1] = b
    lanes[2] = c
    lanes[3] = d
  }

  digest(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes
    let hash = prime5
    if (this.#size >= stripeBytes) hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
    hash = (hash + this.#size) | 0
    let at = 0
    const end = this.#size % stripeBytes
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(word(this.#rest, at), prime3)) | 0, 17), prime4)
    }
    for (; at < end; at++) {
      hash = Math.imul(rotate((hash + Math.imul(this.#rest[at]!, prime5)) | 0, 11), prime1)
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2)
    hash = Math.imul(hash ^ (hash >>> 13), prime3)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}
