// XXH64 (xxHash specification 0.1.1), seed 0: the checksum of Zstandard frames.

const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n
const stripeBytes = 32

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)

function rotate(value: bigint, by: bigint): bigint {
  return wrap(value << by) | (wrap(value) >> (64n - by))
}

export class XxHash64 {
  readonly #lanes = BigUint64Array.of(wrap(prime1 + prime2), prime2, 0n, wrap(-prime1))
  /** Bytes of a stripe that is not whole yet. */
  readonly #rest = new Uint8Array(stripeBytes)
  readonly #restView = new DataView(this.#rest.buffer)
  #size = 0

  /** The first `length` bytes. */
  update(bytes: Uint8Array, length: number): void {
    const open = this.#size % stripeBytes
    this.#size += length
    let at = 0
    if (open > 0) {
      at = Math.min(length, stripeBytes - open)
      this.#rest.set(bytes.subarray(0, at), open)
      if (open + at < stripeBytes) return
      this.#stripes(this.#restView, 0, stripeBytes)
    }
    const end = length - ((length - at) % stripeBytes)
    this.#stripes(new DataView(bytes.buffer, bytes.byteOffset, length), at, end)
    this.#rest.set(bytes.subarray(end, length))
  }

  #stripes(view: DataView, start: number, end: number): void {
    const lanes = this.#lanes
    let a = lanes[0]!
    let b = lanes[1]!
    let c = lanes[2]!
    let d = lanes[3]!
    for (let at = start; at < end; at += stripeBytes) {
      a = BigInt.asUintN(64, a + view.getBigUint64(at, true) * prime2)
      a = BigInt.asUintN(64, (BigInt.asUintN(64, a << 31n) | (a >> 33n)) * prime1)
      b = BigInt.asUintN(64, b + view.getBigUint64(at + 8, true) * prime2)
      b = BigInt.asUintN(64, (BigInt.asUintN(64, b << 31n) | (b >> 33n)) * prime1)
      c = BigInt.asUintN(64, c + view.getBigUint64(at + 16, true) * prime2)
      c = BigInt.asUintN(64, (BigInt.asUintN(64, c << 31n) | (c >> 33n)) * prime1)
      d = BigInt.asUintN(64, d + view.getBigUint64(at + 24, true) * prime2)
      d = BigInt.asUintN(64, (BigInt.asUintN(64, d << 31n) | (d >> 33n)) * prime1)
    }
    lanes[0] = a
    lanes[1] = b
    lanes[2] = c
    lanes[3] = d
  }

  /** The low 32 bits, which is what Zstandard stores. */
  get low(): number {
    return Number(BigInt.asUintN(32, this.digest()))
  }

  digest(): bigint {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = this.#lanes
    let hash = prime5
    if (this.#size >= stripeBytes) {
      hash = rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)
      for (const lane of [a, b, c, d]) {
        hash = wrap((wrap(hash) ^ wrap(rotate(wrap(lane * prime2), 31n) * prime1)) * prime1 + prime4)
      }
    }
    hash = wrap(hash + BigInt(this.#size))
    let at = 0
    const end = this.#size % stripeBytes
    for (; at + 8 <= end; at += 8) {
      const lane = wrap(rotate(wrap(this.#restView.getBigUint64(at, true) * prime2), 31n) * prime1)
      hash = wrap(rotate(hash ^ lane, 27n) * prime1 + prime4)
    }
    if (at + 4 <= end) {
      hash = wrap(
        rotate(hash ^ wrap(BigInt(this.#restView.getUint32(at, true)) * prime1), 23n) * prime2 + prime3,
      )
      at += 4
    }
    for (; at < end; at++) hash = wrap(rotate(hash ^ wrap(BigInt(this.#rest[at]!) * prime5), 11n) * prime1)
    hash = wrap((hash ^ (hash >> 33n)) * prime2)
    hash = wrap((hash ^ (hash >> 29n)) * prime3)
    return hash ^ (hash >> 32n)
  }
}
