// The sequences of a Zstandard block (RFC 8878, 3.1.1.3.2): literals to copy, then a match, over and over.

import {
  buildFseTable,
  type FseAlphabet,
  type FseTable,
  newFseTable,
  readFseTable,
  setRleTable,
} from './fse.ts'
import { ForwardBits } from './forward-bits.ts'
import type { History } from './history.ts'
import { backwardStart, type BlockMemory } from './zstd-literals.ts'

const lengthBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12,
]
const wideBits = [13, 14, 15, 16]
const plainMatches = Array.from({ length: 32 }, () => 0)
const matchBits = [...plainMatches, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, ...wideBits]
const longestOffsetCode = 31

/** Each range begins where the one before ends. */
function alphabetOf(extraBits: readonly number[], first: number, maxLog: number): FseAlphabet {
  let base = first
  const bases = extraBits.map((bits) => {
    base += 2 ** bits
    return base - 2 ** bits
  })
  return { bases: Int32Array.from(bases), extraBits: Uint8Array.from(extraBits), maxLog }
}

/** In the order in which a block describes them. */
const alphabets = {
  literalLength: alphabetOf([...lengthBits, ...wideBits], 0, 9),
  offset: {
    bases: Int32Array.from({ length: longestOffsetCode + 1 }, (_, code) => 2 ** code),
    extraBits: Uint8Array.from({ length: longestOffsetCode + 1 }, (_, code) => code),
    maxLog: 8,
  },
  matchLength: alphabetOf(matchBits, 3, 9),
} as const
type Kind = keyof typeof alphabets

const ones = (count: number): number[] => Array.from({ length: count }, () => 1)
const twos = (count: number): number[] => Array.from({ length: count }, () => 2)
const rare = (count: number): number[] => Array.from({ length: count }, () => -1)

/** 3.1.1.3.2.2. */
const predefined: Readonly<Record<Kind, FseTable>> = {
  literalLength: buildFseTable(
    alphabets.literalLength,
    [4, 3, ...twos(11), 1, 1, 1, ...twos(9), 3, 2, ...ones(5), ...rare(4)],
    6,
  ),
  offset: buildFseTable(alphabets.offset, [...ones(6), 2, 2, 2, ...ones(15), ...rare(5)], 5),
  matchLength: buildFseTable(alphabets.matchLength, [1, 4, 3, ...twos(6), ...ones(37), ...rare(7)], 6),
}

export class ZstdSequences {
  readonly #own: Readonly<Record<Kind, FseTable>> = {
    literalLength: newFseTable(9),
    offset: newFseTable(8),
    matchLength: newFseTable(9),
  }
  readonly #current: Record<Kind, FseTable | undefined> = {
    literalLength: undefined,
    offset: undefined,
    matchLength: undefined,
  }
  #rep1 = 1
  #rep2 = 4
  #rep3 = 8
  /** What `run` met is no damage: the window is larger than what is kept. */
  isForgotten = false

  /** Executes the section `[start, end)` on `literals`; returns what is wrong. Room for the result has been made. */
  run(
    memory: BlockMemory,
    span: { start: number; end: number },
    literals: { bytes: Uint8Array; count: number },
    history: History,
  ): string | undefined {
    const { bytes } = memory
    let at = span.start
    if (at >= span.end) return 'a Zstandard block ends early'
    let count = bytes[at++]!
    if (count >= 128) {
      if (at + 2 > span.end) return 'a Zstandard block ends early'
      if (count < 255) count = ((count - 128) << 8) | bytes[at++]!
      else {
        count = (bytes[at]! | (bytes[at + 1]! << 8)) + 0x7f00
        at += 2
      }
    }
    if (count === 0) {
      if (at !== span.end) return 'a Zstandard block is not as long as it says'
      return appendLiterals(literals, 0, history, history.at + maxBlock)
    }
    if (at >= span.end) return 'a Zstandard block ends early'
    const modes = bytes[at++]!
    const description = new ForwardBits(bytes, at, span.end)
    const isDescribed =
      this.#choose('literalLength', modes >> 6, description) &&
      this.#choose('offset', (modes >> 4) & 3, description) &&
      this.#choose('matchLength', (modes >> 2) & 3, description)
    if (!isDescribed || description.at >= span.end) return 'a Zstandard block has wrong tables'
    return this.#execute(memory, { start: description.at, end: span.end, count }, literals, history)
  }

  #choose(kind: Kind, mode: number, input: ForwardBits): boolean {
    const alphabet = alphabets[kind]
    const own = this.#own[kind]
    if (mode === 3) return this.#current[kind] !== undefined
    if (mode === 0) this.#current[kind] = predefined[kind]
    else {
      this.#current[kind] = own
      if (mode === 2) return readFseTable(input, alphabet, own)
      const symbol = input.take(8)
      if (symbol >= alphabet.bases.length) return false
      setRleTable(alphabet, symbol, own)
    }
    return true
  }

  // oxlint-disable-next-line complexity
  #execute(
    { bytes, view }: BlockMemory,
    stream: { start: number; end: number; count: number },
    literals: { bytes: Uint8Array; count: number },
    history: History,
  ): string | undefined {
    const { literalLength, offset, matchLength } = this.#current
    if (literalLength === undefined || offset === undefined || matchLength === undefined) return 'no tables'
    const lengthSteps = literalLength.steps
    const lengthValues = literalLength.values
    const offsetSteps = offset.steps
    const offsetValues = offset.values
    const matchSteps = matchLength.steps
    const matchValues = matchLength.values
    const first = stream.start * 8
    let p = backwardStart(bytes, stream.end)
    if (p < 0) return 'a Zstandard block has wrong sequences'

    p -= literalLength.log
    let lengthState = bitsAt(view, p, literalLength.log)
    p -= offset.log
    let offsetState = bitsAt(view, p, offset.log)
    p -= matchLength.log
    let matchState = bitsAt(view, p, matchLength.log)

    const out = history.buffer
    const limit = history.at + maxBlock
    const source = literals.bytes
    const literalCount = literals.count
    let to = history.at
    let from = 0
    let rep1 = this.#rep1
    let rep2 = this.#rep2
    let rep3 = this.#rep3
    for (let left = stream.count; left > 0; left--) {
      if (p < first) return 'a Zstandard block has wrong sequences'
      const lengthStep = lengthSteps[lengthState]!
      const offsetStep = offsetSteps[offsetState]!
      const matchStep = matchSteps[matchState]!
      let extra = offsetStep >>> 24
      let distance = offsetValues[offsetState]!
      if (extra > 24) {
        // At most 31 bits, too many for one load; anything near that is refused below.
        p -= extra - 16
        distance += bitsAt(view, p, extra - 16) * 65_536
        extra = 16
      }
      p -= extra
      distance += (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << extra) - 1)
      extra = matchStep >>> 24
      p -= extra
      let match = matchValues[matchState]! + ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << extra) - 1))
      extra = lengthStep >>> 24
      p -= extra
      let length =
        lengthValues[lengthState]! + ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << extra) - 1))

      if (distance > 3) {
        distance -= 3
        rep3 = rep2
        rep2 = rep1
        rep1 = distance
      } else {
        // 3.1.1.5: without literals the meanings shift by one.
        const which = length === 0 ? distance + 1 : distance
        distance = rep1
        if (which > 1) {
          if (which === 2) distance = rep2
          else {
            distance = which === 3 ? rep3 : rep1 - 1
            rep3 = rep2
          }
          rep2 = rep1
          rep1 = distance
        }
      }
      if (left > 1) {
        let bits = lengthStep & 0xff
        p -= bits
        lengthState =
          ((lengthStep >> 8) & 0xffff) + ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1))
        bits = matchStep & 0xff
        p -= bits
        matchState =
          ((matchStep >> 8) & 0xffff) + ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1))
        bits = offsetStep & 0xff
        p -= bits
        offsetState =
          ((offsetStep >> 8) & 0xffff) + ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1))
      }
      if (length > literalCount - from || length + match > limit - to) {
        history.at = to
        return 'a Zstandard block has wrong lengths'
      }
      if (length > 48) {
        out.set(source.subarray(from, from + length), to)
        to += length
        from += length
      } else for (; length > 0; length--) out[to++] = source[from++]!
      if (distance > to || distance <= 0) {
        history.at = to
        this.isForgotten = distance > 0 && distance <= history.base + to
        return this.isForgotten
          ? 'the window is larger than supported'
          : 'an offset points before the beginning'
      }
      if (match > 48 && distance >= match) {
        out.copyWithin(to, to - distance, to - distance + match)
        to += match
      } else for (let old = to - distance; match > 0; match--) out[to++] = out[old++]!
    }
    history.at = to
    this.#rep1 = rep1
    this.#rep2 = rep2
    this.#rep3 = rep3
    if (p !== first) return 'a Zstandard block has wrong sequences'
    return appendLiterals(literals, from, history, limit)
  }
}

/** The most that a block unpacks to. */
export const maxBlock = 128 * 1024

function bitsAt(view: DataView, bit: number, count: number): number {
  return (view.getInt32(bit >> 3, true) >>> (bit & 7)) & ((1 << count) - 1)
}

function appendLiterals(
  literals: { bytes: Uint8Array; count: number },
  from: number,
  history: History,
  limit: number,
): string | undefined {
  if (literals.count - from > limit - history.at) return 'a Zstandard block has wrong lengths'
  history.buffer.set(literals.bytes.subarray(from, literals.count), history.at)
  history.at += literals.count - from
  return undefined
}
