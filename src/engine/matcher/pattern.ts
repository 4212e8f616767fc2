// What a detector asks the matcher to find. One pattern has one number; its variants (wide, the keys of xor, the three
// phases of base64) are the matcher's business and are reported under that number.

import type { Tree } from './regex/tree.ts'

export type Pattern = TextPattern | TreePattern

export interface TextPattern {
  readonly kind: 'text'
  readonly bytes: Uint8Array
  readonly nocase: boolean
  readonly ascii: boolean
  /** Each byte followed by a zero. */
  readonly wide: boolean
  /** Neither neighbour is alphanumeric (for a wide match: an alphanumeric followed or preceded by its zero). */
  readonly fullword: boolean
  /** Every single-byte key from `least` to `most`. */
  readonly xor?: { readonly least: number; readonly most: number }
  /** Found where the text is part of something base64-encoded; the text itself is then not looked for. */
  readonly base64?: readonly Base64Variant[]
}

export interface Base64Variant {
  /** 64 bytes. */
  readonly alphabet: Uint8Array
  readonly wide: boolean
}

/** A regular expression (case already folded into the tree) or a hex string. */
export interface TreePattern {
  readonly kind: 'tree'
  readonly tree: Tree
  readonly ascii: boolean
  readonly wide: boolean
  readonly fullword: boolean
  /** At one start the longest match counts, else the shortest. */
  readonly greedy: boolean
}
