// Every entry of the file in its order: a walk from object to object, checked against the file's list of its entries. Each
// leads on where the other is damaged, and an entry that the list does not have is found too.

import { u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { JournalHeader } from './header.ts'
import { aligned, entryBytes, lastKnownType, type Layout, objectHeaderBytes, objectType } from './layout.ts'
import type { Pages } from './pages.ts'

/** Where an entry lies, and whether the list of entries has it. */
export interface FoundEntry {
  offset: number
  size: number
  isListed: boolean
}

/** Of each type without its contents, by number; a TAG is 64 bytes. */
const leastBytes = [0, 64, 40, 64, 16, 16, 24, 64]
const maxEntryBytes = 1 << 20
/** From either end of an entry that nothing leads to. */
const fieldsLookedAt = 4

export class Walk {
  readonly #pages: Pages
  readonly #layout: Layout
  readonly #notes: Notes
  readonly #listed: Iterator<number, void, undefined>
  readonly #start: number
  readonly #tail: number
  #next: number

  constructor(
    pages: Pages,
    header: JournalHeader,
    given: { layout: Layout; notes: Notes; listed: Iterator<number, void, undefined> },
  ) {
    this.#pages = pages
    this.#layout = given.layout
    this.#notes = given.notes
    this.#listed = given.listed
    this.#start = aligned(header.headerBytes)
    this.#tail = header.tailObjectOffset
    this.#next = this.#take()
  }

  /** The same object each time, changed. */
  *entries(): Generator<FoundEntry, void, undefined> {
    const pages = this.#pages
    const found: FoundEntry = { offset: 0, size: 0, isListed: false }
    let offset = this.#start
    while (offset < pages.size) {
      const end = this.#endOf(offset)
      if (end < 0) {
        offset = this.#leap(offset)
        continue
      }
      // An object that reaches over a listed entry lies about its length.
      if (this.#next > offset && this.#next < end && this.#isEntry(this.#next)) {
        this.#notes.add('the length of an object is wrong', offset)
        offset = this.#next
        continue
      }
      if (this.#typeAt(offset) === objectType.entry) {
        if (this.#isEntry(offset)) {
          found.offset = offset
          found.size = this.#sizeAt(offset)
          found.isListed = this.#catchUp(offset)
          yield found
        } else this.#notes.add('an entry is damaged', offset)
      }
      offset = end
    }
    this.#catchUp(Number.POSITIVE_INFINITY)
  }

  #take(): number {
    const { value } = this.#listed.next()
    return value ?? Number.POSITIVE_INFINITY
  }

  /** Passes over listed offsets before `offset`; true where it is listed itself. */
  #catchUp(offset: number): boolean {
    while (this.#next < offset) {
      this.#notes.add('there is no entry where the list of entries has one', this.#next)
      this.#next = this.#take()
    }
    const isListed = this.#next === offset && offset < this.#pages.size
    if (isListed) this.#next = this.#take()
    return isListed
  }

  #typeAt(offset: number): number {
    const at = this.#pages.seek(offset, objectHeaderBytes)
    return at < 0 ? 0 : (this.#pages.bytes[at] ?? 0)
  }

  #sizeAt(offset: number): number {
    const at = this.#pages.seek(offset, objectHeaderBytes)
    return at < 0 ? 0 : u64(this.#pages.bytes, at + 8)
  }

  /** Where the object at `offset` ends; -1 where there is none. */
  #endOf(offset: number): number {
    const pages = this.#pages
    const at = pages.seek(offset, objectHeaderBytes)
    if (at < 0) return -1
    const { bytes } = pages
    const type = bytes[at] ?? 0
    const size = u64(bytes, at + 8)
    if (type === 0 || size < (leastBytes[type] ?? objectHeaderBytes)) return -1
    // The last object of a file that was cut off, or one that is damaged.
    if (offset + size > pages.size) return -1
    return aligned(offset + size)
  }

  /** From where there is no object to the next place where there is one. */
  #leap(from: number): number {
    const pages = this.#pages
    const begin = pages.firstNotZero(from, pages.size)
    const isUsed = begin < pages.size || this.#next < pages.size
    if (isUsed && from <= this.#tail)
      this.#notes.add('there is no object here: the next one is searched for', from)
    let offset = begin === from ? from + 8 : begin
    while (offset < pages.size) {
      // The list may know better; entries before its next one that nothing leads to are found on the way.
      const listed = this.#listedBefore(offset)
      if (listed !== undefined) return listed
      if (this.#isPlausible(offset)) return offset
      const next = offset + 8
      const at = pages.seek(next, 8)
      offset = at >= 0 && pages.bytes[at] === 0 ? pages.firstNotZero(next, pages.size) : next
    }
    return pages.size
  }

  #listedBefore(offset: number): number | undefined {
    while (this.#next < offset) {
      if (this.#isEntry(this.#next)) return this.#next
      this.#catchUp(this.#next + 1)
    }
    return undefined
  }

  /** Strict, for there is no chain that leads here: a known type, no reserved bits, and another object behind it. */
  #isPlausible(offset: number): boolean {
    const pages = this.#pages
    const at = pages.seek(offset, objectHeaderBytes)
    if (at < 0) return false
    const { bytes } = pages
    const type = bytes[at] ?? 0
    if (type === 0 || type > lastKnownType) return false
    if (type !== objectType.data && (bytes[at + 1] ?? 0) !== 0) return false
    for (let index = 2; index < 8; index++) if (bytes[at + index] !== 0) return false
    const end = this.#endOf(offset)
    if (end < 0) return false
    if (type === objectType.entry) return this.#isEntry(offset) && this.#hasField(offset)
    const next = this.#typeAt(end)
    return next === 0 || (next <= lastKnownType && this.#endOf(end) > 0)
  }

  /** Its head is in order. */
  #isEntry(offset: number): boolean {
    const pages = this.#pages
    const at = pages.seek(offset, entryBytes)
    if (at < 0 || offset % 8 !== 0) return false
    const { bytes } = pages
    if (bytes[at] !== objectType.entry || bytes[at + 1] !== 0) return false
    const size = u64(bytes, at + 8)
    const { entryItemBytes } = this.#layout
    if (size < entryBytes + entryItemBytes || (size - entryBytes) % entryItemBytes !== 0) return false
    if (size > maxEntryBytes || offset + size > pages.size) return false
    return u64(bytes, at + 16) !== 0 && u64(bytes, at + 24) !== 0
  }

  /** One of its first fields, which many entries share, or of its last, which lie near by, is there. */
  #hasField(offset: number): boolean {
    const { entryItemBytes, isCompact } = this.#layout
    const items = (this.#sizeAt(offset) - entryBytes) / entryItemBytes
    for (let index = 0; index < items; index++) {
      if (index === fieldsLookedAt) index = Math.max(index, items - fieldsLookedAt)
      const at = this.#pages.seek(offset + entryBytes + index * entryItemBytes, isCompact ? 4 : 8)
      if (at < 0) return false
      const { bytes } = this.#pages
      const data = isCompact ? u32(bytes, at) : u64(bytes, at)
      if (this.#typeAt(data) === objectType.data) return true
    }
    return false
  }
}
