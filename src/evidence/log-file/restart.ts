// The restart pages (RSTR) at the beginning of the log: how large its pages are, how its sequence numbers count, where the last
// checkpoint is.

import { u16, u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { fixUp } from '../ntfs-record.ts'
import type { EvidenceSource } from '../source.ts'

const usualPageBytes = 4096
const smallestPage = 512
const largestPage = 65_536
const clientBytes = 0xa0
const rstr = 0x52545352
/** A restart page that chkdsk has changed. */
const chkd = 0x444b4843

export interface Geometry {
  readonly version: string
  readonly pageBytes: number
  readonly pageCount: number
  /** The first page of the ring; before it are restart pages and copies of pages that were written in parts. */
  readonly firstPage: number
  /** Where in a page records begin. */
  readonly dataAt: number
  readonly recordHeaderBytes: number
  /** The lower bits of a sequence number tell the place in the file, in units of eight bytes. */
  readonly placeBits: number
  /** Of the last checkpoint; 0: none. */
  readonly checkpointLsn: bigint
}

export function isLogFile(head: Uint8Array): boolean {
  const signature = u32(head, 0)
  return (signature === rstr || signature === chkd) && isPageSize(u32(head, 16)) && isPageSize(u32(head, 20))
}

interface Restart extends Geometry {
  readonly currentLsn: bigint
}

/** The newer of both pages; undefined where the log was never used. Of damaged pages what is usual is assumed. */
export function readGeometry(source: EvidenceSource, notes: Notes): Geometry | undefined {
  const first = restartAt(source, 0, notes)
  const second = restartAt(source, first?.systemPageBytes ?? usualPageBytes, notes)
  const known = [first, second].flatMap((page) => (page === undefined ? [] : [page.restart]))
  const newest = known.toSorted((a, b) => Number(b.currentLsn - a.currentLsn))[0]
  if (newest !== undefined) return newest
  if (isNeverUsed(source)) return undefined
  notes.add('no restart page can be read; a log of version 1.1 with pages of 4096 bytes is assumed', 0)
  return {
    version: '1.1',
    pageBytes: usualPageBytes,
    pageCount: Math.floor(source.size / usualPageBytes),
    firstPage: 4,
    dataAt: 0x40,
    recordHeaderBytes: 0x30,
    placeBits: placeBitsOf(source.size),
    checkpointLsn: 0n,
  }
}

/** Of a new volume, and of one that another system wrote to. */
function isNeverUsed(source: EvidenceSource): boolean {
  const head = source.read(0, 4 * usualPageBytes)
  return head.every((byte) => byte === 0xff) || head.every((byte) => byte === 0)
}

/** As many as the size of the file has, less the three of the unit. */
function placeBitsOf(size: number): number {
  return Math.max(1, Math.floor(Math.log2(Math.max(1, size))) + 1 - 3)
}

function isPageSize(bytes: number): boolean {
  return bytes >= smallestPage && bytes <= largestPage && (bytes & (bytes - 1)) === 0
}

function restartAt(
  source: EvidenceSource,
  at: number,
  notes: Notes,
): { restart: Restart; systemPageBytes: number } | undefined {
  const head = source.read(at, smallestPage)
  if (u32(head, 0) !== rstr && u32(head, 0) !== chkd) return undefined
  const systemPageBytes = u32(head, 16)
  const pageBytes = u32(head, 20)
  if (!isPageSize(systemPageBytes) || !isPageSize(pageBytes)) {
    notes.add('a restart page names an impossible size of pages', at)
    return undefined
  }
  const page = Uint8Array.from(source.read(at, systemPageBytes))
  if (!fixUp(page)) notes.add('a restart page was not written whole', at)
  const restart = restartOf(page, { pageBytes, systemPageBytes, sourceBytes: source.size })
  if (restart === undefined) notes.add('a restart page is damaged', at)
  return restart === undefined ? undefined : { restart, systemPageBytes }
}

interface Sizes {
  readonly pageBytes: number
  readonly systemPageBytes: number
  readonly sourceBytes: number
}

function restartOf(page: Uint8Array, sizes: Sizes): Restart | undefined {
  const { pageBytes, systemPageBytes } = sizes
  const area = u16(page, 0x18)
  const [minor, major] = [u16(page, 0x1a), u16(page, 0x1c)]
  const sequenceBits = u32(page, area + 0x10)
  const dataAt = u16(page, area + 0x26)
  const recordHeaderBytes = u16(page, area + 0x24)
  const isSound =
    area % 8 === 0 &&
    area + 0x30 <= page.length &&
    sequenceBits > 8 &&
    sequenceBits < 64 &&
    dataAt % 8 === 0 &&
    dataAt >= 0x28 &&
    dataAt < pageBytes &&
    recordHeaderBytes % 8 === 0 &&
    recordHeaderBytes >= 0x30 &&
    recordHeaderBytes < 0x100
  if (!isSound) return undefined
  const size = Math.min(u64(page, area + 0x18) || sizes.sourceBytes, sizes.sourceBytes)
  const restartPages = Math.ceil((2 * systemPageBytes) / pageBytes)
  return {
    version: `${major}.${minor}`,
    pageBytes,
    pageCount: Math.floor(size / pageBytes),
    firstPage: restartPages + (major >= 2 ? 32 : 2),
    dataAt,
    recordHeaderBytes,
    placeBits: 64 - sequenceBits,
    checkpointLsn: checkpointOf(page, area),
    currentLsn: lsnAt(page, area),
  }
}

/** Of the one client there ever was: NTFS. */
function checkpointOf(page: Uint8Array, area: number): bigint {
  const client = area + u16(page, area + 0x16)
  if (u16(page, area + 8) === 0 || client + clientBytes > page.length) return 0n
  return lsnAt(page, client + 8)
}

/** Log sequence numbers have 64 bits. */
export function lsnAt(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at))
}
