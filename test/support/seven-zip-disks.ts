// Writes partition tables and Apple disk images, by their specifications.

import { deflateSync } from 'node:zlib'

export const sectorBytes = 512

export interface WrittenPartition {
  readonly type: number
  /** In sectors; of logical partitions, from the beginning of their own record. */
  readonly start: number
  readonly data: Uint8Array
}

function tableSector(entries: readonly { type: number; start: number; count: number }[]): Buffer {
  const sector = Buffer.alloc(sectorBytes)
  for (const [index, { type, start, count }] of entries.entries()) {
    sector[446 + index * 16 + 4] = type
    sector.writeUInt32LE(start, 446 + index * 16 + 8)
    sector.writeUInt32LE(count, 446 + index * 16 + 12)
  }
  sector[510] = 0x55
  sector[511] = 0xaa
  return sector
}

function sectorsOf(data: Uint8Array): number {
  return Math.ceil(data.length / sectorBytes)
}

/** A disk with primary partitions and, where there are logical ones, an extended one behind them. */
export function mbrOf(
  primary: readonly WrittenPartition[],
  logical: readonly WrittenPartition[] = [],
): Uint8Array {
  const extendedAt = Math.max(1, ...primary.map(({ start, data }) => start + sectorsOf(data)))
  const records: { at: number; partition: WrittenPartition }[] = []
  let at = extendedAt
  for (const partition of logical) {
    records.push({ at, partition })
    at += partition.start + sectorsOf(partition.data)
  }
  const disk = Buffer.alloc(at * sectorBytes)
  const entries = primary.map(({ type, start, data }) => ({ type, start, count: sectorsOf(data) }))
  if (logical.length > 0) entries.push({ type: 5, start: extendedAt, count: at - extendedAt })
  tableSector(entries).copy(disk)
  for (const { start, data } of primary) disk.set(data, start * sectorBytes)
  for (const [index, { at: recordAt, partition }] of records.entries()) {
    const here = [{ type: partition.type, start: partition.start, count: sectorsOf(partition.data) }]
    const next = records[index + 1]
    if (next !== undefined) here.push({ type: 5, start: next.at - extendedAt, count: 1 })
    tableSector(here).copy(disk, recordAt * sectorBytes)
    disk.set(partition.data, (recordAt + partition.start) * sectorBytes)
  }
  return new Uint8Array(disk)
}

const chunkSectors = 64
const chunkZlib = 0x80000005
const chunkEnd = 0xffffffff

/** UDZO: one partition in chunks of zlib, its table in a property list, the `koly` block at the end. */
export function dmgOf(volume: Uint8Array): Uint8Array {
  const chunks: Buffer[] = []
  const table: Buffer[] = []
  let dataAt = 0
  const entry = (type: number, sector: number, sectors: number, length: number): void => {
    const fields = Buffer.alloc(40)
    fields.writeUInt32BE(type, 0)
    fields.writeUInt32BE(sector, 12)
    fields.writeUInt32BE(sectors, 20)
    fields.writeUInt32BE(dataAt, 28)
    fields.writeUInt32BE(length, 36)
    table.push(fields)
    dataAt += length
  }
  const total = sectorsOf(volume)
  for (let sector = 0; sector < total; sector += chunkSectors) {
    const packed = deflateSync(volume.subarray(sector * sectorBytes, (sector + chunkSectors) * sectorBytes))
    entry(chunkZlib, sector, Math.min(chunkSectors, total - sector), packed.length)
    chunks.push(packed)
  }
  entry(chunkEnd, total, 0, 0)
  const block = Buffer.alloc(204)
  block.write('mish')
  block.writeUInt32BE(1, 4)
  block.writeUInt32BE(total, 20)
  block.writeUInt32BE(chunkSectors + 8, 32)
  block.writeUInt32BE(table.length, 200)
  const plist = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array><dict>
<key>Attributes</key><string>0x0050</string><key>CFName</key><string>disk image</string>
<key>Data</key><data>${Buffer.concat([block, ...table]).toString('base64')}</data>
<key>ID</key><string>0</string><key>Name</key><string>disk image</string>
</dict></array></dict></dict></plist>`
  const koly = Buffer.alloc(512)
  koly.write('koly')
  for (const [at, value] of [
    [4, 4],
    [8, 512],
    [12, 1],
    [36, dataAt],
    [56, 1],
    [60, 1],
    [220, dataAt],
    [228, plist.length],
    [488, 1],
    [496, total],
  ] as const) {
    koly.writeUInt32BE(value, at)
  }
  return new Uint8Array(Buffer.concat([...chunks, Buffer.from(plist), koly]))
}
