// The bytes that the marks `(B)`, `(L)` and `(W)` of hexadecimal signatures stand for: found by scanning binary files with each
// of the 256 bytes before, between and behind a pattern with clamscan 1.4.6. At an end of a part a mark consumes nothing
// and also holds at the start or end of the file; between other bytes it is one byte (`(L)` may be two) out of a set.

import type { ByteSet, Tree } from '../../../matcher/regex/tree.ts'
import { classOf, complement, setOf } from './byte-sets.ts'
import type { Mark } from './records.ts'

/** `(B)` to the left of a part: the byte before it is one of these. */
export const boundaryLeft: ByteSet = setOf(' -./<@_')
/** `(B)` to the right of a part: the byte behind it is one of these. */
export const boundaryRight: ByteSet = setOf('\n\r "\'-/=>_')
/** `(W)`: no ASCII letter or digit. */
export const nonAlphanumeric: ByteSet = complement(
  setOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
)

const boundaryBetween = setOf('\n\r "\'-./<=>@_')
const lineFeed = setOf('\n')

export const markLetters: ReadonlyMap<string, Mark['kind']> = new Map([
  ['B', 'boundary'],
  ['L', 'line'],
  ['W', 'word'],
])

/** The mark between other bytes. A negated `(L)` is one byte other than a line feed. */
export function treeOfMark({ kind, negated }: Mark): Tree {
  if (kind === 'line' && !negated) {
    return { kind: 'either', items: [classOf(lineFeed), { kind: 'bytes', bytes: Uint8Array.of(0x0d, 0x0a) }] }
  }
  const set = setsBetween[kind]
  return classOf(negated ? complement(set) : set)
}

const setsBetween = { boundary: boundaryBetween, line: lineFeed, word: nonAlphanumeric } as const
