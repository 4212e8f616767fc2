// Tests of one byte against a program's instructions and sets.

import { op } from './program-format.ts'

/** Whether the instruction with this first word reads the byte; those that read nothing do not. */
export function reads(code: Int32Array, base: number, word: number, byte: number): boolean {
  switch (word & 0xff) {
    case op.byte:
      return word >>> 8 === byte
    case op.set:
      return isIn(code, base + (word >>> 8), byte)
    default:
      return (word & 0xff) === op.any
  }
}

/** Whether the byte is in the set whose eight words begin at `set`. */
export function isIn(code: Int32Array, set: number, byte: number): boolean {
  return ((code[set + (byte >> 5)]! >>> (byte & 31)) & 1) !== 0
}
