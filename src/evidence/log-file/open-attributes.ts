// The table of open attributes: operations name the streams that they change by a place in it. It is written whole at
// checkpoints, and each attribute when it is opened; entries have 40 bytes, or 44 in logs of 32-bit systems.

import { u16, u32, utf16Exactly } from '../fields.ts'

const headerBytes = 24
const allocated = 0xffffffff
const longEntry = 44
const shortEntry = 40

interface OpenAttribute {
  readonly type: number
  readonly mftEntry: number
  readonly mftSequence: number
  readonly name: string
}

/** Places are of 16 bits, so it has at most 65,536 entries. */
export class OpenAttributes {
  readonly #byPlace = new Map<number, OpenAttribute>()

  get(place: number): OpenAttribute | undefined {
    return this.#byPlace.get(place)
  }

  open(place: number, entry: Uint8Array, name: Uint8Array): void {
    const read = entryAt(entry, 0, entry.length)
    if (read !== undefined) this.#byPlace.set(place, { ...read, name: textOf(name) })
  }

  /** A whole table; names come with a record of their own. */
  load(table: Uint8Array): void {
    const entryBytes = u16(table, 0)
    if (entryBytes < shortEntry) return
    for (let at = headerBytes; at + entryBytes <= table.length; at += entryBytes) {
      if (u32(table, at) !== allocated) continue
      const read = entryAt(table, at, entryBytes)
      if (read === undefined) continue
      const there = this.#byPlace.get(at)
      const isSame = there?.mftEntry === read.mftEntry && there.type === read.type
      this.#byPlace.set(at, { ...read, name: isSame ? there.name : '' })
    }
  }

  nameAll(list: Uint8Array): void {
    for (let at = 0; at + 4 <= list.length;) {
      const place = u16(list, at)
      const bytes = u16(list, at + 2)
      if (place === 0) return
      const there = this.#byPlace.get(place)
      if (there !== undefined)
        this.#byPlace.set(place, { ...there, name: utf16Exactly(list, at + 4, bytes >> 1) })
      at += 4 + bytes
      // Some writers put a NUL behind each name, others nothing; a place is never zero.
      if (u16(list, at) === 0) at += 2
    }
  }
}

function entryAt(table: Uint8Array, at: number, bytes: number): Omit<OpenAttribute, 'name'> | undefined {
  if (bytes < shortEntry || at + bytes > table.length) return undefined
  const isLong = bytes >= longEntry
  const reference = at + (isLong ? 8 : 16)
  return {
    type: u32(table, at + (isLong ? 28 : 8)),
    mftEntry: u32(table, reference) + u16(table, reference + 4) * 2 ** 32,
    mftSequence: u16(table, reference + 6),
  }
}

function textOf(name: Uint8Array): string {
  const text = utf16Exactly(name, 0, name.length >> 1)
  return text.endsWith('\0') ? text.slice(0, -1) : text
}
