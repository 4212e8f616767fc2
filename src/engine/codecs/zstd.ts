// Zstandard (RFC 8878): all frames that follow each other, skippable ones passed over. Dictionaries are not supported.

import type { ByteSource } from '../source/byte-source.ts'
import { History, longestHistory } from './history.ts'
import { InputBuffer } from './input-buffer.ts'
import { InputCodec } from './input-codec.ts'
import { u32, u64 } from './little-endian.ts'
import { XxHash64 } from './xx-hash-64.ts'
import { ZstdBlocks } from './zstd-block.ts'
import { maxBlock } from './zstd-sequences.ts'

const magic = 0xfd2fb528
const skippableMagic = 0x184d2a50
const longestHeader = 14
const cutOff = 'the Zstandard data end early'

export function isZstdMagic(bytes: Uint8Array, at: number): boolean {
  return bytes.length - at >= 4 && u32(bytes, at) === magic
}

/** A frame for users' own data, which decoders pass over. LZ4 has the same. */
export function isSkippableMagic(bytes: Uint8Array, at: number): boolean {
  return bytes.length - at >= 8 && (u32(bytes, at) & ~15) >>> 0 === skippableMagic
}

export class Zstd extends InputCodec<InputBuffer> {
  #history: History | undefined
  #blocks: ZstdBlocks | undefined
  #hash: XxHash64 | undefined
  #size = 0
  #contentSize: number | undefined
  #isLast = false
  #hasFrame = false
  #skip = 0

  /** Decodes the frames from `start` on, never past `end`. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    super(new InputBuffer(input, start, end), start)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#history?.take(out) ?? 0
      if (count > 0) {
        this.#size += count
        this.#hash?.update(out, count)
        return count
      }
      if (this.isDone) break
      if (this.#skip > 0) this.#skipSome()
      else if (this.#history === undefined) this.#beginFrame()
      else if (this.#isLast) this.#endFrame()
      else this.#decodeBlock(this.#history)
    }
    this.#history?.close()
    if (this.input.thrown !== undefined) throw this.input.thrown
    return 0
  }

  #skipSome(): void {
    const count = this.input.skip(this.#skip)
    this.#skip -= count
    if (count === 0) this.stop(cutOff)
  }

  /** 3.1.1.1. */
  #beginFrame(): void {
    const input = this.input
    input.has(longestHeader + 4)
    const bytes = input.bytes.subarray(0, input.end)
    const { at } = input
    if (isSkippableMagic(bytes, at)) {
      this.#skip = u32(bytes, at + 4)
      input.at += 8
      this.#hasFrame = true
      return
    }
    if (!isZstdMagic(bytes, at)) {
      if (this.#hasFrame) this.isDone = true
      else this.stop('the Zstandard header is missing')
      return
    }
    const flags = bytes[at + 4] ?? 0
    const isSingle = (flags & 0x20) !== 0
    const idBytes = [0, 1, 2, 4][flags & 3]!
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!
    const idAt = at + 5 + (isSingle ? 0 : 1)
    const end = idAt + idBytes + sizeBytes
    if (end > input.end) return this.stop(cutOff)
    if ((flags & 0x08) !== 0) return this.refuse('a Zstandard frame has reserved flags')
    if (bytes.subarray(idAt, idAt + idBytes).some((byte) => byte !== 0)) {
      return this.refuse('packed with a dictionary, which is not there')
    }
    this.#contentSize = numberOf(bytes, end - sizeBytes, sizeBytes)
    input.at = end
    this.#hasFrame = true
    this.#isLast = false
    this.#size = 0
    this.#blocks = undefined
    this.#hash = (flags & 0x04) === 0 ? undefined : new XxHash64()
    this.#history = new History(isSingle ? (this.#contentSize ?? 0) : windowOf(bytes[at + 5]!))
  }

  /** 3.1.1.2. */
  #decodeBlock(history: History): void {
    const input = this.input
    if (!input.has(3)) return this.stop(cutOff)
    const header =
      input.bytes[input.at]! | (input.bytes[input.at + 1]! << 8) | (input.bytes[input.at + 2]! << 16)
    input.at += 3
    this.#isLast = (header & 1) === 1
    const kind = (header >> 1) & 3
    const size = header >> 3
    if (size > maxBlock || kind === 3) return this.stop('a Zstandard block is of an unknown kind')
    history.makeRoom(kind === 2 ? maxBlock : size)
    if (kind === 2) return this.#decodePacked(history, size)
    if (kind === 0) {
      const got = input.copyTo(history.buffer.subarray(history.at, history.at + size))
      history.at += got
      if (got < size) this.stop(cutOff)
      return
    }
    if (!input.has(1)) return this.stop(cutOff)
    history.buffer.fill(input.bytes[input.at++]!, history.at, history.at + size)
    history.at += size
  }

  #decodePacked(history: History, size: number): void {
    this.#blocks ??= new ZstdBlocks()
    const fault = this.#blocks.decode(this.input, size, history)
    if (fault === undefined) return
    if (this.#blocks.isForgotten) this.refuse(fault)
    else this.stop(fault)
  }

  #endFrame(): void {
    this.#history?.close()
    this.#history = undefined
    if (this.#contentSize !== undefined && this.#contentSize !== this.#size) {
      this.note('a frame is not as long as it says')
    }
    if (this.#hash === undefined) return
    const input = this.input
    if (!input.has(4)) return this.stop(cutOff)
    if (u32(input.bytes, input.at) !== this.#hash.low) this.note('the checksum of a frame is wrong')
    input.at += 4
  }
}

/** 3.1.1.1.2. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return Math.min(longestHistory, base + (base / 8) * (byte & 7))
}

/** 3.1.1.1.4; undefined: not told. */
function numberOf(bytes: Uint8Array, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  if (count === 1) return bytes[at]!
  if (count === 2) return (bytes[at]! | (bytes[at + 1]! << 8)) + 256
  return count === 4 ? u32(bytes, at) : u64(bytes, at)
}
