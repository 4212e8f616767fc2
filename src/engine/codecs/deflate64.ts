// Deflate64 (zip method 9; PKWARE's "enhanced deflating", of which APPNOTE tells only the name): deflate with a window of
// 64 KiB, two more distance codes, and a last length code with 16 extra bits.

import type { ByteSource } from '../source/byte-source.ts'
import { BitReader } from './bit-reader.ts'
import type { Codec } from './codec.ts'
import { type BlockAlphabets, endsEarly, readDynamicBlock } from './dynamic-block.ts'
import {
  type Alphabet,
  buildTable,
  distanceTableSize,
  kindEnd,
  kindTable,
  kindValue,
  literalAlphabet,
  literalTableSize,
} from './huffman.ts'
import { History } from './history.ts'

const windowBytes = 64 * 1024
const stepBytes = 32 * 1024
const longestMatch = 3 + 0xffff

/** As in deflate, but for the last one. */
const lengthBits = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  16,
)
const lengthBases = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  3,
)
const distanceBits = Uint8Array.from({ length: 32 }, (_, code) => (code < 4 ? 0 : (code >> 1) - 1))
const distanceBases = Int32Array.from({ length: 32 }, (_, code) =>
  code < 4 ? code + 1 : ((2 | (code & 1)) << ((code >> 1) - 1)) + 1,
)

/** The table entries hold symbols: the ranges are too wide for them. */
const symbolEntry = (symbol: number): number => (symbol << 16) | kindValue
const literals: Alphabet = {
  ...literalAlphabet,
  entries: literalAlphabet.entries.map((entry, code) =>
    code > 256 && code < 286 ? symbolEntry(code - 257) : entry,
  ),
}
const distances: Alphabet = {
  entries: Int32Array.from({ length: 32 }, (_, code) => symbolEntry(code)),
  maxRoot: 8,
  mayBeIncomplete: true,
}
const alphabets: BlockAlphabets = { literals, distances, maxDistances: 32 }

const fixedLengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280)
const fixedLiterals = new Int32Array(512)
const fixedLiteralRoot = buildTable(literals, fixedLengths, { from: 0, count: 288 }, fixedLiterals)
const fixedDistances = new Int32Array(32)
const fives = new Uint8Array(32).fill(5)
const fixedDistanceRoot = buildTable(distances, fives, { from: 0, count: 32 }, fixedDistances)

export class Deflate64 implements Codec {
  readonly #input: BitReader
  readonly #start: number
  readonly #history = new History(windowBytes)
  #state: 'block' | 'stored' | 'codes' | 'done' = 'block'
  #isFinal = false
  #storedLeft = 0
  #literals: Int32Array = fixedLiterals
  #literalRoot = fixedLiteralRoot
  #distances: Int32Array = fixedDistances
  #distanceRoot = fixedDistanceRoot
  #fault: string | undefined

  /** Decodes the bytes from `start`, never past `end`. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    this.#input = new BitReader(input, start, end)
    this.#start = start
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    const input = this.#input
    while (this.#history.pending === 0 && this.#state !== 'done' && input.thrown === undefined) {
      if (this.#state === 'block') this.#beginBlock()
      else if (this.#state === 'stored') this.#copyStored()
      else this.#decode()
    }
    input.dropView()
    const count = this.#history.take(out)
    if (count > 0) return count
    if (input.thrown !== undefined) throw input.thrown
    this.#history.close()
    return 0
  }

  #stop(fault: string): void {
    if (this.#input.thrown !== undefined) return
    this.#fault = fault
    this.#state = 'done'
  }

  #beginBlock(): void {
    const input = this.#input
    if (this.#isFinal) {
      this.#state = 'done'
      return
    }
    if (!input.need(3)) return this.#stop(endsEarly)
    this.#isFinal = input.take(1) === 1
    const type = input.take(2)
    if (type === 0) return this.#beginStored()
    if (type === 3) return this.#stop('the deflate data has a block of unknown type')
    this.#state = 'codes'
    if (type === 2) return this.#beginDynamic()
    this.#literals = fixedLiterals
    this.#literalRoot = fixedLiteralRoot
    this.#distances = fixedDistances
    this.#distanceRoot = fixedDistanceRoot
  }

  #beginStored(): void {
    const input = this.#input
    input.take(input.bits & 7)
    if (!input.need(16)) return this.#stop(endsEarly)
    this.#storedLeft = input.take(16)
    if (!input.need(16)) return this.#stop(endsEarly)
    if (input.take(16) !== (this.#storedLeft ^ 0xffff)) return this.#stop('a stored block has a wrong length')
    input.alignToByte()
    this.#state = 'stored'
  }

  #beginDynamic(): void {
    const own = this.#literals === fixedLiterals
    const table = own ? new Int32Array(literalTableSize) : this.#literals
    const distanceTable = own ? new Int32Array(distanceTableSize) : this.#distances
    const roots = readDynamicBlock(this.#input, table, distanceTable, alphabets)
    if (typeof roots === 'string') return this.#stop(roots)
    this.#literals = table
    this.#distances = distanceTable
    this.#literalRoot = roots.literalRoot
    this.#distanceRoot = roots.distanceRoot
  }

  #copyStored(): void {
    const input = this.#input
    if (this.#storedLeft === 0) {
      this.#state = 'block'
      return
    }
    if (input.at >= input.view.length && !input.fetch()) return this.#stop(endsEarly)
    const history = this.#history
    const count = Math.min(this.#storedLeft, input.view.length - input.at)
    history.makeRoom(count)
    history.buffer.set(input.view.subarray(input.at, input.at + count), history.at)
    history.at += count
    input.at += count
    this.#storedLeft -= count
  }

  #decode(): void {
    const history = this.#history
    history.makeRoom(stepBytes + longestMatch)
    const out = history.buffer
    const end = history.at + stepBytes
    while (history.at < end && this.#state === 'codes') {
      const entry = this.#symbol(this.#literals, this.#literalRoot)
      if (entry === 0) return
      if (entry < 0) {
        out[history.at++] = entry >>> 16
        continue
      }
      if ((entry & kindEnd) !== 0) {
        this.#state = 'block'
        return
      }
      const length = this.#number(lengthBases, lengthBits, entry >>> 16)
      const distanceEntry = length < 0 ? 0 : this.#symbol(this.#distances, this.#distanceRoot)
      const distance =
        distanceEntry === 0 ? -1 : this.#number(distanceBases, distanceBits, distanceEntry >>> 16)
      if (distance < 0) return
      if (distance > history.at) return this.#stop('a distance points before the beginning')
      let to = history.at
      for (const stop = to + length; to < stop; to++) out[to] = out[to - distance]!
      history.at = to
    }
  }

  #number(bases: Uint16Array | Int32Array, extraBits: Uint8Array, code: number): number {
    const extra = extraBits[code]!
    if (this.#input.need(extra)) return bases[code]! + this.#input.take(extra)
    this.#stop(endsEarly)
    return -1
  }

  /** The table entry of the next code, its bits taken; 0 after a stop. */
  #symbol(table: Int32Array, root: number): number {
    const input = this.#input
    input.need(15)
    let entry = table[input.hold & ((1 << root) - 1)]!
    if (entry >= 0 && (entry & kindTable) !== 0) {
      entry = table[(entry >>> 16) + ((input.hold >>> root) & ((1 << ((entry >>> 4) & 15)) - 1))]!
    }
    const length = entry & 15
    if (length === 0 || length > input.bits) {
      this.#stop(length === 0 && input.bits >= 15 ? 'a code stands for nothing' : endsEarly)
      return 0
    }
    input.take(length)
    return entry
  }
}
