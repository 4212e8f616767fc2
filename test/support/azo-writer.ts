// An encoder of AZO for tests and golden samples, made from the description of the format (src/engine/codecs/azo.ts)
// and from nothing of the decoder: arithmetic coding with outstanding bits, trees as maps, a plain search for matches.

import { must } from './must.ts'

export interface AzoOptions {
  /** False: literals only. */
  readonly matches?: boolean
  readonly blockBytes?: number
  /** Turns calls and jumps into absolute ones, as ALZip does for programs. */
  readonly filter?: boolean
}

/** A whole AZO stream with its end mark. */
export function azoOf(data: Uint8Array, options: AzoOptions = {}): Buffer {
  const blockBytes = options.blockBytes ?? 1 << 20
  const parts: Buffer[] = [Buffer.of(0x31, options.filter === true ? 1 : 0)]
  for (let at = 0; at < data.length; at += blockBytes) {
    const plain = Uint8Array.from(data.subarray(at, at + blockBytes))
    if (options.filter === true) makeAbsolute(plain)
    let packed: Uint8Array = plain.length < 9 ? plain : encodeBlock(plain, options.matches ?? true)
    if (packed.length + 8 > plain.length) packed = plain
    parts.push(blockHeader(plain.length, packed.length), Buffer.from(packed))
  }
  parts.push(blockHeader(0, 0))
  return Buffer.concat(parts)
}

function blockHeader(size: number, packed: number): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(packed, 4)
  header.writeUInt32BE((size ^ packed) >>> 0, 8)
  return header
}

function makeAbsolute(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let i = 0
  while (i + 4 < bytes.length) {
    if (bytes[i] !== 0xe8 && bytes[i] !== 0xe9) {
      i += 1
      continue
    }
    if (bytes[i + 4] === 0 || bytes[i + 4] === 0xff) {
      const sum = (view.getUint32(i + 1, true) + i) >>> 0
      const low = sum & 0xffffff
      view.setUint32(i + 1, (sum & 0x1000000) === 0 ? low : (low | 0xff000000) >>> 0, true)
    }
    i += 5
  }
}

/** Arithmetic coder with 32-bit bounds as BigInt: slow and plain. */
class Coder {
  #low = 0n
  #high = 0xffffffffn
  #outstanding = 0
  readonly #bits: number[] = []

  /** Without `to` up to the end, with what the division left over. */
  interval(totalBits: number, from: number, to?: number): void {
    const step = (this.#high - this.#low + 1n) >> BigInt(totalBits)
    if (to !== undefined) this.#high = this.#low + step * BigInt(to) - 1n
    this.#low += step * BigInt(from)
    for (;;) {
      const half = 0x80000000n
      if (this.#high < half) this.#emit(0)
      else if (this.#low >= half) this.#emit(1)
      else break
      this.#low = (this.#low & (half - 1n)) << 1n
      this.#high = ((this.#high & (half - 1n)) << 1n) | 1n
    }
    while (this.#low >= 0x40000000n && this.#high < 0xc0000000n) {
      this.#outstanding++
      this.#low = (this.#low - 0x40000000n) << 1n
      this.#high = ((this.#high - 0x40000000n) << 1n) | 1n
    }
  }

  #emit(bit: number): void {
    this.#bits.push(bit)
    for (; this.#outstanding > 0; this.#outstanding--) this.#bits.push(1 - bit)
  }

  finish(): Buffer {
    for (let i = 31n; i >= 0n; i--) {
      if (i === 31n) this.#emit(Number((this.#low >> i) & 1n))
      else this.#bits.push(Number((this.#low >> i) & 1n))
    }
    const out = Buffer.alloc(Math.ceil(this.#bits.length / 8))
    for (const [i, bit] of this.#bits.entries())
      if (bit === 1) out[i >> 3] = (out[i >> 3] ?? 0) | (0x80 >> (i & 7))
    return out
  }
}

/** A chance of `2 ** bits` that a bit is 0, learning with shift `bits - 6`. */
class Chance {
  value: number
  readonly #bits: number

  constructor(bits: number) {
    this.#bits = bits
    this.value = 2 ** (bits - 1)
  }

  code(coder: Coder, bit: number): void {
    if (bit === 0) coder.interval(this.#bits, 0, this.value)
    else coder.interval(this.#bits, this.value)
    this.learn(bit)
  }

  learn(bit: number): void {
    const shift = 2 ** (this.#bits - 6)
    if (bit === 0) this.value += Math.floor((2 ** this.#bits - this.value) / shift)
    else this.value -= Math.floor(this.value / shift)
  }
}

class Flag {
  readonly #chances = Array.from({ length: 256 }, () => new Chance(12))
  #history = 0

  code(coder: Coder, bit: number): void {
    must(this.#chances[this.#history]).code(coder, bit)
    this.#history = (this.#history * 2 + bit) % 256
  }
}

class Tree {
  readonly #width: number
  readonly #nodes = new Map<string, Chance>()

  constructor(width: number) {
    this.#width = width
  }

  path(value: number): [Chance, number][] {
    const digits = value.toString(2).padStart(this.#width, '0')
    return Array.from(digits, (digit, i) => {
      const prefix = digits.slice(0, i)
      const chance = this.#nodes.get(prefix) ?? new Chance(10)
      this.#nodes.set(prefix, chance)
      return [chance, Number(digit)]
    })
  }

  code(coder: Coder, value: number): void {
    for (const [chance, bit] of this.path(value)) chance.code(coder, bit)
  }

  learn(value: number): void {
    for (const [chance, bit] of this.path(value)) chance.learn(bit)
  }

  chances(value: number): number[] {
    return this.path(value).map(([chance, bit]) => (bit === 0 ? chance.value : 1024 - chance.value))
  }
}

class Predicted {
  readonly #fine: Tree[]
  readonly #coarse: Tree[]
  readonly #luck: number[]
  readonly #group: number

  constructor(contexts: number, width: number, group: number) {
    this.#fine = Array.from({ length: contexts }, () => new Tree(width))
    this.#coarse = Array.from({ length: contexts / group }, () => new Tree(width))
    this.#luck = Array.from<number>({ length: contexts }).fill(0)
    this.#group = group
  }

  code(coder: Coder, context: number, value: number): void {
    const fine = must(this.#fine[context])
    const coarse = must(this.#coarse[Math.floor(context / this.#group)])
    const [asked, other] = must(this.#luck[context]) >= 0 ? [fine, coarse] : [coarse, fine]
    asked.code(coder, value)
    other.learn(value)
    this.#luck[context] = must(this.#luck[context]) + compare(fine.chances(value), coarse.chances(value))
  }
}

function compare(first: number[], second: number[]): number {
  let a = 1
  let b = 1
  for (const [i, chance] of first.entries()) {
    if (a >= 2 ** 22 || b >= 2 ** 22) {
      a = Math.floor(a / 1024)
      b = Math.floor(b / 1024)
    }
    a *= chance
    b *= must(second[i])
  }
  return Math.sign(a - b)
}

class Recent {
  readonly #hit = new Flag()
  readonly #which = new Tree(1)
  #values: number[]

  constructor(first: number) {
    this.#values = [first, first + 1]
  }

  code(coder: Coder, value: number): boolean {
    const at = this.#values.indexOf(value)
    this.#hit.code(coder, at >= 0 ? 1 : 0)
    if (at >= 0) this.#which.code(coder, at)
    this.#values = at >= 0 ? [value, must(this.#values[1 - at])] : [value, must(this.#values[0])]
    return at >= 0
  }
}

/** `[class, first value of the class, extra bits]` of a value. */
function classOf(value: number, first: number, exact: number, each: number): [number, number, number] {
  let base = first
  for (let index = 0; ; index++) {
    const bits = index < exact ? 0 : Math.floor((index - exact) / each)
    if (value < base + 2 ** bits) return [index, base, bits]
    base += 2 ** bits
  }
}

class Encoder {
  readonly coder = new Coder()
  readonly #literals = new Predicted(256, 8, 32)
  readonly #lengths = new Predicted(128, 7, 16)
  readonly #isMatch = new Flag()
  readonly #isKnown = new Flag()
  readonly #knownRecent = new Recent(0)
  readonly #knownIndex = new Tree(7)
  readonly #distanceRecent = new Recent(1)
  readonly #distances = new Tree(7)
  readonly known = Array.from({ length: 128 }, (_, i) => ({ pos: 0, len: 2 + i }))

  literal(context: number, value: number, isFirst: boolean): void {
    if (!isFirst) this.#isMatch.code(this.coder, 0)
    this.#literals.code(this.coder, context, value)
  }

  knownMatch(index: number): void {
    this.#isMatch.code(this.coder, 1)
    this.#isKnown.code(this.coder, 1)
    if (!this.#knownRecent.code(this.coder, index)) this.#knownIndex.code(this.coder, index)
    this.known.unshift(...this.known.splice(index, 1))
  }

  match(pos: number, distance: number, length: number): void {
    this.#isMatch.code(this.coder, 1)
    this.#isKnown.code(this.coder, 0)
    const [distanceClass, distanceBase, distanceBits] = classOf(distance, 1, 16, 4)
    if (!this.#distanceRecent.code(this.coder, distance)) {
      this.#distances.code(this.coder, distanceClass)
      this.#raw(distance - distanceBase, distanceBits)
    }
    const [lengthClass, lengthBase, lengthBits] = classOf(length, 2, 32, 8)
    this.#lengths.code(this.coder, distanceClass, lengthClass)
    this.#raw(length - lengthBase, lengthBits)
    this.known.unshift({ pos, len: length })
    this.known.pop()
  }

  #raw(value: number, bits: number): void {
    if (bits > 0) this.coder.interval(bits, value, value + 1)
  }
}

/** The last value of class 127. */
const longestMatch = 2 + 32 + 8 * (2 ** 12 - 1) - 1

function encodeBlock(data: Uint8Array, useMatches: boolean): Buffer {
  const encoder = new Encoder()
  const lastSeen = new Map<number, number>()
  const same = (from: number, at: number): number => {
    let length = 0
    const most = Math.min(longestMatch, data.length - at)
    while (length < most && data[from + length] === data[at + length]) length++
    return length
  }
  encoder.literal(0, must(data[0]), true)
  for (let at = 1; at < data.length;) {
    const key = must(data[at]) * 65_536 + (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0)
    const from = useMatches && at + 2 < data.length ? lastSeen.get(key) : undefined
    const length = from === undefined ? 0 : same(from, at)
    const known = useMatches
      ? encoder.known.findIndex(
          ({ pos, len }) => pos < at && len >= Math.max(3, length) && same(pos, at) >= len,
        )
      : -1
    lastSeen.set(key, at)
    if (known >= 0) {
      const { len } = must(encoder.known[known])
      encoder.knownMatch(known)
      at += len
    } else if (from !== undefined && length >= 3) {
      encoder.match(at, at - from, length)
      at += length
    } else {
      encoder.literal(must(data[at - 1]), must(data[at]), false)
      at++
    }
  }
  return encoder.coder.finish()
}
