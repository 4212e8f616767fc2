// One compressed block of Zstandard (RFC 8878, 3.1.1.3): its literals, then its sequences.

import type { History } from './history.ts'
import type { InputBuffer } from './input-buffer.ts'
import { type BlockMemory, ZstdHuffman } from './zstd-literals.ts'
import { maxBlock, ZstdSequences } from './zstd-sequences.ts'

/** Streams are read backwards and in words: this much before and behind a block may be looked at. */
const margin = 32
const damaged = 'a Zstandard block has wrong literals'

/** What blocks of one frame share; made for the first compressed one. */
export class ZstdBlocks {
  readonly #memory: BlockMemory
  readonly #literals = { bytes: new Uint8Array(maxBlock), count: 0 }
  readonly #huffman = new ZstdHuffman()
  readonly #sequences = new ZstdSequences()

  constructor() {
    const bytes = new Uint8Array(maxBlock + 2 * margin)
    this.#memory = { bytes, view: new DataView(bytes.buffer) }
  }

  get isForgotten(): boolean {
    return this.#sequences.isForgotten
  }

  /** Decodes the next `length` bytes (at most `maxBlock`); undefined if nothing is wrong. */
  decode(input: InputBuffer, length: number, history: History): string | undefined {
    const end = margin + length
    if (input.copyTo(this.#memory.bytes.subarray(margin, end)) < length) return 'the Zstandard data end early'
    const at = this.#readLiterals(margin, end)
    if (at < 0) return damaged
    return this.#sequences.run(this.#memory, { start: at, end }, this.#literals, history)
  }

  /** 3.1.1.3.1. Returns where the sequences begin, or -1. */
  #readLiterals(start: number, end: number): number {
    const { bytes } = this.#memory
    if (start >= end) return -1
    const head = bytes[start]!
    const kind = head & 3
    const format = (head >> 2) & 3
    if (kind >= 2) return this.#readPacked(start, end)
    // 3.1.1.3.1.1: the low bit of the format says whether the size takes more than five bits.
    let size = head >> 3
    let at = start + 1
    if (format === 1) {
      size = (head >> 4) | (bytes[at]! << 4)
      at += 1
    } else if (format === 3) {
      size = (head >> 4) | (bytes[at]! << 4) | (bytes[at + 1]! << 12)
      at += 2
    }
    const stored = kind === 0 ? size : 1
    if (size > maxBlock || stored > end - at) return -1
    this.#literals.count = size
    if (kind === 0) this.#literals.bytes.set(bytes.subarray(at, at + size))
    else this.#literals.bytes.fill(bytes[at]!, 0, size)
    return at + stored
  }

  /** Huffman-coded, with a new code or that of the block before. */
  #readPacked(start: number, end: number): number {
    const { bytes, view } = this.#memory
    const head = bytes[start]!
    const format = (head >> 2) & 3
    const headBytes = format < 2 ? 3 : format + 2
    if (headBytes > end - start) return -1
    const bits = [10, 10, 14, 18][format]!
    // At most 4 + 18 + 18 bits.
    const low = view.getUint32(start, true) + bytes[start + 4]! * 2 ** 32
    const size = Math.floor(low / 16) % 2 ** bits
    const packed = Math.floor(low / 2 ** (4 + bits)) % 2 ** bits
    let at = start + headBytes
    const stop = at + packed
    if (size > maxBlock || stop > end) return -1
    if ((head & 3) === 2) at = this.#huffman.readTree(this.#memory, at, stop)
    if (at < 0 || !this.#huffman.isReady) return -1
    const out = this.#literals.bytes
    this.#literals.count = size
    const span = { start: at, end: stop }
    const isWhole =
      format === 0
        ? this.#huffman.decodeOne(this.#memory, span, out, size)
        : this.#huffman.decodeFour(this.#memory, span, out, size)
    return isWhole ? stop : -1
  }
}
