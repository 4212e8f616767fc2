// What was read of an append-only file, as digests of its blocks: later it is seen whether somebody has changed what was
// read already. The last block grows; a digest is of as many bytes as were read of it.

import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'

import { utmpRecordBytes } from '../../evidence/logins/index.ts'

export const blockBytes = 64 * utmpRecordBytes
/** 6 MiB of the file's end are checked, 16,384 records; what lies before is not. */
const maxBlocks = 256
const digestChars = 12

export interface KeptDigests {
  /** Index of the first block that has a digest. */
  readonly first: number
  readonly digests: string
  readonly bytes: number
  /** Digest of the first record. */
  readonly head: string
}

export class BlockDigests {
  #first: number
  readonly #digests: string[]
  /** Bytes of the file that the digests stand for, from its beginning. */
  #bytes: number
  #head: string

  constructor(kept?: KeptDigests) {
    this.#first = kept?.first ?? 0
    this.#bytes = kept?.bytes ?? 0
    this.#head = kept?.head ?? ''
    this.#digests = kept?.digests.match(/.{12}/g) ?? []
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Blocks that can be checked: indexes from `first` up to, without, `end`. */
  get range(): { readonly first: number; readonly end: number } {
    return { first: this.#first, end: this.#first + this.#digests.length }
  }

  kept(): KeptDigests {
    return { first: this.#first, digests: this.#digests.join(''), bytes: this.#bytes, head: this.#head }
  }

  /** The file was read up to `bytes`: its last blocks get their digests. */
  extend(fd: number, bytes: number): void {
    if (this.#head === '' && bytes >= utmpRecordBytes) this.#head = headOf(fd)
    const blocks = Math.ceil(bytes / blockBytes)
    if (this.#digests.length === 0) this.#first = Math.max(0, blocks - maxBlocks)
    const from = Math.max(this.#first, Math.floor(this.#bytes / blockBytes))
    for (let block = from; block * blockBytes < bytes; block += 1) {
      const index = block - this.#first
      const end = Math.min(bytes, (block + 1) * blockBytes)
      const digest = digestOf(fd, block, end)
      if (digest === undefined) return
      this.#digests[index] = digest
      this.#bytes = end
    }
    if (this.#digests.length <= maxBlocks) return
    this.#first += this.#digests.splice(0, this.#digests.length - maxBlocks).length
  }

  /** Whether the file begins with the same record as this one did. False when that is not known any more. */
  holdsFirst(fd: number): boolean {
    return this.#head !== '' && headOf(fd) === this.#head
  }

  /** Whether the block is what it was. */
  holds(fd: number, block: number): boolean {
    const expected = this.#digests[block - this.#first]
    if (expected === undefined) return true
    return digestOf(fd, block, Math.min(this.#bytes, (block + 1) * blockBytes)) === expected
  }
}

function headOf(fd: number): string {
  return digestOf(fd, 0, utmpRecordBytes) ?? ''
}

const buffer = Buffer.alloc(blockBytes)

/** Undefined when the file ends before `end`. */
function digestOf(fd: number, block: number, end: number): string | undefined {
  const length = end - block * blockBytes
  if (readSync(fd, buffer, 0, length, block * blockBytes) < length) return undefined
  return createHash('sha256').update(buffer.subarray(0, length)).digest('base64').slice(0, digestChars)
}
