// Takes off the `>` that mboxrd puts before each body line that begins with `From `, or with such a `>` already.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { startsWith } from '../../source/starts-with.ts'

const mark = 0x3e
const lf = 0x0a
const quotedWord = [0x46, 0x72, 0x6f, 0x6d, 0x20] as const
/** Marks before one `From `; more are no quoting. */
const maxMarks = 64

export class UnquotingDecoder implements Decoder {
  readonly #source: ByteSource
  #at = 0
  #isLineStart = true

  constructor(source: ByteSource) {
    this.#source = source
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    for (;;) {
      const view = this.#source.read(this.#at, Math.min(maxRead, out.length + maxMarks + quotedWord.length))
      if (view.length === 0) return 0
      if (this.#isLineStart && isQuoted(view)) {
        this.#at++
        this.#isLineStart = false
        continue
      }
      const count = Math.min(view.length, out.length)
      const end = nextMark(view, count)
      out.set(view.subarray(0, end))
      this.#at += end
      this.#isLineStart = view[end - 1] === lf
      return end
    }
  }
}

function isQuoted(view: Uint8Array): boolean {
  let at = 0
  while (at < maxMarks && view[at] === mark) at++
  return at > 0 && startsWith(view, quotedWord, at)
}

/** Up to the beginning of the next line that has a mark, at least one byte. */
function nextMark(view: Uint8Array, count: number): number {
  for (let at = view.indexOf(lf); at >= 0 && at + 1 < count; at = view.indexOf(lf, at + 1)) {
    if (view[at + 1] === mark) return at + 1
  }
  return count
}
