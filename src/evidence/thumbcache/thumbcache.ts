// Explorer's thumbnails: thumbcache_*.db and iconcache_*.db of Windows Vista to 11, and Thumbs.db of Windows 98 to XP and of shares. What is told
// is what the pictures are, not the pictures. Neither layout is published; see FORMAT.md.

import { createHash } from 'node:crypto'

import { readCfb } from '../../engine/index.ts'
import { filetime, hex, u16, u32, utf16, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { wholeOf } from '../whole-of.ts'

const cacheSignature = 0x4d4d4d43
const vista = 0x14
const seven = 0x15
const firstEntryWithin = 64
const maxEntryBytes = 64 * 1024 * 1024
const maxName = 1024
const searchBytes = 1024 * 1024
const maxCatalogBytes = 16 * 1024 * 1024
const maxPictures = 100_000

export interface Thumbnail {
  /** In the file; of Thumbs.db absent. */
  readonly offset?: number
  /** By which thumbcache_idx.db and the search index know the file: 16 hexadecimal digits. */
  readonly hash?: string
  /** In thumbcache most often the hash again; of things without a file their path or a GUID. */
  readonly name?: string
  /** Of the file that is shown, where the cache keeps it. */
  readonly modified?: string
  /** Of the picture, where the cache keeps them. */
  readonly width?: number
  readonly height?: number
  readonly kind: ThumbnailKind
  readonly bytes: number
  /** Of the picture; absent where there is none. */
  readonly sha256?: string
}

export type ThumbnailKind = 'jpeg' | 'png' | 'bmp' | 'gif' | 'webp' | 'empty' | 'unknown'

interface EntryLayout {
  readonly nameSizeAt: number
  readonly headerBytes: number
  readonly sizesAt?: number
}

/** Yields nothing, with a note, where this is no such cache. Behind damage the next entry is looked for. */
export function* readThumbcache(source: EvidenceSource, notes: Notes): Generator<Thumbnail> {
  const header = source.read(0, firstEntryWithin + 4)
  if (u32(header, 0) !== cacheSignature) {
    notes.add('this is no thumbnail cache', 0)
    return
  }
  const layout = layoutOf(u32(header, 4))
  for (let at = firstEntry(header); at < source.size;) {
    const start = source.read(at, layout.headerBytes)
    const entryBytes = u32(start, 4)
    const isEntry =
      u32(start, 0) === cacheSignature && entryBytes >= layout.headerBytes && entryBytes <= maxEntryBytes
    if (!isEntry) {
      const next = nextEntry(source, at + 1)
      if (next !== undefined || start.some((byte) => byte !== 0)) notes.add('an entry is damaged', at)
      if (next === undefined) return
      at = next
      continue
    }
    const thumbnail = readEntry(source.read(at, entryBytes), at, layout)
    if (at + entryBytes > source.size) notes.add('the last entry is cut off', at)
    if (thumbnail !== undefined) yield thumbnail
    at += entryBytes
  }
}

function layoutOf(version: number): EntryLayout {
  if (version <= vista) return { nameSizeAt: 24, headerBytes: 56 }
  if (version <= seven) return { nameSizeAt: 16, headerBytes: 48 }
  return { nameSizeAt: 16, headerBytes: 56, sizesAt: 28 }
}

function firstEntry(header: Uint8Array): number {
  for (let at = 12; at <= firstEntryWithin; at += 4) if (u32(header, at) === cacheSignature) return at
  return firstEntryWithin
}

function nextEntry(source: EvidenceSource, from: number): number | undefined {
  for (let at = from; at < source.size; at += searchBytes - 3) {
    const found = Buffer.from(source.read(at, searchBytes)).indexOf('CMMM', 0, 'latin1')
    if (found >= 0) return at + found
  }
  return undefined
}

/** Undefined: a place that is free. */
function readEntry(entry: Uint8Array, offset: number, layout: EntryLayout): Thumbnail | undefined {
  const { nameSizeAt, headerBytes, sizesAt } = layout
  const hash = hex(entry.subarray(8, 16).toReversed(), 0, 8)
  const nameBytes = u32(entry, nameSizeAt)
  const dataBytes = u32(entry, nameSizeAt + 8)
  if (/^0+$/.test(hash) && nameBytes === 0 && dataBytes === 0) return undefined
  const name = utf16Exactly(entry, headerBytes, Math.min(nameBytes, 2 * maxName) / 2)
  const start = headerBytes + nameBytes + u32(entry, nameSizeAt + 4)
  const picture = entry.subarray(start, start + dataBytes)
  const [width, height] = sizesAt === undefined ? [0, 0] : [u32(entry, sizesAt), u32(entry, sizesAt + 4)]
  return {
    offset,
    hash,
    ...(name === '' ? {} : { name }),
    ...(width === 0 && height === 0 ? {} : { width, height }),
    ...told(picture),
  }
}

function told(picture: Uint8Array): Pick<Thumbnail, 'kind' | 'bytes' | 'sha256'> {
  return {
    kind: kindOf(picture),
    bytes: picture.length,
    ...(picture.length === 0 ? {} : { sha256: createHash('sha256').update(picture).digest('hex') }),
  }
}

function kindOf(picture: Uint8Array): ThumbnailKind {
  if (picture.length === 0) return 'empty'
  const start = u32(picture, 0)
  if ((start & 0xffffff) === 0xffd8ff) return 'jpeg'
  if (start === 0x474e5089) return 'png'
  if ((start & 0xffff) === 0x4d42) return 'bmp'
  if (start === 0x38464947) return 'gif'
  return start === 0x46464952 && u32(picture, 8) === 0x50424557 ? 'webp' : 'unknown'
}

/** Yields nothing, with a note, where this is no Thumbs.db. */
export function* readThumbsDb(source: EvidenceSource, notes: Notes): Generator<Thumbnail> {
  const cfb = readCfb(source)
  if (cfb === undefined) {
    notes.add('this is no Thumbs.db', 0)
    return
  }
  for (const fault of cfb.faults) notes.add(fault)
  const streams = cfb.entries.filter(({ kind }) => kind === 'stream').slice(0, maxPictures)
  const catalog = streams.find(({ name }) => name === 'Catalog')
  const files =
    catalog === undefined ? new Map<string, File>() : readCatalog(wholeOf(catalog.source, maxCatalogBytes))
  for (const { name, source: stream } of streams) {
    if (name === 'Catalog') continue
    const bytes = wholeOf(stream, maxEntryBytes)
    // A head of 12 bytes says its own length first.
    const head = u32(bytes, 0)
    const picture = head >= 12 && head <= 64 && head < bytes.length ? bytes.subarray(head) : bytes
    // On shares of later Windows the streams are named by size and hash.
    const [, hash] = /^\d{1,4}_([0-9a-f]{16})$/i.exec(name) ?? []
    yield {
      ...(hash === undefined ? {} : { hash: hash.toLowerCase() }),
      ...files.get(name),
      ...told(picture),
    }
  }
}

type File = Pick<Thumbnail, 'name' | 'modified'>

/** By the name of the stream: the digits of the number backwards. */
function readCatalog(bytes: Uint8Array): Map<string, File> {
  const files = new Map<string, File>()
  for (let at = u16(bytes, 0); at + 16 < bytes.length && files.size < maxPictures;) {
    const size = u32(bytes, at)
    if (size < 20 || at + size > bytes.length) break
    const modified = filetime(bytes, at + 8)
    const stream = String(u32(bytes, at + 4))
      .split('')
      .toReversed()
      .join('')
    const name = utf16(bytes.subarray(at + 16, at + size), 0, maxName)
    files.set(stream, { name, ...(modified === undefined ? {} : { modified }) })
    at += size
  }
  return files
}
