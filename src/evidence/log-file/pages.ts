// The record pages (RCRD) of the log in the order in which they were written. A page that was written in parts has its newest
// state in a copy at the beginning of the file; it takes the place of the older one.

import { u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { fixUp } from '../ntfs-record.ts'
import type { EvidenceSource } from '../source.ts'
import { type Geometry, lsnAt } from './restart.ts'

const rcrd = 0x44524352
const unused = 0xffffffff
/** A log of 1 GiB; Windows makes them of 64 MiB. */
const maxPages = 262_144
/** Enough for the largest record and those around it. */
const cachedPages = 96

export interface Page {
  /** Its place in the ring, counted from the beginning of the file. */
  readonly number: number
  /** Where its bytes lie. */
  readonly at: number
  /** Of the last record that begins in it. */
  readonly lastLsn: bigint
}

/** Owns the table of pages and the few that were read last. */
export class LogPages {
  readonly geometry: Geometry
  readonly #source: EvidenceSource
  readonly #notes: Notes
  readonly #pages = new Map<number, Page>()
  readonly #cache = new Map<number, Uint8Array>()

  constructor(source: EvidenceSource, geometry: Geometry, notes: Notes) {
    this.geometry = geometry
    this.#source = source
    this.#notes = notes
    const count = Math.min(geometry.pageCount, maxPages)
    if (count < geometry.pageCount) notes.add(`only the first ${maxPages} pages of the log are read`)
    for (let number = geometry.firstPage; number < count; number += 1) this.#addPage(number)
    for (let copy = 2; copy < Math.min(geometry.firstPage, count); copy += 1) this.#addCopy(copy)
  }

  /** From the oldest. */
  inOrder(): Page[] {
    return [...this.#pages.values()].toSorted((a, b) => {
      if (a.lastLsn === b.lastLsn) return a.number - b.number
      return a.lastLsn < b.lastLsn ? -1 : 1
    })
  }

  get(number: number): Page | undefined {
    return this.#pages.get(number)
  }

  /** Its bytes with the ends of its sectors put back. */
  bytesOf({ at }: Page): Uint8Array {
    const cached = this.#cache.get(at)
    if (cached !== undefined) return cached
    const bytes = Uint8Array.from(this.#source.read(at, this.geometry.pageBytes))
    fixUp(bytes)
    if (this.#cache.size >= cachedPages) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest)
        break
      }
    }
    this.#cache.set(at, bytes)
    return bytes
  }

  #read(number: number): Uint8Array | undefined {
    const { pageBytes } = this.geometry
    const at = number * pageBytes
    const bytes = Uint8Array.from(this.#source.read(at, pageBytes))
    if (bytes.length < pageBytes) return undefined
    const signature = u32(bytes, 0)
    if (signature !== rcrd) {
      if (signature !== unused && signature !== 0) this.#notes.add('a page of the log is damaged', at)
      return undefined
    }
    if (fixUp(bytes)) return bytes
    this.#notes.add('a page of the log was not written whole', at)
    return undefined
  }

  #addPage(number: number): void {
    const bytes = this.#read(number)
    if (bytes === undefined) return
    this.#pages.set(number, { number, at: number * this.geometry.pageBytes, lastLsn: lsnAt(bytes, 8) })
  }

  #addCopy(copy: number): void {
    const { pageBytes, version, firstPage, pageCount } = this.geometry
    const bytes = this.#read(copy)
    if (bytes === undefined) return
    // Up to version 1.1 the place of the page stands where its last sequence number would be.
    const isOld = version.startsWith('1.')
    const place = isOld ? u32(bytes, 8) : u32(bytes, 0x3c)
    const lastLsn = lsnAt(bytes, isOld ? 0x20 : 8)
    const number = place / pageBytes
    if (!Number.isInteger(number) || number < firstPage || number >= pageCount) return
    const there = this.#pages.get(number)
    if (there !== undefined && there.lastLsn >= lastLsn) return
    this.#pages.set(number, { number, at: copy * pageBytes, lastLsn })
  }
}
