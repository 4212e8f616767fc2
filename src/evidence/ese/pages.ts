// The pages of an ESE database by number, checked; the last ones are kept. Damaged ones are told once and are not there.

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { isWholePage } from './checksum.ts'
import { type Page, pageFlag, pageOf } from './page.ts'

/** Of memory for pages. */
const keptBytes = 4 * 1024 * 1024
/** 16 TiB of pages of 4 KiB. */
const mostPages = 2 ** 32 - 2
/** Bytes of long values in all, and as many more for each byte of the file: many cells may name the same value. */
const mostLongBytes = 256 * 1024 * 1024
const longBytesEach = 64
/** Damaged pages that are remembered as told. */
const mostTold = 65_536

export class Pages {
  readonly pageBytes: number
  /** The highest number of a page. */
  readonly last: number
  readonly notes: Notes
  readonly #source: EvidenceSource
  readonly #kept = new Map<number, Page>()
  readonly #most: number
  readonly #told = new Set<number>()
  #longBytes: number
  #leaves: ReadonlyMap<number, readonly number[]> | undefined

  constructor(source: EvidenceSource, pageBytes: number, notes: Notes) {
    this.#source = source
    this.pageBytes = pageBytes
    this.notes = notes
    this.last = Math.min(mostPages, Math.floor(source.size / pageBytes) - 2)
    this.#most = Math.ceil(keptBytes / pageBytes)
    this.#longBytes = mostLongBytes + longBytesEach * source.size
  }

  /** Undefined: there is no such page, or it is damaged; a note says so. */
  get(number: number): Page | undefined {
    const known = this.#kept.get(number)
    if (known !== undefined) return known
    if (number < 1 || number > this.last) {
      this.tell(number, `page ${number} is beyond the end of the file`)
      return undefined
    }
    const bytes = this.#source.read(this.#offsetOf(number), this.pageBytes)
    if (bytes.length < this.pageBytes || !isWholePage(bytes, number)) {
      this.tell(number, `page ${number} is damaged: its checksum is wrong; it is passed over`)
      return undefined
    }
    const page = pageOf(bytes, number)
    if (this.#kept.size >= this.#most) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
    this.#kept.set(number, page)
    return page
  }

  get bytes(): number {
    return this.#source.size
  }

  /** False: so much was spent on long values that no more are read; a note says so, once. */
  spend(bytes: number): boolean {
    if (this.#longBytes < 0) return false
    this.#longBytes -= bytes
    if (this.#longBytes < 0)
      this.notes.add('long values have more bytes in all than can be: no more of them are read')
    return this.#longBytes >= 0
  }

  /** A note about a page; one for each. */
  tell(number: number, text: string): void {
    if (this.#told.has(number) || this.#told.size >= mostTold) return
    this.#told.add(number)
    this.notes.add(text, number < 1 || number > this.last ? undefined : this.#offsetOf(number))
  }

  /** Leaves of the tree by what they say themselves, in the order of the file: for trees whose branches are damaged. */
  leavesOf(objectId: number): readonly number[] {
    this.#leaves ??= this.#findLeaves()
    return this.#leaves.get(objectId) ?? []
  }

  #findLeaves(): Map<number, number[]> {
    const leaves = new Map<number, number[]>()
    for (let number = 1; number <= this.last; number++) {
      const page = pageOf(this.#source.read(this.#offsetOf(number), this.pageBytes), number)
      const isLeaf = (page.flags & (pageFlag.leaf | pageFlag.space | pageFlag.empty)) === pageFlag.leaf
      if (!isLeaf || page.tagCount === 0) continue
      const known = leaves.get(page.objectId)
      if (known === undefined) leaves.set(page.objectId, [number])
      else known.push(number)
    }
    return leaves
  }

  #offsetOf(number: number): number {
    return (number + 1) * this.pageBytes
  }
}
