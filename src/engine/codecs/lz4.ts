// LZ4 frames (LZ4 frame format 1.6.4), all that follow each other: current, legacy (`lz4 -l`, the Linux kernel's) and
// skippable ones. Dictionaries are not supported.

import type { ByteSource } from '../source/byte-source.ts'
import { History } from './history.ts'
import { InputBuffer } from './input-buffer.ts'
import { InputCodec } from './input-codec.ts'
import { u32, u64 } from './little-endian.ts'
import { decodeLz4Block, maxExpansion } from './lz4-block.ts'
import { XxHash32 } from './xx-hash-32.ts'
import { isSkippableMagic } from './zstd.ts'

const frameMagic = 0x184d2204
const legacyMagic = 0x184c2102
const reachBytes = 64 * 1024
const legacyBlock = 8 * 1024 * 1024
/** What `lz4 -l` may write for a block that does not compress. */
const longestLegacy = legacyBlock + Math.floor(legacyBlock / maxExpansion) + 16
const longestHeader = 19
const storedMark = 0x80000000
const cutOff = 'the LZ4 data end early'

export function isLz4Magic(bytes: Uint8Array, at: number): boolean {
  const first = u32(bytes, at)
  return bytes.length - at >= 4 && (first === frameMagic || first === legacyMagic)
}

interface Frame {
  readonly isLegacy: boolean
  readonly maxBlock: number
  readonly isIndependent: boolean
  readonly hasBlockSums: boolean
  readonly hash: XxHash32 | undefined
  readonly contentSize: number | undefined
}

const legacyFrame: Frame = {
  isLegacy: true,
  maxBlock: legacyBlock,
  isIndependent: true,
  hasBlockSums: false,
  hash: undefined,
  contentSize: undefined,
}

export class Lz4 extends InputCodec<InputBuffer> {
  #history = new History(reachBytes)
  #block = new Uint8Array(0)
  #frame: Frame | undefined
  #size = 0
  #skip = 0
  #hasFrame = false

  /** Decodes the frames from `start` on, never past `end`. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    super(new InputBuffer(input, start, end), start)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#history.take(out)
      if (count > 0) {
        this.#size += count
        this.#frame?.hash?.update(out.subarray(0, count))
        return count
      }
      if (this.isDone) break
      if (this.#skip > 0) this.#skipSome()
      else if (this.#frame === undefined) this.#beginFrame()
      else this.#decodeBlock(this.#frame)
    }
    this.#history.close()
    if (this.input.thrown !== undefined) throw this.input.thrown
    return 0
  }

  #skipSome(): void {
    const count = this.input.skip(this.#skip)
    this.#skip -= count
    if (count === 0) this.stop(cutOff)
  }

  #beginFrame(): void {
    const input = this.input
    input.has(longestHeader)
    const bytes = input.bytes.subarray(0, input.end)
    const { at } = input
    if (isSkippableMagic(bytes, at)) {
      this.#skip = u32(bytes, at + 4)
      input.at += 8
      this.#hasFrame = true
      return
    }
    if (!isLz4Magic(bytes, at)) {
      if (this.#hasFrame) this.isDone = true
      else this.stop('the LZ4 header is missing')
      return
    }
    this.#hasFrame = true
    this.#size = 0
    this.#history.close()
    this.#history = new History(reachBytes)
    if (u32(bytes, at) === legacyMagic) {
      input.at += 4
      this.#frame = legacyFrame
    } else this.#readDescriptor(bytes, at + 4)
  }

  #readDescriptor(bytes: Uint8Array, at: number): void {
    const flags = bytes[at] ?? 0
    const sizeCode = ((bytes[at + 1] ?? 0) >> 4) & 7
    const hasSize = (flags & 0x08) !== 0
    const hasDictionary = (flags & 0x01) !== 0
    const end = at + 2 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0)
    if (end >= bytes.length) return this.stop(cutOff)
    if (flags >> 6 !== 1 || sizeCode < 4) return this.refuse('the LZ4 frame is of an unknown version')
    const sum = (new XxHash32().update(bytes.subarray(at, end)).digest() >>> 8) & 0xff
    if (sum !== bytes[end]) this.note('the checksum of the LZ4 header is wrong')
    if (hasDictionary) return this.refuse('packed with a dictionary, which is not there')
    this.input.at = end + 1
    this.#frame = {
      isLegacy: false,
      maxBlock: 1 << (8 + 2 * sizeCode),
      isIndependent: (flags & 0x20) !== 0,
      hasBlockSums: (flags & 0x10) !== 0,
      hash: (flags & 0x04) === 0 ? undefined : new XxHash32(),
      contentSize: hasSize ? u64(bytes, at + 2) : undefined,
    }
  }

  #decodeBlock(frame: Frame): void {
    const input = this.input
    if (!input.has(4)) {
      // A legacy frame ends with the file.
      if (!frame.isLegacy || input.ready > 0) return this.stop(cutOff)
      this.isDone = true
      return
    }
    const word = u32(input.bytes, input.at)
    if (frame.isLegacy && word > longestLegacy) {
      // Another frame, or something appended.
      this.#frame = undefined
      return
    }
    input.at += 4
    if (word === 0) return this.#endFrame(frame)
    const size = frame.isLegacy ? word : (word & ~storedMark) >>> 0
    const isStored = !frame.isLegacy && word !== size
    if (size > (frame.isLegacy ? longestLegacy : frame.maxBlock)) return this.stop('an LZ4 block is too long')
    const isWhole = this.#readBlock(size)
    const fault = isStored ? this.#append(size) : this.#unpack(size, frame)
    if (fault !== undefined) return this.stop(fault)
    if (!isWhole) return this.stop(cutOff)
    if (frame.hasBlockSums) this.#checkBlock(size)
  }

  /** False: the input ended first; what is missing is zeros then. */
  #readBlock(size: number): boolean {
    if (this.#block.length < size) this.#block = new Uint8Array(Math.max(reachBytes, size))
    const got = this.input.copyTo(this.#block.subarray(0, size))
    if (got < size) this.#block = this.#block.slice(0, got)
    return got === size
  }

  #append(size: number): undefined {
    const history = this.#history
    const bytes = this.#block.subarray(0, size)
    history.makeRoom(bytes.length)
    history.buffer.set(bytes, history.at)
    history.at += bytes.length
    return undefined
  }

  #unpack(size: number, frame: Frame): string | undefined {
    const history = this.#history
    const length = Math.min(size, this.#block.length)
    const room = Math.min(frame.maxBlock, length * maxExpansion + 16)
    history.makeRoom(room)
    const first = frame.isIndependent ? history.at : 0
    const fault = decodeLz4Block(this.#block, length, history, { first, room })
    // A block that was cut off ends anywhere.
    return length < size ? undefined : fault
  }

  #checkBlock(size: number): void {
    const input = this.input
    if (!input.has(4)) return this.stop(cutOff)
    const sum = new XxHash32().update(this.#block.subarray(0, size)).digest()
    if (sum !== u32(input.bytes, input.at)) this.note('the checksum of a block is wrong')
    input.at += 4
  }

  #endFrame(frame: Frame): void {
    this.#frame = undefined
    if (frame.isLegacy) return this.stop('an LZ4 block is empty')
    if (frame.contentSize !== undefined && frame.contentSize !== this.#size) {
      this.note('a frame is not as long as it says')
    }
    if (frame.hash === undefined) return
    const input = this.input
    if (!input.has(4)) return this.stop(cutOff)
    if (u32(input.bytes, input.at) !== frame.hash.digest()) this.note('the checksum of a frame is wrong')
    input.at += 4
  }
}
