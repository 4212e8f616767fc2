// The header of a deflate block with its own Huffman codes (RFC 1951, 3.2.7).

import type { BitReader } from './bit-reader.ts'
import { type Alphabet, buildTable, distanceAlphabet, lengthAlphabet, literalAlphabet } from './huffman.ts'

/** The order in which the code length code lengths are sent. */
const lengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
/** Of the symbols 16, 17 and 18, which repeat. */
const repeatBits = Uint8Array.of(2, 3, 7)
export const endsEarly = 'the deflate data ends early'

// Nothing here survives the call, and inflate is not re-entered while a header is read.
const codeLengths = new Uint8Array(320)
const lengthTable = new Int32Array(128)
/** The last symbols of a short stream need fewer bits than the widest code and repeat count together. */
const widestLengthCode = 7

export interface Roots {
  readonly literalRoot: number
  readonly distanceRoot: number
}

/** What the codes stand for, which is not the same in deflate and Deflate64. */
export interface BlockAlphabets {
  readonly literals: Alphabet
  readonly distances: Alphabet
  readonly maxDistances: number
}

const deflateAlphabets: BlockAlphabets = {
  literals: literalAlphabet,
  distances: distanceAlphabet,
  maxDistances: 30,
}

/** Fills both tables; the result is their roots' widths or what is wrong. */
export function readDynamicBlock(
  input: BitReader,
  literals: Int32Array,
  distances: Int32Array,
  alphabets = deflateAlphabets,
): Roots | string {
  if (!input.need(14)) return endsEarly
  const literalCount = input.take(5) + 257
  const distanceCount = input.take(5) + 1
  const lengthCount = input.take(4) + 4
  if (literalCount > 286 || distanceCount > alphabets.maxDistances) return 'a block has too many codes'
  codeLengths.fill(0, 0, 19)
  for (let i = 0; i < lengthCount; i++) {
    if (!input.need(3)) return endsEarly
    codeLengths[lengthOrder[i]!] = input.take(3)
  }
  const root = buildTable(lengthAlphabet, codeLengths, { from: 0, count: 19 }, lengthTable)
  if (root < 0) return 'the code length code is not a code'
  const fault = readLengths(input, root, literalCount + distanceCount)
  if (fault !== undefined) return fault
  if (codeLengths[256] === 0) return 'a block has no end code'
  const literalRoot = buildTable(alphabets.literals, codeLengths, { from: 0, count: literalCount }, literals)
  if (literalRoot < 0) return 'the literal code is not a code'
  const span = { from: literalCount, count: distanceCount }
  const distanceRoot = buildTable(alphabets.distances, codeLengths, span, distances)
  if (distanceRoot < 0) return 'the distance code is not a code'
  return { literalRoot, distanceRoot }
}

function readLengths(input: BitReader, root: number, total: number): string | undefined {
  const mask = (1 << root) - 1
  for (let i = 0; i < total;) {
    input.need(widestLengthCode)
    const entry = lengthTable[input.hold & mask]!
    if (entry === 0) return 'a code length is not a code'
    if ((entry & 15) > input.bits) return endsEarly
    input.take(entry & 15)
    const symbol = entry >>> 16
    if (symbol < 16) {
      codeLengths[i++] = symbol
      continue
    }
    const extra = repeatBits[symbol - 16]!
    if (!input.need(extra)) return endsEarly
    if (symbol === 16 && i === 0) return 'a repeated code length has nothing to repeat'
    const value = symbol === 16 ? codeLengths[i - 1]! : 0
    const repeat = (symbol === 18 ? 11 : 3) + input.take(extra)
    if (i + repeat > total) return 'there are more code lengths than codes'
    codeLengths.fill(value, i, i + repeat)
    i += repeat
  }
  return undefined
}
