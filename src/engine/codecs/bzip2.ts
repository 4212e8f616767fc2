// One bzip2 stream (format of bzip2 1.0.8; described in "BZIP2: Format Specification" by Joe Tsai, 2016): blocks of up
// to 900,000 bytes, each Huffman-coded, move-to-front-coded and sorted (Burrows-Wheeler), with a CRC of its own.

import type { ByteSource } from '../source/byte-source.ts'
import { Bzip2Block } from './bzip2-block.ts'
import { bzip2Crc } from './bzip2-crc.ts'
import { randomDistances } from './bzip2-random.ts'
import type { Codec } from './codec.ts'
import { MsbReader } from './msb-reader.ts'

const blockMagicHigh = 0x314159
const blockMagicLow = 0x265359
const endMagicHigh = 0x177245
const endMagicLow = 0x385090
const cutOff = 'the bzip2 data end early'

/** `BZh1` to `BZh9` at `at`. */
export function isBzip2Magic(bytes: Uint8Array, at: number): boolean {
  const level = bytes[at + 3] ?? 0
  return (
    bytes[at] === 0x42 && bytes[at + 1] === 0x5a && bytes[at + 2] === 0x68 && level >= 0x31 && level <= 0x39
  )
}

/** Blocks are large; the memory of one is kept for the next decoder. */
let idleBlock: Bzip2Block | undefined

export class Bzip2 implements Codec {
  readonly #input: MsbReader
  readonly #start: number
  #block: Bzip2Block | undefined
  #maxBytes = 0
  #isDone = false
  #fault: string | undefined
  #storedCrc = 0
  #crc = 0
  #streamCrc = 0
  // The state of the output: what is left of the block, and the run lengths in it.
  #left = 0
  #position = 0
  #last = -1
  #run = 0
  #repeat = 0
  #isRandomised = false
  #randomAt = 0
  #randomLeft = 0

  /** Decodes the stream that begins with `BZh` at `start`, never past `end`. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    this.#input = new MsbReader(input, start, end)
    this.#start = start
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#left > 0 || this.#repeat > 0 ? this.#write(out) : 0
      if (count > 0) {
        this.#crc = bzip2Crc(out, count, this.#crc)
        return count
      }
      if (this.#block !== undefined && this.#crc !== this.#storedCrc) {
        this.#note('the checksum of a block is wrong')
      }
      if (this.#isDone || !this.#beginBlock()) break
    }
    this.#giveBack()
    if (this.#input.thrown !== undefined) throw this.#input.thrown
    return 0
  }

  #giveBack(): void {
    this.#isDone = true
    idleBlock = this.#block ?? idleBlock
    this.#block = undefined
  }

  #note(fault: string): void {
    if (this.#input.thrown === undefined) this.#fault ??= fault
  }

  #stop(fault: string): false {
    this.#note(fault)
    this.#isDone = true
    return false
  }

  #beginStream(): boolean {
    const magic = this.#input.take(24)
    const level = this.#input.take(8) - 0x30
    if (this.#input.isOverrun) return this.#stop(cutOff)
    if (magic !== 0x425a68 || level < 1 || level > 9) return this.#stop('the bzip2 header is wrong')
    this.#maxBytes = level * 100_000
    return true
  }

  /** Reads the next block; false at the end of the stream. */
  #beginBlock(): boolean {
    const input = this.#input
    if (this.#maxBytes === 0 && !this.#beginStream()) return false
    const high = input.take(24)
    const low = input.take(24)
    const crc = ((input.take(16) << 16) | input.take(16)) >>> 0
    if (input.isOverrun) return this.#stop(cutOff)
    if (high === endMagicHigh && low === endMagicLow) {
      input.alignToByte()
      if (crc !== this.#streamCrc) this.#note('the checksum of the stream is wrong')
      return false
    }
    if (high !== blockMagicHigh || low !== blockMagicLow)
      return this.#stop('a bzip2 block does not begin as one')
    this.#storedCrc = crc
    this.#streamCrc = (((this.#streamCrc << 1) | (this.#streamCrc >>> 31)) ^ crc) >>> 0
    this.#crc = 0
    this.#isRandomised = input.take(1) === 1
    this.#block ??= idleBlock ?? new Bzip2Block()
    idleBlock = undefined
    const fault = this.#block.read(input, this.#maxBytes)
    if (input.isOverrun) return this.#stop(cutOff)
    if (fault !== undefined) return this.#stop(fault)
    this.#left = this.#block.length
    this.#position = this.#block.first
    this.#last = -1
    this.#run = 0
    this.#randomAt = 0
    this.#randomLeft = randomDistances[0]!
    return true
  }

  /** Follows the sorted block and undoes the run lengths: four equal bytes are followed by a count. */
  #write(out: Uint8Array): number {
    const next = this.#block?.next
    if (next === undefined) return 0
    const end = out.length
    const isRandomised = this.#isRandomised
    let to = 0
    let left = this.#left
    let position = this.#position
    let last = this.#last
    let run = this.#run
    let repeat = this.#repeat
    while (to < end) {
      if (repeat > 0) {
        const stop = Math.min(end, to + repeat)
        repeat -= stop - to
        out.fill(last, to, stop)
        to = stop
        continue
      }
      if (left === 0) break
      left--
      const entry = next[position]!
      position = entry >>> 8
      let byte = entry & 0xff
      if (isRandomised) byte ^= this.#randomBit()
      if (run === 4) {
        repeat = byte
        run = 0
        // What follows the count begins a new run, also if it is the same byte.
        continue
      }
      if (byte === last) run++
      else {
        last = byte
        run = 1
      }
      out[to++] = byte
    }
    this.#left = left
    this.#position = position
    this.#last = last
    this.#run = run
    this.#repeat = repeat
    return to
  }

  #randomBit(): number {
    if (--this.#randomLeft > 0) return this.#randomLeft === 1 ? 1 : 0
    this.#randomAt = (this.#randomAt + 1) & 511
    this.#randomLeft = randomDistances[this.#randomAt]!
    return this.#randomLeft === 1 ? 1 : 0
  }
}
