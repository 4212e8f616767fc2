// Where the tokeniser stands in a value, and what it has read so far.

import type { Kind } from './words.ts'

export interface Tokens {
  /** One letter for each token, see words.ts. */
  readonly kinds: Kind[]
  /** MySQL runs what stands in comments that start with an exclamation mark: nobody else writes that. */
  readonly hasVersionComment: boolean
  /** A comment stood between two tokens. */
  readonly hasInlineComment: boolean
  /** What the first (closed) and the last (open) string of the value hold. */
  readonly closed: string
  readonly open: string
  /** What stands behind the mark of the last comment. */
  readonly comment: string
}

export interface Cursor {
  readonly text: string
  at: number
  readonly kinds: Kind[]
  /** Depth of version comments whose end is still to come. */
  versioned: number
  hasVersionComment: boolean
  hasInlineComment: boolean
  open: string
  comment: string
  /** The previous word, while nothing but white space followed it. */
  previousWord: string
}

export function push(cursor: Cursor, kind: Kind): void {
  cursor.kinds.push(kind)
  cursor.previousWord = ''
}

/** As endOfString, for a string inside the value: a backslash hides the character behind it. */
export function endOfInnerString(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const c = text[at]
    if (c === '\\') at++
    else if (c === quote) {
      if (text[at + 1] !== quote) return at
      at++
    }
  }
  return text.length
}
