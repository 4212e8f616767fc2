// GUID partition tables (UEFI specification 2.10, chapter 5): each partition is a part of the disk, nothing is copied.

import { crc32 } from 'node:zlib'

import { u32, u64 } from '../../codecs/little-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

const sectorSizes = [512, 4096] as const
const headerBytes = 92
const leastEntry = 128
const mostEntry = 4096
/** The specification asks for room for 128; a hostile table may claim any number. */
const mostEntries = 1024
const noType = '0'.repeat(32)

export const gpt: Format = {
  id: 'gpt',
  kind: 'archive',
  matches: ({ head, source }) => head[510] === 0x55 && head[511] === 0xaa && headerOf(source) !== undefined,

  *members({ source }, context) {
    const header = headerOf(source)
    if (header === undefined) return
    let isCut = false
    for (const { name, start, bytes } of partitionsOf(source, header)) {
      context.budget.checkTime()
      const room = source.size - start
      if (bytes > room && !isCut) {
        isCut = true
        context.fault(name, 'damaged', 'the partition goes on behind the end of the disk')
      }
      if (room <= 0) context.budget.countMember()
      else yield { name, source: sliceSource(source, start, Math.min(bytes, room)), isDisk: true }
    }
  },
}

interface Header {
  readonly sectorBytes: number
  readonly tableAt: number
  readonly count: number
  readonly entryBytes: number
}

interface Partition {
  readonly name: string
  readonly start: number
  readonly bytes: number
}

function headerOf(source: ByteSource): Header | undefined {
  for (const sectorBytes of sectorSizes) {
    const header = source.read(sectorBytes, headerBytes).slice()
    if (Buffer.from(header.subarray(0, 8)).toString('latin1') !== 'EFI PART' || !hasChecksum(header)) continue
    const entryBytes = u32(header, 84)
    if (entryBytes < leastEntry || entryBytes > mostEntry) continue
    const count = Math.min(u32(header, 80), mostEntries)
    return { sectorBytes, tableAt: u64(header, 72) * sectorBytes, count, entryBytes }
  }
  return undefined
}

function hasChecksum(header: Uint8Array): boolean {
  if (u32(header, 12) !== headerBytes) return false
  const copy = Uint8Array.from(header)
  copy.fill(0, 16, 20)
  return crc32(copy) === u32(header, 16)
}

function partitionsOf(source: ByteSource, { sectorBytes, tableAt, count, entryBytes }: Header): Partition[] {
  const found: Partition[] = []
  const seen = new Set<string>()
  for (let index = 0; index < count; index++) {
    const entry = Buffer.from(source.read(tableAt + index * entryBytes, leastEntry))
    if (entry.length < leastEntry) break
    const [first, last] = [u64(entry, 32), u64(entry, 40)]
    // A partition that begins in the table's own sectors could only be the disk again.
    if (entry.toString('hex', 0, 16) === noType || first < 2 || last < first) continue
    const key = `${first} ${last}`
    if (seen.has(key)) continue
    seen.add(key)
    const label = entry.toString('utf16le', 56, 128).replace(/\0[^]*$/, '')
    const name = `partition-${index + 1}${label === '' ? '' : ` ${label}`}`
    found.push({ name, start: first * sectorBytes, bytes: (last - first + 1) * sectorBytes })
  }
  return found
}
