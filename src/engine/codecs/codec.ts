// What every decompressor of this folder is: a Decoder that says what is wrong with its data. None throws because of
// the data; only the input (a limit of an outer decoder) may throw, after everything decoded before it was delivered.

import type { Decoder } from '../source/decoded-source.ts'

export interface Codec extends Decoder {
  /** What is wrong with the data; known at the end. What could be decoded in spite of it has been delivered. */
  readonly fault: string | undefined
  /** The fault is not damage: the data use something that this decoder does not do. */
  readonly isUnsupported?: boolean
}
