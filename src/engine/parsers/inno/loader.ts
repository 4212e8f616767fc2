// Where an Inno Setup installer keeps its parts: a table that the loader finds through its own DOS header, since 5.1.5 in a
// resource of its own (Inno Setup's Shared.Struct.pas, "TSetupLdrOffsetTable").

import { u32, u64 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { peLayoutOf, resourceLeavesOf } from '../pe/index.ts'

const headerPlace = 0x30
const headerMark = 0x6f6e6e49
const resourcePath = 'RCDATA/11111/'
const tableBytes = 64
const idBytes = 12

export interface Offsets {
  /** Version and headers. */
  readonly header: number
  /** Files; 0: they are in other files. */
  readonly data: number
}

/** The ends of the tables' names, with how each version's goes on: places of the two offsets. */
const tables: readonly { readonly id: string; readonly header: number; readonly data: number }[] = [
  { id: 'rDlPtS02\x87eVx', header: 36, data: 40 },
  { id: 'rDlPtS04\x87eVx', header: 32, data: 36 },
  { id: 'rDlPtS05\x87eVx', header: 32, data: 36 },
  { id: 'rDlPtS06\x87eVx', header: 32, data: 36 },
  { id: 'rDlPtS07\x87eVx', header: 28, data: 32 },
  { id: 'rDlPtS\xcd\xe6\xd7{\x0b*', header: 32, data: 36 },
  { id: 'nS5W7dT\x83\xaa\x1b\x0fj', header: 32, data: 36 },
]
const revisionPlace = 12
/** Since 6.5: offsets of 64 bits. */
const wide = { revision: 2, header: 40, data: 48 } as const

/** Undefined: no installer. Looks at the resources only of programs with something behind them. */
export function innoOffsets(source: ByteSource): Offsets | undefined {
  const head = source.read(headerPlace, 12)
  if (u32(head, 0) === headerMark && (u32(head, 4) ^ u32(head, 8)) === -1)
    return tableAt(source, u32(head, 4))
  const layout = peLayoutOf(source)
  if (layout === undefined || layout.overlayStart >= source.size) return undefined
  const leaf = resourceLeavesOf(source, layout).find(({ path }) => path.startsWith(resourcePath))
  return leaf && tableAt(source, leaf.offset)
}

function tableAt(source: ByteSource, at: number): Offsets | undefined {
  const bytes = source.read(at, tableBytes)
  const id = Buffer.from(bytes.subarray(0, idBytes)).toString('latin1')
  const table = tables.find((one) => one.id === id)
  if (table === undefined) return undefined
  const isWide = !id.startsWith('rDlPtS0') && u32(bytes, revisionPlace) === wide.revision
  const found = isWide
    ? { header: u64(bytes, wide.header), data: u64(bytes, wide.data) }
    : { header: u32(bytes, table.header), data: u32(bytes, table.data) }
  return found.header > 0 && found.header < source.size ? found : undefined
}
