// A regular language over bytes as a tree. YARA's regular expressions and hex strings and ClamAV's body signatures all
// become this; nothing after the parsers knows which of them it was.

/** A set of byte values: bit `b & 31` of word `b >> 5`; always 8 words. */
export type ByteSet = Uint32Array

export type Tree =
  /** These bytes in this order; never empty. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** One byte out of a set: masks (`?4`), classes, dots. */
  | { readonly kind: 'class'; readonly set: ByteSet }
  /** One after the other; no items: the empty text. */
  | { readonly kind: 'concat'; readonly items: readonly Tree[] }
  | { readonly kind: 'either'; readonly items: readonly Tree[] }
  /** `most` may be Infinity. */
  | {
      readonly kind: 'repeat'
      readonly item: Tree
      readonly least: number
      readonly most: number
      readonly greedy: boolean
    }
  | { readonly kind: 'assert'; readonly that: Assertion }

/**
 * No byte: a condition on the place. `start` and `end` are those of the whole object; a line starts at its start and
 * after each `\n`, and ends before each `\n` and at its end.
 */
export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'word-boundary' | 'not-word-boundary'
