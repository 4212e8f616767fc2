// A member of a crc archive: the sum of its bytes is checked when somebody has read them from beginning to end.

import type { ByteSource } from '../../source/byte-source.ts'

const empty = new Uint8Array(0)

export class SummedMember implements ByteSource {
  readonly size: number
  readonly #parent: ByteSource
  readonly #start: number
  readonly #expected: number
  readonly #mismatch: () => void
  #sum = 0
  #summedTo = 0

  constructor(
    parent: ByteSource,
    span: { start: number; size: number },
    expected: number,
    mismatch: () => void,
  ) {
    this.#parent = parent
    this.#start = span.start
    this.size = span.size
    this.#expected = expected
    this.#mismatch = mismatch
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0) || offset >= this.size) return empty
    const view = this.#parent.read(this.#start + offset, Math.min(length, this.size - offset))
    if (offset <= this.#summedTo && this.#summedTo < offset + view.length) {
      for (let i = this.#summedTo - offset; i < view.length; i++) this.#sum = (this.#sum + (view[i] ?? 0)) | 0
      this.#summedTo = offset + view.length
      if (this.#summedTo === this.size && this.#sum >>> 0 !== this.#expected) this.#mismatch()
    }
    return view
  }
}
