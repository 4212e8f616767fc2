// One bzip2 stream (format of bzip2 1.0.8; described in "BZIP2: Format Specification" by Joe Tsai, 2016): blocks of up
// to 900,000 bytes, each Huffman-coded, move-to-front-coded and sorted (Burrows-Wheeler), with a CRC of its own.

import type { ByteSource } from '../source/byte-source.ts'
import { Bzip2Block } from './bzip2-block.ts'
import { bzip2Crc } from './bzip2-crc.ts'
import { Bzip2Runs } from './bzip2-runs.ts'
import { InputCodec } from './input-codec.ts'
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

export class Bzip2 extends InputCodec<MsbReader> {
  #block: Bzip2Block | undefined
  readonly #runs = new Bzip2Runs()
  #maxBytes = 0
  #storedCrc = 0
  #crc = 0
  #streamCrc = 0

  /** Decodes the stream that begins with `BZh` at `start`, never past `end`. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    super(new MsbReader(input, start, end), start)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#runs.write(out)
      if (count > 0) {
        this.#crc = bzip2Crc(out, count, this.#crc)
        return count
      }
      if (this.#block !== undefined && this.#crc !== this.#storedCrc) {
        this.note('the checksum of a block is wrong')
      }
      if (this.isDone) break
      this.#beginBlock()
    }
    this.#giveBack()
    if (this.input.thrown !== undefined) throw this.input.thrown
    return 0
  }

  #giveBack(): void {
    idleBlock = this.#block ?? idleBlock
    this.#block = undefined
  }

  #beginStream(): void {
    const magic = this.input.take(24)
    const level = this.input.take(8) - 0x30
    if (this.input.isOverrun) return this.stop(cutOff)
    if (magic !== 0x425a68 || level < 1 || level > 9) return this.stop('the bzip2 header is wrong')
    this.#maxBytes = level * 100_000
  }

  /** Reads the next block, or the end of the stream. */
  #beginBlock(): void {
    const { input } = this
    if (this.#maxBytes === 0) this.#beginStream()
    if (this.isDone) return
    const high = input.take(24)
    const low = input.take(24)
    const crc = ((input.take(16) << 16) | input.take(16)) >>> 0
    if (input.isOverrun) return this.stop(cutOff)
    if (high === endMagicHigh && low === endMagicLow) {
      input.alignToByte()
      if (crc !== this.#streamCrc) this.note('the checksum of the stream is wrong')
      this.isDone = true
      return
    }
    if (high !== blockMagicHigh || low !== blockMagicLow)
      return this.stop('a bzip2 block does not begin as one')
    this.#storedCrc = crc
    this.#streamCrc = (((this.#streamCrc << 1) | (this.#streamCrc >>> 31)) ^ crc) >>> 0
    this.#crc = 0
    const isRandomised = input.take(1) === 1
    this.#block ??= idleBlock ?? new Bzip2Block()
    idleBlock = undefined
    const fault = this.#block.read(input, this.#maxBytes)
    if (input.isOverrun) return this.stop(cutOff)
    if (fault !== undefined) return this.stop(fault)
    this.#runs.begin(this.#block, isRandomised)
  }
}
