// Records of the log out of its pages, also those that lie in several. A record's sequence number tells where it lies, so a
// place without one is known at once, and behind damage the next record is found.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { LogPages, Page } from './pages.ts'
import { lsnAt } from './restart.ts'

/** Redo and undo have at most 64 KiB each; with the clusters they touch no record has more. */
const maxRecordBytes = 262_144

export interface LogRecord {
  readonly lsn: bigint
  /** In the file. */
  readonly offset: number
  readonly transaction: number
  /** NTFS wrote down where it stands; else an operation. */
  readonly isCheckpoint: boolean
  readonly data: Uint8Array
}

/** In the order of their sequence numbers. */
export function* readRecords(pages: LogPages, notes: Notes): Generator<LogRecord> {
  for (const page of pages.inOrder()) yield* recordsOfPage(pages, page, notes)
}

function* recordsOfPage(pages: LogPages, page: Page, notes: Notes): Generator<LogRecord> {
  const { pageBytes, dataAt, recordHeaderBytes, placeBits } = pages.geometry
  const bytes = pages.bytesOf(page)
  const lap = (page.lastLsn >> BigInt(placeBits)) << BigInt(placeBits)
  const lsnOf = (at: number): bigint => lap + BigInt((page.number * pageBytes + at) / 8)
  const last = pageBytes - recordHeaderBytes
  for (let at = dataAt; at <= last;) {
    const lsn = lsnOf(at)
    if (lsn > page.lastLsn) return
    if (u32(bytes, at) !== Number(lsn & 0xffff_ffffn) || lsnAt(bytes, at) !== lsn) {
      at += 8
      continue
    }
    const dataBytes = u32(bytes, at + 0x18)
    if (dataBytes <= maxRecordBytes) {
      const record = recordAt(pages, page, at)
      if (record === undefined) notes.add('a record goes on in a page that is gone', page.at + at)
      else yield record
    } else notes.add('a record of the log is damaged', page.at + at)
    at += dataBytes <= maxRecordBytes ? recordHeaderBytes + 8 * Math.ceil(dataBytes / 8) : 8
  }
}

/** The record with this number, where it is still there. */
export function recordOf(pages: LogPages, lsn: bigint): LogRecord | undefined {
  const { pageBytes, placeBits, dataAt, recordHeaderBytes } = pages.geometry
  const place = Number(lsn & ((1n << BigInt(placeBits)) - 1n)) * 8
  const page = pages.get(Math.floor(place / pageBytes))
  const at = place % pageBytes
  if (page === undefined || at < dataAt || at + recordHeaderBytes > pageBytes) return undefined
  return lsnAt(pages.bytesOf(page), at) === lsn ? recordAt(pages, page, at) : undefined
}

/** Undefined: its end is not there any more. */
function recordAt(pages: LogPages, page: Page, at: number): LogRecord | undefined {
  const { pageBytes, recordHeaderBytes } = pages.geometry
  const bytes = pages.bytesOf(page)
  const lsn = lsnAt(bytes, at)
  const length = u32(bytes, at + 0x18)
  if (length > maxRecordBytes) return undefined
  const begin = at + recordHeaderBytes
  const data =
    begin + length <= pageBytes
      ? bytes.subarray(begin, begin + length)
      : collected(pages, { page, lsn, head: bytes.subarray(begin), length })
  if (data === undefined) return undefined
  return {
    lsn,
    offset: page.number * pageBytes + at,
    transaction: u32(bytes, at + 0x24),
    isCheckpoint: u16(bytes, at + 0x20) === 2,
    data,
  }
}

interface Beginning {
  readonly page: Page
  readonly lsn: bigint
  readonly head: Uint8Array
  readonly length: number
}

function collected(pages: LogPages, { page, lsn, head, length }: Beginning): Uint8Array | undefined {
  const { dataAt, pageBytes, pageCount, firstPage, placeBits } = pages.geometry
  const data = new Uint8Array(length)
  data.set(head)
  let filled = head.length
  let number = page.number
  let lap = lsn >> BigInt(placeBits)
  while (filled < length) {
    number += 1
    if (number >= pageCount) {
      number = firstPage
      lap += 1n
    }
    const next = pages.get(number)
    // A page of another round of the ring belongs to other records.
    if (next === undefined || next.lastLsn < lsn || next.lastLsn >> BigInt(placeBits) > lap) return undefined
    const part = pages.bytesOf(next).subarray(dataAt, Math.min(pageBytes, dataAt + length - filled))
    data.set(part, filled)
    filled += part.length
  }
  return data
}
