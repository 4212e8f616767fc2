// AutoIt's own compression: LZSS with a distance of 15 bits and a length of growing width, bits from the highest on.

import type { Budget } from '../../limits.ts'

/** The bit before a literal: the other one stands before a match. */
const literalBit = { EA05: 0, EA06: 1 } as const

export type AutoItVersion = keyof typeof literalBit

export interface Unpacked {
  readonly bytes: Uint8Array
  /** The data ended early, or a match points before the beginning. */
  readonly isDamaged: boolean
}

const headerBytes = 8
const shortestMatch = 3
const stepBytes = 128 * 1024
/** Width of a length, and what lengths that do not fit begin with. */
const widths = [2, 3, 5, 8] as const

/** `packed` begins with the version's name and the size; `limit` bounds the output. Undefined: no such data. */
export function unpackAutoIt(
  packed: Uint8Array,
  version: AutoItVersion,
  limit: number,
  budget: Budget,
): Unpacked | undefined {
  const head = Buffer.from(packed.buffer, packed.byteOffset, packed.length)
  if (packed.length < headerBytes || head.toString('latin1', 0, 4) !== version) return undefined
  const size = Math.min(head.readUInt32BE(4), limit)
  const bits = new Bits(packed)
  const literal = literalBit[version]
  // Nothing is believed of the size: 3 bits and a distance can make some hundred bytes at most for each eight packed ones.
  let out = new Uint8Array(Math.min(size, packed.length * 4 + 1024))
  let to = 0
  let charged = 0
  while (to < size && !bits.isShort) {
    const isLiteral = bits.take(1) === literal
    const distance = isLiteral ? 0 : bits.take(15)
    const length = isLiteral ? 1 : shortestMatch + longLength(bits)
    if (bits.isShort || distance > to || (!isLiteral && distance === 0)) break
    const end = Math.min(size, to + length)
    if (to - charged > stepBytes) {
      budget.charge(to - charged)
      budget.checkRatio(to, bits.used)
      charged = to
    }
    if (end > out.length) out = grown(out, Math.min(size, Math.max(end, out.length * 2)))
    if (isLiteral) out[to++] = bits.take(8)
    else for (; to < end; to++) out[to] = out[to - distance]!
  }
  budget.charge(to - charged)
  return { bytes: out.subarray(0, to), isDamaged: to < size || bits.isShort }
}

function longLength(bits: Bits): number {
  let sum = 0
  for (const width of widths) {
    const part = bits.take(width)
    sum += part
    if (part !== (1 << width) - 1) return sum
  }
  for (;;) {
    const part = bits.take(8)
    sum += part
    if (part !== 255 || bits.isShort) return sum
  }
}

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size)
  larger.set(bytes)
  return larger
}

class Bits {
  readonly #bytes: Uint8Array
  #at = headerBytes
  #hold = 0
  #count = 0
  isShort = false

  get used(): number {
    return this.#at
  }

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(width: number): number {
    while (this.#count < width) {
      if (this.#at >= this.#bytes.length) {
        this.isShort = true
        return 0
      }
      this.#hold = ((this.#hold << 8) | this.#bytes[this.#at++]!) & 0xffffff
      this.#count += 8
    }
    this.#count -= width
    return (this.#hold >>> this.#count) & ((1 << width) - 1)
  }
}
