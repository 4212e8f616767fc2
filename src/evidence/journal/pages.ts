// A window over a journal: objects refer to each other forwards and back, mostly near by, so a few pages are kept.

import type { EvidenceSource } from '../source.ts'

const pageBytes = 64 * 1024
const maxPages = 256
const empty = Buffer.alloc(0)

export class Pages {
  readonly #source: EvidenceSource
  readonly #kept = new Map<number, Buffer>()
  #number = -1
  #page: Buffer = empty
  /** Where what was asked for stands: `bytes[at]`. Valid until the next `seek`. */
  bytes: Buffer = empty

  constructor(source: EvidenceSource) {
    this.#source = source
  }

  get size(): number {
    return this.#source.size
  }

  /** Makes `length` bytes from `offset` readable in `bytes`; gives their index there, or -1 where the file is shorter. */
  seek(offset: number, length: number): number {
    if (!(offset >= 0 && offset + length <= this.#source.size)) return -1
    const number = Math.floor(offset / pageBytes)
    if (number !== this.#number) this.#turnTo(number)
    const at = offset - number * pageBytes
    if (at + length <= this.#page.length) {
      this.bytes = this.#page
      return at
    }
    this.bytes = asBuffer(this.#source.read(offset, length))
    return this.bytes.length < length ? -1 : 0
  }

  /** The first offset from `offset` on that is a multiple of 8 and begins 8 bytes that are not all zeros; else the end. */
  firstNotZero(offset: number, end: number): number {
    let at = offset
    while (at < end) {
      const number = Math.floor(at / pageBytes)
      if (number !== this.#number) this.#turnTo(number)
      const page = this.#page
      const from = at - number * pageBytes
      let index = from
      while (index < page.length && page[index] === 0) index += 1
      if (index < page.length) return Math.min(end, number * pageBytes + index - (index % 8))
      at = (number + 1) * pageBytes
    }
    return end
  }

  #turnTo(number: number): void {
    const known = this.#kept.get(number)
    if (known !== undefined) {
      this.#kept.delete(number)
      this.#kept.set(number, known)
    }
    const page = known ?? asBuffer(this.#source.read(number * pageBytes, pageBytes))
    if (known === undefined) {
      this.#kept.set(number, page)
      if (this.#kept.size > maxPages) {
        const [oldest] = this.#kept.keys()
        if (oldest !== undefined) this.#kept.delete(oldest)
      }
    }
    this.#number = number
    this.#page = page
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
