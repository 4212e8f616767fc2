// LZX as Windows compresses files of images and, on a volume, by overlay ("compact /exe:lzx"): chunks of at most 32 KiB, each by itself
// ([MS-PATCH] 2 for blocks, codes and matches; wimlib's description for what differs here).

import type { Decompressed } from './xpress-huffman.ts'

const longestChunk = 32_768
const offsetSlots = 30
const mainSymbols = 256 + 8 * offsetSlots
const lengthSymbols = 249
const longestCode = 16
const verbatim = 1
const aligned = 2
const uncompressed = 3
/** What addresses of calls are counted against, whatever the file's size is. */
const callRange = 12_000_000

class Fault extends Error {}

/** The `size` bytes (at most 32 KiB) of one chunk. */
export function decompressLzx(input: Uint8Array, size: number): Decompressed {
  const decoder = new Decoder(input, Math.min(size, longestChunk))
  try {
    while (decoder.written < decoder.output.length) decoder.block()
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return { bytes: decoder.output.subarray(0, decoder.written), fault: thrown.message }
  }
  restoreCalls(decoder.output)
  return { bytes: decoder.output, fault: undefined }
}

/** Symbols by the next `longest` bits. */
class Code {
  readonly #lengths: Uint8Array
  readonly #table: Uint16Array
  readonly #longest: number

  constructor(lengths: Uint8Array, longest: number) {
    this.#lengths = lengths
    this.#longest = longest
    this.#table = new Uint16Array(1 << longest)
    let next = 0
    for (let length = 1; length <= longest; length++) {
      const share = 1 << (longest - length)
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue
        if (next + share > this.#table.length) throw new Fault('the codes of a block do not fit together')
        this.#table.fill(symbol, next, next + share)
        next += share
      }
    }
    // A code may be empty where it is not needed.
    if (next !== 0 && next !== this.#table.length) throw new Fault('the codes of a block do not fit together')
  }

  read(bits: Bits): number {
    const symbol = this.#table[bits.peek(this.#longest)] ?? 0
    const length = this.#lengths[symbol] ?? 0
    if (length === 0) throw new Fault('a code is used that has no symbols')
    bits.skip(length)
    return symbol
  }
}

/** Words of 16 bits, the highest bit first. */
class Bits {
  readonly input: Uint8Array
  at = 0
  #held = 0
  #count = 0

  constructor(input: Uint8Array) {
    this.input = input
  }

  /** At most 16. */
  peek(count: number): number {
    if (this.#count < count) {
      // One word behind the end is read as zeros; more is damage.
      if (this.at > this.input.length + 2) throw new Fault('the compressed data end early')
      const word = (this.input[this.at] ?? 0) | ((this.input[this.at + 1] ?? 0) << 8)
      this.#held = ((this.#held << 16) | word) >>> 0
      this.#count += 16
      this.at += 2
    }
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1)
  }

  skip(count: number): void {
    this.#count -= count
    this.#held &= this.#count === 0 ? 0 : 0xffffffff >>> (32 - this.#count)
  }

  take(count: number): number {
    if (count === 0) return 0
    const value = this.peek(count)
    this.skip(count)
    return value
  }

  /** To the next word, and past it where this is its beginning already. */
  align(): void {
    const ahead = 2 * Math.floor(this.#count / 16)
    this.at += this.#count % 16 === 0 ? 2 - ahead : -ahead
    this.#count = 0
    this.#held = 0
  }
}

class Decoder {
  readonly output: Uint8Array
  written = 0
  readonly #bits: Bits
  readonly #mainLengths = new Uint8Array(mainSymbols)
  readonly #lengthLengths = new Uint8Array(lengthSymbols)
  readonly #recent: [number, number, number] = [1, 1, 1]

  constructor(input: Uint8Array, size: number) {
    this.#bits = new Bits(input)
    this.output = new Uint8Array(size)
  }

  block(): void {
    const bits = this.#bits
    const type = bits.take(3)
    const size = bits.take(1) === 1 ? longestChunk : bits.take(16)
    if (size === 0 || this.written + size > this.output.length)
      throw new Fault('a block is longer than its chunk')
    if (type === uncompressed) this.#copy(size)
    else if (type === verbatim || type === aligned) this.#inflate(this.written + size, type === aligned)
    else throw new Fault('a block is of no known type')
  }

  #copy(size: number): void {
    const bits = this.#bits
    bits.align()
    for (let index = 0; index < 3; index++) this.#recent[index] = this.#word() + this.#word() * 65_536
    const bytes = bits.input.subarray(bits.at, bits.at + size)
    if (bytes.length < size) throw new Fault('the compressed data end early')
    this.output.set(bytes, this.written)
    this.written += size
    bits.at += size + (size & 1)
  }

  #word(): number {
    const { input, at } = this.#bits
    this.#bits.at += 2
    return (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
  }

  #inflate(end: number, isAligned: boolean): void {
    const bits = this.#bits
    const alignedLengths = new Uint8Array(8)
    if (isAligned) for (let index = 0; index < 8; index++) alignedLengths[index] = bits.take(3)
    const alignedCode = new Code(alignedLengths, 7)
    this.#readLengths(this.#mainLengths.subarray(0, 256))
    this.#readLengths(this.#mainLengths.subarray(256))
    this.#readLengths(this.#lengthLengths)
    const main = new Code(this.#mainLengths, longestCode)
    const lengths = new Code(this.#lengthLengths, longestCode)
    const { output } = this
    while (this.written < end) {
      const symbol = main.read(bits)
      if (symbol < 256) {
        output[this.written++] = symbol
        continue
      }
      const header = symbol & 7
      const length = 2 + header + (header === 7 ? lengths.read(bits) : 0)
      const distance = this.#distance((symbol - 256) >> 3, isAligned ? alignedCode : undefined)
      if (distance > this.written || distance < 1) throw new Fault('a match begins before the data')
      const last = Math.min(end, this.written + length)
      for (let to = this.written; to < last; to++) output[to] = output[to - distance] ?? 0
      this.written = last
    }
  }

  #distance(slot: number, alignedCode: Code | undefined): number {
    const recent = this.#recent
    if (slot < 3) {
      const distance = recent[slot] ?? 1
      recent[slot] = recent[0]
      recent[0] = distance
      return distance
    }
    const extra = (slot >> 1) - 1
    const base = (2 + (slot & 1)) << extra
    const bits = this.#bits
    const rest =
      alignedCode !== undefined && extra >= 3
        ? (bits.take(extra - 3) << 3) | alignedCode.read(bits)
        : bits.take(extra)
    const distance = base + rest - 2
    recent[2] = recent[1]
    recent[1] = recent[0]
    recent[0] = distance
    return distance
  }

  /** As differences to the lengths of the block before, with a code of their own. */
  #readLengths(lengths: Uint8Array): void {
    const bits = this.#bits
    const own = new Uint8Array(20)
    for (let index = 0; index < own.length; index++) own[index] = bits.take(4)
    const code = new Code(own, 15)
    const changed = (symbol: number, at: number): number => ((lengths[at] ?? 0) - symbol + 17) % 17
    for (let at = 0; at < lengths.length;) {
      const symbol = code.read(bits)
      if (symbol < 17) {
        lengths[at] = changed(symbol, at)
        at += 1
        continue
      }
      let count: number
      let length = 0
      if (symbol === 17) count = 4 + bits.take(4)
      else if (symbol === 18) count = 20 + bits.take(5)
      else {
        count = 4 + bits.take(1)
        const same = code.read(bits)
        if (same > 16) throw new Fault('the codes of a block do not fit together')
        length = changed(same, at)
      }
      lengths.fill(length, at, at + count)
      at += count
    }
  }
}

/** Calls (E8) were given absolute addresses, which repeat; back to distances. */
function restoreCalls(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = bytes.indexOf(0xe8); at >= 0 && at < bytes.length - 10; at = bytes.indexOf(0xe8, at + 5)) {
    const target = view.getInt32(at + 1, true)
    if (target >= 0 && target < callRange) view.setInt32(at + 1, target - at, true)
    else if (target < 0 && target >= -at) view.setInt32(at + 1, target + callRange, true)
  }
}
