// The regions of a VHDX file and the metadata in them ([MS-VHDX] 2.2 and 2.6).

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { NumberTable } from '../../parsers/disk/index.ts'
import { hasText } from '../../seven-zip/magic.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const headersAt = [0x10000, 0x20000] as const
const regionTablesAt = [0x30000, 0x40000] as const
const mostEntries = 64
const entryBytes = 32
/** GUIDs as their bytes stand in the file. */
const regionBat = '6677c22d23f600429d64115e9bfd4a08'
const regionMetadata = '06a27c8b90479a4bb8fe575f050f886e'
const itemFileParameters = '3767a1ca36fa434db3b633f0aa44e76b'
const itemDiskSize = '2442a52f1bcd7648b2115dbed83bf4b8'
const itemSectorSize = '1dbf41816fa90947ba47f233a8faab5f'
const mostBlockBytes = 256 * 1024 * 1024

export interface Layout {
  readonly blockBytes: number
  readonly diskBytes: number
  readonly sectorBytes: number
  readonly hasParent: boolean
  /** Entries of the block allocation table, as two halves each. */
  readonly table: NumberTable
}

export function readLayout(source: ByteSource): Layout | undefined {
  for (const at of regionTablesAt) {
    const regions = readEntries(source, { at, signature: 'regi', countAt: 8, firstAt: 16 })
    const [bat, metadata] = [regions.get(regionBat), regions.get(regionMetadata)]
    if (bat === undefined || metadata === undefined) continue
    const layout = readMetadata(source, u64(metadata, 16), bat)
    if (layout !== undefined) return layout
  }
  return undefined
}

function readMetadata(source: ByteSource, at: number, bat: Uint8Array): Layout | undefined {
  const items = readEntries(source, { at, signature: 'metadata', countAt: 10, firstAt: 32 })
  const item = (id: string): Uint8Array | undefined => {
    const entry = items.get(id)
    return entry === undefined ? undefined : source.read(at + u32(entry, 16), 8).slice()
  }
  const [parameters, disk, sector] = [item(itemFileParameters), item(itemDiskSize), item(itemSectorSize)]
  if (parameters === undefined || disk === undefined || sector === undefined) return undefined
  const [blockBytes, sectorBytes] = [u32(parameters, 0), u32(sector, 0)]
  if (blockBytes < 2 ** 20 || blockBytes > mostBlockBytes) return undefined
  if (sectorBytes !== 512 && sectorBytes !== 4096) return undefined
  const table = new NumberTable(source, u64(bat, 16), u32(bat, 24) / 4, 'u32')
  return {
    blockBytes,
    sectorBytes,
    diskBytes: u64(disk, 0),
    hasParent: (u32(parameters, 4) & 2) !== 0,
    table,
  }
}

interface TablePlace {
  readonly at: number
  readonly signature: string
  /** Of the number of entries, and of the first one, from the beginning of the table. */
  readonly countAt: number
  readonly firstAt: number
}

/** Entries of 32 bytes by the GUID that each begins with. */
function readEntries(
  source: ByteSource,
  { at, signature, countAt, firstAt }: TablePlace,
): Map<string, Uint8Array> {
  const bytes = Buffer.from(source.read(at, firstAt + mostEntries * entryBytes))
  const entries = new Map<string, Uint8Array>()
  if (!hasText(bytes, 0, signature)) return entries
  const count = Math.min(mostEntries, u16(bytes, countAt))
  for (let index = 0; index < count; index++) {
    const entry = bytes.subarray(firstAt + index * entryBytes, firstAt + (index + 1) * entryBytes)
    if (entry.length === entryBytes) entries.set(entry.toString('hex', 0, 16), entry)
  }
  return entries
}

/** The newer of the two headers names a log: the file was not closed, and the log may hold newer sectors (2.3). */
export function isLogPending(source: ByteSource): boolean {
  let newest = -1
  let isPending = false
  for (const at of headersAt) {
    const header = source.read(at, 80)
    const sequence = u64(header, 8)
    if (!hasText(header, 0, 'head') || sequence <= newest) continue
    newest = sequence
    isPending = header.subarray(48, 64).some((byte) => byte !== 0)
  }
  return isPending
}
