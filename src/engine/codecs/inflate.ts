// Inflate (RFC 1951), pulled: the caller asks for output and the decoder reads its input as it needs it. Our own,
// because node:zlib has no synchronous decoder that can be suspended, tells the exact end of the encoded bytes
// and keeps what it decoded before damage. It never throws for what is in the input.

import type { ByteSource } from '../source/byte-source.ts'
import { BitReader } from './bit-reader.ts'
import { endsEarly, readDynamicBlock } from './dynamic-block.ts'
import {
  buildTable,
  distanceAlphabet,
  distanceTableSize,
  kindEnd,
  kindTable,
  kindValue,
  literalAlphabet,
  literalTableSize,
} from './huffman.ts'

const windowBytes = 32_768
const windowMask = windowBytes - 1
/** The inner loop reads at most four times two bytes and writes at most one match for each symbol. */
const inputMargin = 8
const outputMargin = 258

/** What a decoder needs only when it meets a dynamic block or is suspended; kept for the next decoder. */
interface Workspace {
  readonly literals: Int32Array
  readonly distances: Int32Array
  readonly window: Uint8Array
}

const idle: Workspace[] = []
const maxIdle = 8

const fixedLengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280)
const fixedLiterals = new Int32Array(512)
const fixedLiteralRoot = buildTable(literalAlphabet, fixedLengths, { from: 0, count: 288 }, fixedLiterals)
const fixedDistances = new Int32Array(32)
const fives = new Uint8Array(32).fill(5)
const fixedDistanceRoot = buildTable(distanceAlphabet, fives, { from: 0, count: 32 }, fixedDistances)

type State = 'block' | 'stored' | 'codes' | 'done'

export class Inflate {
  readonly #input: BitReader
  readonly #start: number
  #state: State = 'block'
  #isFinal = false
  #storedLeft = 0
  #matchLeft = 0
  #matchDistance = 0
  #literals: Int32Array = fixedLiterals
  #literalRoot = fixedLiteralRoot
  #distances: Int32Array = fixedDistances
  #distanceRoot = fixedDistanceRoot
  #workspace: Workspace | undefined
  #written = 0
  #fault: string | undefined

  /** Decodes the bytes from `offset`, never past `end`. */
  constructor(input: ByteSource, offset: number, end = Number.POSITIVE_INFINITY) {
    this.#input = new BitReader(input, offset, end)
    this.#start = offset
  }

  /** Encoded bytes used: a whole number of bytes once the end was reached. */
  get consumed(): number {
    return this.#input.offset - this.#start
  }

  /** What is wrong with the data; everything before it has been delivered. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** The end was reached, and not by damage. */
  get isComplete(): boolean {
    return this.#state === 'done' && this.#fault === undefined
  }

  /** Fills `out` as far as possible and returns how much; 0 is the end. Only the input may throw. */
  read(out: Uint8Array): number {
    let to = this.#matchLeft > 0 ? this.#copyMatch(out, 0) : 0
    while (to < out.length && this.#state !== 'done' && this.#input.thrown === undefined) {
      if (this.#state === 'block') this.#beginBlock()
      else if (this.#state === 'stored') to = this.#copyStored(out, to)
      else to = this.#decode(out, to)
    }
    this.#input.dropView()
    if (this.#state === 'done') this.#giveBack()
    else if (to > 0) this.#remember(out, to)
    this.#written += to
    if (to === 0 && this.#input.thrown !== undefined) throw this.#input.thrown
    return to
  }

  #stop(fault: string): void {
    if (this.#input.thrown !== undefined) return
    this.#fault = fault
    this.#state = 'done'
  }

  #giveBack(): void {
    if (this.#workspace !== undefined && idle.length < maxIdle) idle.push(this.#workspace)
    this.#workspace = undefined
    this.#literals = fixedLiterals
    this.#distances = fixedDistances
  }

  #borrow(): Workspace {
    this.#workspace ??= idle.pop() ?? {
      literals: new Int32Array(literalTableSize),
      distances: new Int32Array(distanceTableSize),
      window: new Uint8Array(windowBytes),
    }
    return this.#workspace
  }

  /** Suspended: the caller may reuse `out`, so the last 32 KiB go to the window, a ring. */
  #remember(out: Uint8Array, length: number): void {
    const { window } = this.#borrow()
    const from = Math.max(0, length - windowBytes)
    const at = (this.#written + from) & windowMask
    const untilWrap = Math.min(length - from, windowBytes - at)
    window.set(out.subarray(from, from + untilWrap), at)
    if (from + untilWrap < length) window.set(out.subarray(from + untilWrap, length), 0)
  }

  /** RFC 1951, 3.2.3. */
  #beginBlock(): void {
    if (this.#isFinal) {
      this.#state = 'done'
      return
    }
    if (!this.#input.need(3)) return this.#stop(endsEarly)
    this.#isFinal = this.#input.take(1) === 1
    const type = this.#input.take(2)
    if (type === 0) return this.#beginStored()
    if (type === 3) return this.#stop('the deflate data has a block of unknown type')
    if (type === 2) return this.#beginDynamic()
    this.#literals = fixedLiterals
    this.#literalRoot = fixedLiteralRoot
    this.#distances = fixedDistances
    this.#distanceRoot = fixedDistanceRoot
    this.#state = 'codes'
  }

  /** RFC 1951, 3.2.4. */
  #beginStored(): void {
    this.#input.take(this.#input.bits & 7)
    if (!this.#input.need(16)) return this.#stop(endsEarly)
    const length = this.#input.take(16)
    if (!this.#input.need(16)) return this.#stop(endsEarly)
    if (this.#input.take(16) !== (length ^ 0xffff)) return this.#stop('a stored block has a wrong length')
    this.#input.alignToByte()
    this.#storedLeft = length
    this.#state = 'stored'
  }

  #copyStored(out: Uint8Array, to: number): number {
    if (this.#storedLeft === 0) {
      this.#state = 'block'
      return to
    }
    if (this.#input.at >= this.#input.view.length && !this.#input.fetch()) {
      this.#stop(endsEarly)
      return to
    }
    const count = Math.min(this.#storedLeft, out.length - to, this.#input.view.length - this.#input.at)
    out.set(this.#input.view.subarray(this.#input.at, this.#input.at + count), to)
    this.#input.at += count
    this.#storedLeft -= count
    return to + count
  }

  #beginDynamic(): void {
    const { literals, distances } = this.#borrow()
    const roots = readDynamicBlock(this.#input, literals, distances)
    if (typeof roots === 'string') return this.#stop(roots)
    this.#literals = literals
    this.#distances = distances
    this.#literalRoot = roots.literalRoot
    this.#distanceRoot = roots.distanceRoot
    this.#state = 'codes'
  }

  /** Symbols until the block ends or `out` is full: fast away from the edges, one by one near them. */
  #decode(out: Uint8Array, from: number): number {
    let to = from
    while (this.#state === 'codes' && to < out.length && this.#input.thrown === undefined) {
      if (this.#input.view.length - this.#input.at < inputMargin) this.#input.fetch()
      const isFast = this.#input.view.length - this.#input.at >= inputMargin && out.length - to > outputMargin
      to = isFast ? this.#decodeFast(out, to) : this.#decodeOne(out, to)
    }
    return to
  }

  #decodeFast(out: Uint8Array, from: number): number {
    const view = this.#input.view
    const literals = this.#literals
    const distances = this.#distances
    const literalRoot = this.#literalRoot
    const distanceRoot = this.#distanceRoot
    const literalMask = (1 << literalRoot) - 1
    const distanceMask = (1 << distanceRoot) - 1
    const lastInput = view.length - inputMargin
    const lastOutput = out.length - outputMargin
    let at = this.#input.at
    let hold = this.#input.hold
    let bits = this.#input.bits
    let to = from

    while (at <= lastInput && to <= lastOutput) {
      if (bits < 16) {
        hold |= (view[at]! | (view[at + 1]! << 8)) << bits
        at += 2
        bits += 16
      }
      let entry = literals[hold & literalMask]!
      if (entry < 0) {
        out[to++] = entry >>> 16
        hold >>>= entry & 15
        bits -= entry & 15
        continue
      }
      if ((entry & kindTable) !== 0) {
        entry = literals[(entry >>> 16) + ((hold >>> literalRoot) & ((1 << ((entry >>> 4) & 15)) - 1))]!
        if (entry < 0) {
          out[to++] = entry >>> 16
          hold >>>= entry & 15
          bits -= entry & 15
          continue
        }
      }
      hold >>>= entry & 15
      bits -= entry & 15
      if ((entry & kindValue) === 0) {
        if ((entry & kindEnd) !== 0) this.#state = 'block'
        else this.#stop('a code stands for nothing')
        break
      }
      if (bits < 16) {
        hold |= (view[at]! | (view[at + 1]! << 8)) << bits
        at += 2
        bits += 16
      }
      let extra = (entry >>> 4) & 15
      const length = (entry >>> 16) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      if (bits < 16) {
        hold |= (view[at]! | (view[at + 1]! << 8)) << bits
        at += 2
        bits += 16
      }
      entry = distances[hold & distanceMask]!
      if ((entry & kindTable) !== 0) {
        entry = distances[(entry >>> 16) + ((hold >>> distanceRoot) & ((1 << ((entry >>> 4) & 15)) - 1))]!
      }
      if ((entry & kindValue) === 0) {
        this.#stop('a distance code stands for nothing')
        break
      }
      hold >>>= entry & 15
      bits -= entry & 15
      if (bits < 16) {
        hold |= (view[at]! | (view[at + 1]! << 8)) << bits
        at += 2
        bits += 16
      }
      extra = (entry >>> 4) & 15
      const distance = (entry >>> 16) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      if (distance > to) {
        this.#matchLeft = length
        this.#matchDistance = distance
        to = this.#copyMatch(out, to)
        if (this.#state === 'done') break
      } else if (length > 48 && distance >= length) {
        out.copyWithin(to, to - distance, to - distance + length)
        to += length
      } else if (length > 16 && distance === 1) {
        out.fill(out[to - 1]!, to, to + length)
        to += length
      } else {
        for (const end = to + length; to < end; to++) out[to] = out[to - distance]!
      }
    }
    this.#input.at = at
    this.#input.hold = hold
    this.#input.bits = bits
    return to
  }

  /** Decodes one symbol where the input or the output may end inside it. */
  #decodeOne(out: Uint8Array, to: number): number {
    const entry = this.#symbol(this.#literals, this.#literalRoot)
    if (entry === 0) return to
    if (entry < 0) {
      out[to] = entry >>> 16
      return to + 1
    }
    if ((entry & kindEnd) !== 0) {
      this.#state = 'block'
      return to
    }
    const length = this.#withExtra(entry)
    const distanceEntry = length < 0 ? 0 : this.#symbol(this.#distances, this.#distanceRoot)
    const distance = distanceEntry === 0 ? -1 : this.#withExtra(distanceEntry)
    if (distance < 0) return to
    this.#matchLeft = length
    this.#matchDistance = distance
    return this.#copyMatch(out, to)
  }

  /** The table entry of the next code, its bits taken; 0 after a stop. */
  #symbol(table: Int32Array, root: number): number {
    this.#input.need(15)
    let entry = table[this.#input.hold & ((1 << root) - 1)]!
    if (entry >= 0 && (entry & kindTable) !== 0) {
      entry = table[(entry >>> 16) + ((this.#input.hold >>> root) & ((1 << ((entry >>> 4) & 15)) - 1))]!
    }
    const length = entry & 15
    if (length === 0 || length > this.#input.bits) {
      this.#stop(length === 0 && this.#input.bits >= 15 ? 'a code stands for nothing' : endsEarly)
      return 0
    }
    this.#input.take(length)
    return entry
  }

  #withExtra(entry: number): number {
    const extra = (entry >>> 4) & 15
    if (this.#input.need(extra)) return (entry >>> 16) + this.#input.take(extra)
    this.#stop(endsEarly)
    return -1
  }

  /** Copies what fits of the current match; its start may lie in the window of an earlier call. */
  #copyMatch(out: Uint8Array, from: number): number {
    const distance = this.#matchDistance
    if (distance > this.#written + from) {
      this.#matchLeft = 0
      this.#stop('a distance points before the beginning')
      return from
    }
    const end = Math.min(out.length, from + this.#matchLeft)
    this.#matchLeft -= end - from
    let to = from
    const window = this.#workspace?.window
    if (window !== undefined) {
      for (; to < end && distance > to; to++) out[to] = window[(this.#written + to - distance) & windowMask]!
    }
    for (; to < end; to++) out[to] = out[to - distance]!
    return to
  }
}
