// The Huffman code of a Zstandard block's literals (RFC 8878, 4.2): its description and its streams, which are read
// backwards.

import { type FseAlphabet, newFseTable, readFseTable } from './fse.ts'
import { ForwardBits } from './forward-bits.ts'

const maxBits = 11
const maxWeights = 255
/** Bits that one load surely has. */
const loadBits = 25

const weightAlphabet: FseAlphabet = {
  bases: Int32Array.from({ length: 13 }, (_, weight) => weight),
  extraBits: new Uint8Array(13),
  maxLog: 6,
}
const weightTable = newFseTable(6)
const weights = new Uint8Array(maxWeights + 1)

/** Memory that may be read `blockMargin` bytes before and behind its content. */
export interface BlockMemory {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** The bit behind the last one of a stream that is read backwards: below its highest set bit. -1: there is none. */
export function backwardStart(bytes: Uint8Array, end: number): number {
  const last = bytes[end - 1]!
  return last === 0 ? -1 : end * 8 - (Math.clz32(last) - 24) - 1
}

export class ZstdHuffman {
  /** `bits << 8 | symbol` by the next `#bits` bits. */
  readonly #table = new Uint16Array(1 << maxBits)
  #bits = 0

  get isReady(): boolean {
    return this.#bits > 0
  }

  /** Reads the description at `at`; returns where it ends, or -1. */
  readTree(memory: BlockMemory, at: number, end: number): number {
    const { bytes } = memory
    if (at >= end) return -1
    const head = bytes[at]!
    let count = 0
    let next = at + 1
    if (head >= 128) {
      count = head - 127
      next += (count + 1) >> 1
      if (next > end) return -1
      for (let i = 0; i < count; i++) {
        const pair = bytes[at + 1 + (i >> 1)]!
        weights[i] = (i & 1) === 0 ? pair >> 4 : pair & 15
      }
    } else {
      next += head
      if (next > end) return -1
      count = readWeights(memory, at + 1, next)
    }
    return count > 0 && this.#build(count) ? next : -1
  }

  /** 4.2.1.3: the last weight is what is missing to a power of two. */
  #build(given: number): boolean {
    let sum = 0
    for (let i = 0; i < given; i++) {
      if (weights[i]! > maxBits + 1) return false
      sum += (1 << weights[i]!) >> 1
    }
    if (sum === 0) return false
    const bits = 32 - Math.clz32(sum)
    const rest = (1 << bits) - sum
    if (bits > maxBits || (rest & (rest - 1)) !== 0) return false
    weights[given] = 32 - Math.clz32(rest)
    const table = this.#table
    let at = 0
    for (let weight = 1; weight <= bits; weight++) {
      const span = 1 << (weight - 1)
      const entry = (bits + 1 - weight) << 8
      for (let symbol = 0; symbol <= given; symbol++) {
        if (weights[symbol] !== weight) continue
        table.fill(entry | symbol, at, at + span)
        at += span
      }
    }
    this.#bits = bits
    return at === 1 << bits
  }

  /** Decodes the stream `[start, end)` to the first `size` bytes of `out`; false: it is damaged. */
  decodeOne(
    memory: BlockMemory,
    span: { start: number; end: number },
    out: Uint8Array,
    size: number,
  ): boolean {
    const at = span.end > span.start ? backwardStart(memory.bytes, span.end) : -1
    return at >= 0 && this.#finish(memory, { at, start: span.start }, out, { from: 0, to: size })
  }

  /** From bit `at` down to the stream's first byte, which has to be met exactly. */
  #finish(
    { view }: BlockMemory,
    stream: { at: number; start: number },
    out: Uint8Array,
    place: { from: number; to: number },
  ): boolean {
    const table = this.#table
    const shift = 32 - this.#bits
    const first = stream.start * 8
    let { at } = stream
    for (let to = place.from; to < place.to; to++) {
      if (at <= first) return false
      // The load may show bits before the stream; the code does not use them unless it is damaged.
      const byte = (at - loadBits) >> 3
      const entry = table[(view.getInt32(byte, true) << (32 - at + byte * 8)) >>> shift]!
      out[to] = entry
      at -= entry >> 8
    }
    return at === first
  }

  /** Decodes four streams behind their jump table, together. */
  decodeFour(
    memory: BlockMemory,
    span: { start: number; end: number },
    out: Uint8Array,
    size: number,
  ): boolean {
    const { bytes, view } = memory
    const begin = span.start + 6
    const start2 = begin + (bytes[span.start]! | (bytes[span.start + 1]! << 8))
    const start3 = start2 + (bytes[span.start + 2]! | (bytes[span.start + 3]! << 8))
    const start4 = start3 + (bytes[span.start + 4]! | (bytes[span.start + 5]! << 8))
    const part = (size + 3) >> 2
    if (start4 >= span.end || start2 <= begin || start3 <= start2 || start4 <= start3 || part * 3 > size)
      return false
    let p1 = backwardStart(bytes, start2)
    let p2 = backwardStart(bytes, start3)
    let p3 = backwardStart(bytes, start4)
    let p4 = backwardStart(bytes, span.end)
    if (p1 < 0 || p2 < 0 || p3 < 0 || p4 < 0) return false
    const table = this.#table
    const shift = 32 - this.#bits
    const room = 2 * maxBits
    const end1 = begin * 8 + room
    const end2 = start2 * 8 + room
    const end3 = start3 * 8 + room
    const end4 = start4 * 8 + room
    const [part2, part3, part4] = [part, 2 * part, 3 * part]
    const count = Math.min(part, size - part4) - 1
    let to = 0
    while (to < count && p1 >= end1 && p2 >= end2 && p3 >= end3 && p4 >= end4) {
      const b1 = (p1 - loadBits) >> 3
      const b2 = (p2 - loadBits) >> 3
      const b3 = (p3 - loadBits) >> 3
      const b4 = (p4 - loadBits) >> 3
      let w1 = view.getInt32(b1, true) << (32 - p1 + b1 * 8)
      let w2 = view.getInt32(b2, true) << (32 - p2 + b2 * 8)
      let w3 = view.getInt32(b3, true) << (32 - p3 + b3 * 8)
      let w4 = view.getInt32(b4, true) << (32 - p4 + b4 * 8)
      let e1 = table[w1 >>> shift]!
      let e2 = table[w2 >>> shift]!
      let e3 = table[w3 >>> shift]!
      let e4 = table[w4 >>> shift]!
      out[to] = e1
      out[part2 + to] = e2
      out[part3 + to] = e3
      out[part4 + to] = e4
      w1 <<= e1 >> 8
      w2 <<= e2 >> 8
      w3 <<= e3 >> 8
      w4 <<= e4 >> 8
      p1 -= e1 >> 8
      p2 -= e2 >> 8
      p3 -= e3 >> 8
      p4 -= e4 >> 8
      e1 = table[w1 >>> shift]!
      e2 = table[w2 >>> shift]!
      e3 = table[w3 >>> shift]!
      e4 = table[w4 >>> shift]!
      to++
      out[to] = e1
      out[part2 + to] = e2
      out[part3 + to] = e3
      out[part4 + to] = e4
      p1 -= e1 >> 8
      p2 -= e2 >> 8
      p3 -= e3 >> 8
      p4 -= e4 >> 8
      to++
    }
    const rest = [
      [p1, begin, 0, part],
      [p2, start2, part2, part3],
      [p3, start3, part3, part4],
      [p4, start4, part4, size],
    ] as const
    return rest.every(([at, start, from, end]) =>
      this.#finish(memory, { at, start }, out, { from: from + to, to: end }),
    )
  }
}

/** 4.2.1.2: two states take turns until the bits are used up. */
function readWeights(memory: BlockMemory, start: number, end: number): number {
  const { bytes } = memory
  const description = new ForwardBits(bytes, start, end)
  if (!readFseTable(description, weightAlphabet, weightTable) || description.at >= end) return 0
  const first = description.at * 8
  let at = backwardStart(bytes, end)
  if (at < 0) return 0
  const take = (count: number): number => {
    at -= count
    let value = 0
    for (let bit = at + count - 1; bit >= at; bit--) {
      value = (value << 1) | (bit >= first ? (bytes[bit >> 3]! >> (bit & 7)) & 1 : 0)
    }
    return value
  }
  const { log, steps, values } = weightTable
  let state = take(log)
  let other = take(log)
  if (at < first) return 0
  let count = 0
  while (count < maxWeights - 1) {
    weights[count++] = values[state]!
    const step = steps[state]!
    state = ((step >> 8) & 0xffff) + take(step & 0xff)
    if (at < first) {
      weights[count++] = values[other]!
      return count
    }
    ;[state, other] = [other, state]
  }
  return 0
}
