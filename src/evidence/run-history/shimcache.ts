// The application compatibility cache: files whose start Windows looked up (or, until 8.1, that were only seen in a folder), with
// their time of last change. Layouts of XP to 11, found out by many; checked on caches of each version.

import { filetime, u16, u32, u64, utf16, utf16Exactly } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'
import type { Notes } from '../note.ts'
import { type Activity, at } from './activity.ts'

const maxEntries = 65_536

interface ShimcacheEntry {
  readonly path: string
  /** Last change of the file ($STANDARD_INFORMATION). */
  readonly modified?: string
  /** As Windows marks a file that was started; undefined where that version has no such mark. */
  readonly executed?: boolean
  /** Bytes, where that version has it. */
  readonly size?: number
}

interface Shimcache {
  /** `XP`, `2003`, `Vista/2008`, `7/2008 R2`, `8/2012`, `8.1/2012 R2`, `10`. */
  readonly version: string
  readonly entries: readonly ShimcacheEntry[]
}

/** The data of the value AppCompatCache. An unknown layout gives no entries and a note. */
export function readShimcache(bytes: Uint8Array, notes: Notes): Shimcache {
  const magic = u32(bytes, 0)
  if (magic === 0xde_ad_be_ef) return { version: 'XP', entries: readXp(bytes) }
  if (magic === 0xba_dc_0f_fe) return read2003(bytes)
  if (magic === 0xba_dc_0f_ee) return readSeven(bytes)
  // Windows 8 and later begin with the length of the header.
  for (const [start, version] of [
    [0x80, '8'],
    [0x30, '10'],
    [0x34, '10'],
  ] as const) {
    const signature = Buffer.from(bytes.subarray(start, start + 4)).toString('latin1')
    if (signature === '00ts') return { version: '8/2012', entries: readTagged(bytes, start) }
    if (signature !== '10ts') continue
    return version === '8'
      ? { version: '8.1/2012 R2', entries: readTagged(bytes, start) }
      : { version: '10', entries: readTen(bytes, start) }
  }
  if (bytes.length > 0)
    notes.add(`an application compatibility cache begins with 0x${magic.toString(16)}, which is not known`)
  return { version: 'unknown', entries: [] }
}

function withTime(time: string | undefined): Pick<ShimcacheEntry, 'modified'> {
  return time === undefined ? {} : { modified: time }
}

function readXp(bytes: Uint8Array): ShimcacheEntry[] {
  const entries: ShimcacheEntry[] = []
  const count = Math.min(u32(bytes, 4), 96)
  for (let index = 0; index < count; index += 1) {
    const start = 400 + 552 * index
    if (start + 552 > bytes.length) break
    const path = utf16(bytes, start, 264)
    if (path !== '')
      entries.push({
        path: tidy(path),
        ...withTime(filetime(bytes, start + 528)),
        size: u64(bytes, start + 536),
      })
  }
  return entries
}

/** Fields of a table row whose path lies elsewhere in the value. */
interface Row {
  readonly bytes: number
  readonly pathAt: number
  readonly timeAt: number
  readonly flagsAt: number
}

const rows: Readonly<Record<'short' | 'long' | 'sevenShort' | 'sevenLong', Row>> = {
  short: { bytes: 24, pathAt: 4, timeAt: 8, flagsAt: 16 },
  long: { bytes: 32, pathAt: 8, timeAt: 16, flagsAt: 24 },
  sevenShort: { bytes: 32, pathAt: 4, timeAt: 8, flagsAt: 16 },
  sevenLong: { bytes: 48, pathAt: 8, timeAt: 16, flagsAt: 24 },
}

/** Bit 1 of the flags: CSRSS looked it up, so a process was made of it. */
const started = 2

function read2003(bytes: Uint8Array): Shimcache {
  const isLong = u32(bytes, 12) === 0 && u32(bytes, 8) >>> 16 !== 0
  const row = isLong ? rows.long : rows.short
  const found = table(bytes, 8, row)
  // Server 2003 has the file's size where Vista has two words of small flags.
  const hasFlags = found.every(({ high, flags }) => high <= 0xff && flags <= 0xff)
  return {
    version: hasFlags ? 'Vista/2008' : '2003',
    entries: found.map(({ entry, flags, high }) =>
      hasFlags ? { ...entry, executed: (flags & started) !== 0 } : { ...entry, size: high * 2 ** 32 + flags },
    ),
  }
}

function readSeven(bytes: Uint8Array): Shimcache {
  const row = u32(bytes, 132) === 0 ? rows.sevenLong : rows.sevenShort
  const entries = table(bytes, 128, row).map(({ entry, flags }) => ({
    ...entry,
    executed: (flags & started) !== 0,
  }))
  return { version: '7/2008 R2', entries }
}

function table(
  bytes: Uint8Array,
  start: number,
  row: Row,
): { entry: ShimcacheEntry; flags: number; high: number }[] {
  const found = []
  const count = Math.min(u32(bytes, 4), maxEntries)
  for (let index = 0; index < count; index += 1) {
    const base = start + row.bytes * index
    if (base + row.bytes > bytes.length) break
    const path = utf16Exactly(bytes, u32(bytes, base + row.pathAt), u16(bytes, base) / 2)
    const entry = { path: tidy(path), ...withTime(filetime(bytes, base + row.timeAt)) }
    found.push({ entry, flags: u32(bytes, base + row.flagsAt), high: u32(bytes, base + row.flagsAt + 4) })
  }
  return found
}

/** Windows 8 and 8.1: signature, checksum, length; path, package, flags, time, data. */
function readTagged(bytes: Uint8Array, start: number): ShimcacheEntry[] {
  const entries: ShimcacheEntry[] = []
  for (
    let base = start;
    isEntry(bytes, base) && entries.length < maxEntries;
    base += 12 + u32(bytes, base + 8)
  ) {
    const length = u16(bytes, base + 12)
    const packageAt = base + 14 + length
    const next = packageAt + 2 + u16(bytes, packageAt)
    entries.push({
      path: tidy(utf16Exactly(bytes, base + 14, length / 2)),
      ...withTime(filetime(bytes, next + 8)),
      executed: (u32(bytes, next) & started) !== 0,
    })
  }
  return entries
}

/** Windows 10 and 11: path, time, data; the last word of the data is 1 for what was started. */
function readTen(bytes: Uint8Array, start: number): ShimcacheEntry[] {
  const entries: ShimcacheEntry[] = []
  for (
    let base = start;
    isEntry(bytes, base) && entries.length < maxEntries;
    base += 12 + u32(bytes, base + 8)
  ) {
    const length = u16(bytes, base + 12)
    const next = base + 14 + length
    const dataBytes = u32(bytes, next + 8)
    entries.push({
      path: tidy(utf16Exactly(bytes, base + 14, length / 2)),
      ...withTime(filetime(bytes, next)),
      ...(dataBytes >= 4 ? { executed: u32(bytes, next + 12 + dataBytes - 4) === 1 } : {}),
    })
  }
  return entries
}

function isEntry(bytes: Uint8Array, base: number): boolean {
  return base + 14 <= bytes.length && bytes[base + 2] === 0x74 && bytes[base + 3] === 0x73
}

function tidy(path: string): string {
  return path.replace(/^\\\?\?\\/, '')
}

const places = ['Control\\Session Manager\\AppCompatCache', 'Control\\Session Manager\\AppCompatibility']

export function* shimcacheOf(system: Hive, sets: readonly HiveKey[]): Generator<Activity> {
  for (const set of sets) {
    for (const place of places) {
      const key = set.find(place)
      const data = key?.value('AppCompatCache')?.data
      if (key === undefined || data === undefined) continue
      const { version, entries } = readShimcache(data, system.notes)
      for (const [position, entry] of entries.entries()) {
        yield {
          source: 'ShimCache',
          what: entry.path,
          ...at(entry.modified, 'file modified'),
          key: key.path,
          details: {
            position,
            version,
            ...(entry.executed === undefined ? {} : { executed: entry.executed ? 'yes' : 'no' }),
            ...(entry.size === undefined ? {} : { size: entry.size }),
          },
        }
      }
    }
  }
}
