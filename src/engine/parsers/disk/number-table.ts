// A table of numbers in a file, read as it is asked for, a part at a time.

import { u32Be, u64Be } from '../../codecs/big-endian.ts'
import { u32, u64 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const partBytes = 32 * 1024

const readers = { u32, u64, be32: u32Be, be64: u64Be } as const

export class NumberTable {
  /** Entries that are there: never more than the file has room for. */
  readonly length: number
  /** The file ends before the table does. */
  readonly isCut: boolean
  readonly #source: ByteSource
  readonly #at: number
  readonly #width: number
  readonly #number: (bytes: Uint8Array, at: number) => number
  #part: Uint8Array = new Uint8Array(0)
  #partAt = 0

  constructor(source: ByteSource, at: number, length: number, kind: keyof typeof readers) {
    this.#width = kind.endsWith('64') ? 8 : 4
    this.#number = readers[kind]
    this.#source = source
    this.#at = at
    this.length = Math.max(0, Math.min(length, Math.floor((source.size - at) / this.#width)))
    this.isCut = this.length < length
  }

  /** Undefined: behind the end of the table or of the file. */
  get(index: number): number | undefined {
    if (!(index >= 0) || index >= this.length) return undefined
    const offset = index * this.#width
    if (offset < this.#partAt || offset + this.#width > this.#partAt + this.#part.length) {
      this.#partAt = offset - (offset % partBytes)
      const rest = this.length * this.#width - this.#partAt
      this.#part = this.#source.read(this.#at + this.#partAt, Math.min(partBytes, rest)).slice()
      if (offset + this.#width > this.#partAt + this.#part.length) return undefined
    }
    return this.#number(this.#part, offset - this.#partAt)
  }
}
