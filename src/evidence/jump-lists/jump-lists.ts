// Jump lists: which documents and places were opened with a program. automaticDestinations are compound files with a DestList and a
// shortcut an entry, customDestinations shortcuts one behind another. Neither is published; see FORMAT.md.

import { readCfb } from '../../engine/index.ts'
import { ansi, filetime, guid, u16, u32, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import { type Property, readPropertyStore } from '../property-store.ts'
import type { EvidenceSource } from '../source.ts'
import { wholeOf } from '../whole-of.ts'

const maxBytes = 64 * 1024 * 1024
const maxEntries = 100_000
const maxCategories = 1024
const maxLinkBytes = 1024 * 1024
const destListHeaderBytes = 32
const cfbSignature = 0xe011cfd0
/** `00021401-…`: in front of each shortcut of customDestinations. */
const linkClass = '00021401-0000-0000-c000-000000000046'
const categoryEnd = 0xbabffbab

/** Reads the shortcut at the beginning of the bytes and tells where it ends; undefined: there is none. */
export type ReadLink<Link> = (bytes: Uint8Array) => { readonly link: Link; readonly end: number } | undefined

export interface JumpList<Link> {
  readonly kind: 'automatic' | 'custom'
  /** Of the DestList or of the custom file. */
  readonly version: number
  readonly entries: readonly JumpListEntry<Link>[]
}

export interface JumpListEntry<Link> {
  readonly link?: Link
  /** Of a custom list. */
  readonly category?: string
  /** From here on: of the DestList. */
  readonly entryNumber?: number
  readonly path?: string
  readonly lastAccessed?: string
  readonly pinned?: boolean
  /** As a weight in version 1, as a count later. */
  readonly accessCount?: number
  readonly hostname?: string
  readonly droid?: JumpListDroid
  readonly birthDroid?: JumpListDroid
  readonly properties?: readonly Property[]
}

export interface JumpListDroid {
  readonly volumeId: string
  readonly fileId: string
}

/** Undefined: this is no jump list. */
export function readJumpList<Link>(
  source: EvidenceSource,
  readLink: ReadLink<Link>,
  notes: Notes,
): JumpList<Link> | undefined {
  if (source.size > maxBytes) notes.add(`only the first ${maxBytes} bytes are read`)
  return u32(source.read(0, 8), 0) === cfbSignature
    ? readAutomatic(source, readLink, notes)
    : readCustom(source.read(0, maxBytes), readLink, notes)
}

function readAutomatic<Link>(
  source: EvidenceSource,
  readLink: ReadLink<Link>,
  notes: Notes,
): JumpList<Link> | undefined {
  const cfb = readCfb(source)
  if (cfb === undefined) return undefined
  for (const fault of cfb.faults) notes.add(fault)
  const streams = new Map(
    cfb.entries
      .filter(({ kind }) => kind === 'stream')
      .map((entry) => [entry.name.toLowerCase(), entry.source]),
  )
  const linkOf = (name: string): Link | undefined => {
    const stream = streams.get(name)
    streams.delete(name)
    if (stream === undefined) return undefined
    const read = readLink(wholeOf(stream, maxLinkBytes))
    if (read === undefined) notes.add(`the stream ${name} is no shortcut`)
    return read?.link
  }
  const list = streams.get('destlist')
  streams.delete('destlist')
  const bytes = list === undefined ? new Uint8Array(0) : wholeOf(list, maxBytes)
  if (list === undefined) notes.add('there is no DestList')
  const entries: JumpListEntry<Link>[] = []
  for (const entry of destListEntries(bytes, notes)) {
    const link = linkOf(entry.entryNumber.toString(16))
    entries.push({ ...entry, ...(link === undefined ? {} : { link }) })
  }
  // Shortcuts that the list does not name any more.
  for (const name of streams.keys()) {
    if (!/^[0-9a-f]{1,8}$/.test(name)) continue
    const link = linkOf(name)
    if (link !== undefined) entries.push({ link, entryNumber: Number.parseInt(name, 16) })
  }
  return { kind: 'automatic', version: u32(bytes, 0), entries }
}

function* destListEntries(
  bytes: Uint8Array,
  notes: Notes,
): Generator<JumpListEntry<never> & { readonly entryNumber: number }> {
  if (bytes.length < destListHeaderBytes) return
  const isFirst = u32(bytes, 0) === 1
  const pathField = isFirst ? 112 : 128
  const count = Math.min(u32(bytes, 4), maxEntries)
  let at = destListHeaderBytes
  for (let index = 0; index < count; index++) {
    const units = u16(bytes, at + pathField)
    let end = at + pathField + 2 + 2 * units
    if (end > bytes.length) {
      notes.add(`the DestList is cut off: ${index} of ${count} entries are there`)
      return
    }
    const storeBytes = isFirst ? 0 : u32(bytes, end)
    const properties =
      storeBytes > 0 ? readPropertyStore(bytes.subarray(end + 4, end + 4 + storeBytes), 0) : []
    if (!isFirst) end += 4 + storeBytes
    const lastAccessed = filetime(bytes, at + 100)
    yield {
      entryNumber: u32(bytes, at + 88),
      path: utf16Exactly(bytes, at + pathField + 2, units),
      ...(lastAccessed === undefined ? {} : { lastAccessed }),
      pinned: (u32(bytes, at + 108) | 0) !== -1,
      accessCount: isFirst ? Math.round(float(bytes, at + 96)) : u32(bytes, at + 116),
      hostname: ansi(bytes, at + 72, 16),
      droid: { volumeId: guid(bytes, at + 8), fileId: guid(bytes, at + 24) },
      birthDroid: { volumeId: guid(bytes, at + 40), fileId: guid(bytes, at + 56) },
      ...(properties.length === 0 ? {} : { properties }),
    }
    at = end
  }
}

function float(bytes: Uint8Array, at: number): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat32(at, true)
  return Number.isFinite(value) ? value : 0
}

function readCustom<Link>(
  bytes: Uint8Array,
  readLink: ReadLink<Link>,
  notes: Notes,
): JumpList<Link> | undefined {
  // Version 2 is the only one that is known.
  const categories = u32(bytes, 4)
  if (bytes.length < 12 || u32(bytes, 0) !== 2 || categories > maxCategories) return undefined
  if (categories > 0 && u32(bytes, 12) > 2) return undefined
  const entries: JumpListEntry<Link>[] = []
  let at = 12
  for (let index = 0; index < categories && at + 4 <= bytes.length; index++) {
    const { category, count, start } = readCategory(bytes, at)
    at = start
    for (
      let taken = 0;
      taken < count && entries.length < maxEntries && guid(bytes, at) === linkClass;
      taken++
    ) {
      const read = readLink(bytes.subarray(at + 16))
      if (read === undefined) break
      entries.push({ category, link: read.link })
      at += 16 + read.end
    }
    if (u32(bytes, at) !== categoryEnd) {
      notes.add(`the category ${category} does not end where its shortcuts end`, at)
      break
    }
    at += 4
  }
  return { kind: 'custom', version: u32(bytes, 0), entries }
}

const knownCategories: Readonly<Record<number, string>> = { 1: 'frequent', 2: 'recent' }

function readCategory(bytes: Uint8Array, at: number): { category: string; count: number; start: number } {
  switch (u32(bytes, at)) {
    case 0: {
      const units = u16(bytes, at + 4)
      const end = at + 6 + 2 * units
      return { category: utf16Exactly(bytes, at + 6, units), count: u32(bytes, end), start: end + 4 }
    }
    case 1:
      return { category: knownCategories[u32(bytes, at + 4)] ?? 'known', count: 0, start: at + 8 }
    case 2:
      return { category: 'tasks', count: u32(bytes, at + 4), start: at + 8 }
    default:
      return { category: 'unknown', count: 0, start: at }
  }
}
