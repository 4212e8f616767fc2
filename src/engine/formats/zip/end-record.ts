// Where the central directories are. An archive has one end record (APPNOTE 4.3.16) at its end; a hostile one
// has several, in comments and before appended bytes, and readers differ in which they believe. So every end
// record that leads to a central directory counts.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { indexOfBytes } from '../../source/search.ts'
import { centralSignature } from './header.ts'

const endSignature = Uint8Array.of(0x50, 0x4b, 0x05, 0x06)
const zip64EndSignature = 0x06064b50
const zip64LocatorSignature = 0x07064b50
const endBytes = 22
const zip64EndBytes = 56
const locatorBytes = 20
/** An end record, the longest comment, and as much again for what was appended. */
const tailBytes = 2 * 65_536
/** End records that are looked at: real archives have one or two. */
const maxEndRecords = 16

export interface Directory {
  readonly start: number
  /** The end record's place: entries cannot go on behind it. */
  readonly end: number
  /** What has to be added to offsets: bytes that were put before the archive. */
  readonly shift: number
  readonly count: number
}

export interface Ends {
  readonly directories: readonly Directory[]
  /** There is an end record that says, truthfully or not, that the archive is empty. */
  readonly saysEmpty: boolean
  /** There were more end records than are looked at. */
  readonly isCut: boolean
}

export function findEndsInTail(source: ByteSource): Ends {
  const { size } = source
  const from = Math.max(0, size - Math.min(tailBytes, maxRead))
  const view = source.read(from, size - from)
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.length)
  const places: number[] = []
  for (let at = bytes.lastIndexOf(endSignature); at >= 0 && places.length <= maxEndRecords;) {
    places.push(from + at)
    at = at === 0 ? -1 : bytes.lastIndexOf(endSignature, at - 1)
  }
  return readEnds(source, places)
}

/** For archives with a long tail behind their end record. */
export function findEndsAnywhere(source: ByteSource, budget: Budget): Ends {
  const { size } = source
  const places: number[] = []
  for (let from = 0; ;) {
    const at = indexOfBytes(source, endSignature, { from, to: size }, budget)
    if (at < 0) break
    // Only what leads to a directory takes one of the places, so that fakes cannot crowd out the real one.
    if (directoriesOf(source, at).length > 0) places.unshift(at)
    if (places.length > maxEndRecords + 1) places.pop()
    from = at + endSignature.length
  }
  return readEnds(source, places)
}

function readEnds(source: ByteSource, places: readonly number[]): Ends {
  const directories: Directory[] = []
  let saysEmpty = false
  for (const at of places.slice(0, maxEndRecords)) {
    const end = source.read(at, endBytes)
    if (end.length === endBytes && u16(end, 10) === 0 && u32(end, 12) === 0) saysEmpty = true
    for (const found of directoriesOf(source, at)) {
      const isKnown = directories.some((known) => known.start === found.start && known.shift === found.shift)
      if (!isKnown) directories.push(found)
    }
  }
  return { directories, saysEmpty, isCut: places.length > maxEndRecords }
}

/** What an end record says; `before` is where the record itself begins. */
interface Claim {
  readonly count: number
  readonly bytes: number
  readonly offset: number
  readonly before: number
}

function directoriesOf(source: ByteSource, at: number): Directory[] {
  const end = source.read(at, endBytes)
  if (end.length < endBytes) return []
  const claims: Claim[] = [{ count: u16(end, 10), bytes: u32(end, 12), offset: u32(end, 16), before: at }]
  const zip64 = readZip64(source, at)
  if (zip64 !== undefined) claims.unshift(zip64)
  const found: Directory[] = []
  for (const { count, bytes, offset, before } of claims) {
    // The directory ends where the end record begins; or it is where the record says. Readers do either.
    for (const start of [before - bytes, offset]) {
      if (start < 0 || start >= at || found.some((known) => known.start === start)) continue
      if (u32(source.read(start, 4), 0) !== centralSignature) continue
      found.push({ start, end: at, shift: start === offset ? 0 : start - offset, count })
    }
  }
  return found
}

/** 4.3.14 and 4.3.15. The record is before its locator; its own offset is wrong after a prefix. */
function readZip64(source: ByteSource, at: number): Claim | undefined {
  if (at < locatorBytes) return undefined
  const locator = source.read(at - locatorBytes, locatorBytes)
  if (u32(locator, 0) !== zip64LocatorSignature) return undefined
  const told = u64(locator, 8)
  for (const before of [told, at - locatorBytes - zip64EndBytes]) {
    if (before < 0 || before >= at) continue
    const record = source.read(before, zip64EndBytes)
    if (u32(record, 0) !== zip64EndSignature) continue
    return { count: u64(record, 32), bytes: u64(record, 40), offset: u64(record, 48), before }
  }
  return undefined
}
