// Whether an assertion holds between two bytes of an object.

import { has } from './byte-set.ts'
import { wordSet } from './parse-escape.ts'
import { assertions } from './program-format.ts'

const start = assertions.indexOf('start')
const end = assertions.indexOf('end')
const lineStart = assertions.indexOf('line-start')
const lineEnd = assertions.indexOf('line-end')
const wordBoundary = assertions.indexOf('word-boundary')

const isWord = Uint8Array.from({ length: 256 }, (_, byte) => (has(wordSet, byte) ? 1 : 0))

/**
 * `width` is the bytes of a character: 2 in wide programs, where YARA-X looks at the first byte of the neighbouring
 * pair, whatever its second byte is, and takes less than a pair for nothing.
 */
export function holds(assertion: number, bytes: Uint8Array, at: number, width: number): boolean {
  const before = at >= width ? bytes[at - width]! : -1
  const after = at + width <= bytes.length ? bytes[at]! : -1
  switch (assertion) {
    case start:
      return before < 0
    case end:
      return after < 0
    case lineStart:
      return before < 0 || before === 0x0a
    case lineEnd:
      return after < 0 || after === 0x0a
    default: {
      const differs = (before >= 0 ? isWord[before] : 0) !== (after >= 0 ? isWord[after] : 0)
      return differs === (assertion === wordBoundary)
    }
  }
}
