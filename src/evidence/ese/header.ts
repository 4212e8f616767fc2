// The first page of an ESE database and its copy on the second (DBFILEHDR of the engine's published sources).

import type { EseHeader, EseState } from '../ese-database.ts'
import { u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { xorOf } from './checksum.ts'

const magic = 0x89abcdef
const pageSizes = [4096, 8192, 32_768, 16_384, 2048]
const states: readonly EseState[] = [
  'unknown',
  'just-created',
  'dirty-shutdown',
  'clean-shutdown',
  'being-converted',
  'force-detach',
]

/** Undefined: no ESE database, or both headers are beyond use; the note says which. */
export function readHeader(source: EvidenceSource, notes: Notes): EseHeader | undefined {
  const first = headerAt(source, 0)
  if (first?.isWhole === true) return first.header
  for (const pageBytes of pageSizes) {
    const second = headerAt(source, pageBytes)
    if (second?.isWhole !== true || second.header.pageBytes !== pageBytes) continue
    notes.add('the header is damaged; its copy is used', 0)
    return second.header
  }
  notes.add(first === undefined ? 'this is no ESE database' : 'the checksum of the header is wrong', 0)
  return first?.header
}

function headerAt(
  source: EvidenceSource,
  offset: number,
): { header: EseHeader; isWhole: boolean } | undefined {
  const start = source.read(offset, 240)
  if (start.length < 240 || u32(start, 4) !== magic) return undefined
  const pageBytes = u32(start, 236) || 4096
  if (!pageSizes.includes(pageBytes)) return undefined
  const page = source.read(offset, pageBytes)
  const [created, attached, detached] = [28, 72, 88].map((at) => logTime(page, at))
  const header: EseHeader = {
    pageBytes,
    version: `0x${u32(page, 8).toString(16)},${u32(page, 232)}`,
    state: states[u32(page, 52)] ?? 'unknown',
    ...(created === undefined ? {} : { created }),
    ...(attached === undefined ? {} : { attached }),
    ...(detached === undefined ? {} : { detached }),
    system: [216, 220, 224].map((at) => u32(page, at)).join('.'),
  }
  const isWhole = page.length === pageBytes && xorOf(page, 4, pageBytes) === (u32(page, 0) ^ magic) >>> 0
  return { header, isWhole }
}

/** LOGTIME: second, minute, hour, day, month, years since 1900, UTC and milliseconds in the rest. */
function logTime(page: Uint8Array, at: number): string | undefined {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0, low = 0, high = 0] =
    page.subarray(at)
  if (day === 0 || day > 31 || month === 0 || month > 12 || hour > 23 || minute > 59 || second > 60)
    return undefined
  const ms = Math.min(999, (((high >> 1) & 7) << 7) | (low >> 1))
  const text = new Date(Date.UTC(1900 + year, month - 1, day, hour, minute, second, ms)).toISOString()
  return (low & 1) === 1 ? text : text.slice(0, -1)
}
