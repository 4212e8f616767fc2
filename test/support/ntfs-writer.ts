// Small NTFS volumes written by hand, with whatever their records say: for what no driver would ever write.

import { u16, u64 } from './artefact-fields.ts'
import {
  fileName,
  indexEntry,
  indexRoot,
  recordBytes,
  runData,
  standardInformation,
  writeRecord,
} from './mft-writer.ts'

export const clusterBytes = 1024
const tableCluster = 4
export const rootEntry = 5
const times = { created: '2026-11-22T10:00:00.1234567Z' }

export interface NtfsSpec {
  /** Records of the $MFT by number; the first is made unless it is given. */
  readonly records: Readonly<Record<number, Buffer>>
  readonly clusters?: Readonly<Record<number, Buffer>>
  readonly volumeClusters?: number
}

export function writeNtfs({ records, clusters = {}, volumeClusters = 256 }: NtfsSpec): Buffer {
  const volume = Buffer.alloc(volumeClusters * clusterBytes)
  writeBoot(volume)
  const count = Math.max(...Object.keys(records).map(Number)) + 1
  const runs = Buffer.of(0x11, count, tableCluster)
  const first = writeRecord({ attributes: [runData(count * recordBytes, runs)] })
  for (const [entry, record] of Object.entries({ 0: first, ...records }))
    record.copy(volume, tableCluster * clusterBytes + Number(entry) * recordBytes)
  for (const [cluster, bytes] of Object.entries(clusters)) bytes.copy(volume, Number(cluster) * clusterBytes)
  return volume
}

export function writeBoot(volume: Buffer, { table = tableCluster, mirror = 200 } = {}): void {
  volume.write('NTFS    ', 3)
  u16(512).copy(volume, 11)
  volume[13] = 2
  u64(table, mirror).copy(volume, 48)
  volume[64] = 0xf6
}

export interface Listed {
  readonly entry: number
  readonly name: string
  readonly isFolder?: boolean
}

/** An entry of an index: attributes of a folder where it is one. */
function listed(parent: number, { entry, name, isFolder = false }: Listed): Buffer {
  const bytes = indexEntry([entry, 1], { parent: [parent, 1], name, times })
  if (isFolder) bytes.writeUInt32LE(0x10000000, 16 + 56)
  return bytes
}

export function folderRecord(
  entry: number,
  { parent, name, lists }: { parent: number; name: string; lists: readonly Listed[] },
): Buffer {
  return writeRecord({
    isDirectory: true,
    attributes: [
      standardInformation(times),
      fileName({ parent: [parent, 1], name, times }),
      indexRoot(
        lists.map((each) => listed(entry, each)),
        Buffer.alloc(0),
      ),
    ],
  })
}

export function fileRecord(name: string, ...attributes: readonly Buffer[]): Buffer {
  return writeRecord({
    attributes: [
      standardInformation(times),
      fileName({ parent: [rootEntry, 1], name, times }),
      ...attributes,
    ],
  })
}
