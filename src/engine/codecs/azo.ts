// AZO, the method that ESTsoft made for egg: blocks of LZ77 with a range coder, each decoded from nothing. There is no
// published specification; this follows the description in unegg-rs (docs/EGG_FORMAT_SPEC.md, appendix A) checked
// against the behaviour of ESTsoft's own decoder in the source of UnEgg 0.5.

import type { ByteSource } from '../source/byte-source.ts'
import { AzoMatches } from './azo-matches.ts'
import { AzoFlag, AzoPredicted } from './azo-models.ts'
import { AzoRange } from './azo-range.ts'
import { u32Be } from './big-endian.ts'
import { InputBuffer } from './input-buffer.ts'
import { InputCodec } from './input-codec.ts'

const version = 0x31
const flagFilter = 1
const streamHeaderBytes = 2
const blockHeaderBytes = 12
/** A block shorter than this by compression alone is stored instead. */
const leastGain = 8
/** ALZip writes blocks of a few MiB; a block is held as a whole, because its matches reach back to its beginning. */
const longestBlock = 64 * 1024 * 1024
const firstBlockBytes = 256 * 1024
const lookEvery = 64 * 1024
const call = 0xe8
const jump = 0xe9

interface Models {
  readonly isMatch: AzoFlag
  readonly literals: AzoPredicted
  readonly matches: AzoMatches
}

export class Azo extends InputCodec<InputBuffer> {
  readonly #range: AzoRange
  readonly #checkTime: () => void
  #isFiltered = false
  #isBegun = false
  #models: Models | undefined
  #block: Uint8Array = new Uint8Array(0)
  #blockBytes = 0
  #taken = 0

  /** Decodes the bytes from `start`, never past `end`; `checkTime` is called every 64 KiB of output. */
  constructor(input: ByteSource, start: number, end: number, checkTime: () => void) {
    super(new InputBuffer(input, start, end), start)
    this.#range = new AzoRange(this.input)
    this.#checkTime = checkTime
  }

  read(out: Uint8Array): number {
    while (this.#taken === this.#blockBytes && !this.isDone) this.#decodeBlock()
    const count = Math.min(out.length, this.#blockBytes - this.#taken)
    out.set(this.#block.subarray(this.#taken, this.#taken + count))
    this.#taken += count
    if (count === 0) this.#close()
    if (count === 0 && this.input.thrown !== undefined) throw this.input.thrown
    return count
  }

  #close(): void {
    if (this.#block.buffer instanceof ArrayBuffer && this.#block.length > 0) this.#block.buffer.transfer(0)
    this.#block = new Uint8Array(0)
    this.#blockBytes = 0
    this.#taken = 0
    this.#models = undefined
  }

  #decodeBlock(): void {
    const input = this.input
    this.#blockBytes = 0
    this.#taken = 0
    if (!this.#isBegun && !this.#begin()) return
    if (!input.has(blockHeaderBytes)) return this.stop('the AZO data end early')
    const size = this.#bigEndian()
    const packed = this.#bigEndian()
    const check = this.#bigEndian()
    if ((size ^ packed) >>> 0 !== check || packed > size) return this.stop('an AZO block has wrong lengths')
    if (size === 0 || packed === 0) {
      this.isDone = true
      return
    }
    if (size > longestBlock) return this.refuse('an AZO block is longer than 64 MiB')
    if (packed + leastGain > size) {
      if (packed !== size) return this.stop('an AZO block has wrong lengths')
      this.#copyStored(size)
    } else this.#unpack(size, packed)
    if (this.#isFiltered) filterCalls(this.#block, this.#blockBytes)
  }

  #begin(): boolean {
    const input = this.input
    if (!input.has(streamHeaderBytes)) {
      this.stop('the AZO data end early')
      return false
    }
    const found = input.bytes[input.at]!
    this.#isFiltered = (input.bytes[input.at + 1]! & flagFilter) !== 0
    input.at += streamHeaderBytes
    this.#isBegun = true
    if (found === version) return true
    this.refuse('another version of AZO')
    return false
  }

  #bigEndian(): number {
    const { bytes, at } = this.input
    this.input.at += 4
    return u32Be(bytes, at)
  }

  /** Makes room for `bytes`: with what is really decoded, not with what a header claims. */
  #grow(bytes: number): void {
    const old = this.#block
    if (old.length >= bytes) return
    const room = Math.max(firstBlockBytes, old.length * 2, bytes)
    this.#block = new Uint8Array(room)
    this.#block.set(old)
    if (old.buffer instanceof ArrayBuffer && old.length > 0) old.buffer.transfer(0)
  }

  #copyStored(size: number): void {
    let done = 0
    while (done < size && this.input.has(1)) {
      const count = Math.min(this.input.ready, size - done)
      this.#grow(done + count)
      this.#block.set(this.input.bytes.subarray(this.input.at, this.input.at + count), done)
      this.input.at += count
      done += count
      this.#checkTime()
    }
    this.#blockBytes = done
    if (done < size) this.stop('the AZO data end early')
  }

  #unpack(size: number, packed: number): void {
    const models = this.#freshModels()
    const end = this.input.offset + packed
    this.#range.begin()
    this.#grow(1)
    this.#block[0] = models.literals.decode(this.#range, 0)
    this.#blockBytes = 1
    while (this.#blockBytes < size && this.fault === undefined) {
      this.#checkTime()
      const until = Math.min(size, this.#blockBytes + lookEvery)
      this.#grow(until)
      this.#decodeUntil(models, until, size)
      if (this.input.thrown !== undefined) this.isDone = true
      else if (this.#range.isBroken) this.stop('the AZO data are damaged')
      else if (this.input.offset > end) this.stop('an AZO block is longer than it says')
      if (this.isDone) return
    }
    this.#skipTo(end)
  }

  #freshModels(): Models {
    this.#models ??= {
      isMatch: new AzoFlag(),
      literals: new AzoPredicted(256, 8, 5),
      matches: new AzoMatches(),
    }
    this.#models.isMatch.reset()
    this.#models.literals.reset()
    this.#models.matches.reset()
    return this.#models
  }

  /** Decodes symbols until at least `until` bytes of the block are there. */
  #decodeUntil({ isMatch, literals, matches }: Models, until: number, size: number): void {
    const range = this.#range
    let block = this.#block
    let at = this.#blockBytes
    while (at < until && !range.isBroken) {
      if (isMatch.decode(range) === 0) {
        block[at] = literals.decode(range, block[at - 1]!)
        at++
        continue
      }
      matches.decode(range, at)
      const { distance, length } = matches
      if (distance > at || distance <= 0 || length > size - at) {
        range.isBroken = true
        break
      }
      if (at + length > block.length) {
        this.#grow(at + length)
        block = this.#block
      }
      for (const end = at + length; at < end; at++) block[at] = block[at - distance]!
    }
    this.#blockBytes = at
  }

  /** A block may have bytes behind those that the decoder needed. */
  #skipTo(end: number): void {
    const input = this.input
    while (input.offset < end && input.has(1)) input.at += Math.min(input.ready, end - input.offset)
  }
}

/** Turns the absolute targets of x86 calls and jumps back into relative ones. */
function filterCalls(bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length - 4;) {
    const opcode = bytes[at]
    if (opcode !== call && opcode !== jump) {
      at++
      continue
    }
    const high = bytes[at + 4]!
    if (high === 0 || high === 0xff) {
      const target = (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (high << 24)) - at
      bytes[at + 1] = target
      bytes[at + 2] = target >>> 8
      bytes[at + 3] = target >>> 16
      bytes[at + 4] = (target >>> 24) & 1 ? 0xff : 0
    }
    at += 5
  }
}
