// The header of a sparse extent ("Virtual Disk Format 5.0", "Hosted Sparse Extents", "ESX Server Sparse Extents").

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { hasText } from '../../seven-zip/magic.ts'
import { maxRead } from '../../source/byte-source.ts'

const sectorBytes = 512
const flagCompressed = 0x10000
/** The place of the grain directory stands in the footer. */
const atEnd = 0xffffffff
const mostGrainSectors = 2 ** 16
const cowdEntriesPerTable = 4096

export interface Header {
  readonly diskBytes: number
  readonly grainBytes: number
  readonly entriesPerTable: number
  /** Offset in bytes. */
  readonly directoryAt: number
  readonly directoryLength: number
  readonly isCompressed: boolean
  readonly isFooterUsed: boolean
  readonly descriptorAt: number
  readonly descriptorBytes: number
}

/** Undefined: no such header. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < sectorBytes) return undefined
  return hasText(bytes, 0, 'COWD') ? readEsxHeader(bytes) : readHostedHeader(bytes)
}

function readHostedHeader(bytes: Uint8Array): Header | undefined {
  const [version, flags, grain] = [u32(bytes, 4), u32(bytes, 8), u64(bytes, 20)]
  const entriesPerTable = u32(bytes, 44)
  if (!hasText(bytes, 0, 'KDMV') || version < 1 || version > 3 || !isSize(grain)) return undefined
  if (entriesPerTable < 1 || entriesPerTable > 2 ** 16) return undefined
  const capacity = u64(bytes, 12)
  return {
    diskBytes: capacity * sectorBytes,
    grainBytes: grain * sectorBytes,
    entriesPerTable,
    directoryAt: u64(bytes, 56) * sectorBytes,
    directoryLength: Math.ceil(capacity / (grain * entriesPerTable)),
    isCompressed: (flags & flagCompressed) !== 0 && u16(bytes, 77) === 1,
    isFooterUsed: u32(bytes, 56) === atEnd && u32(bytes, 60) === atEnd,
    descriptorAt: u64(bytes, 28) * sectorBytes,
    descriptorBytes: Math.min(u64(bytes, 36) * sectorBytes, maxRead),
  }
}

function readEsxHeader(bytes: Uint8Array): Header | undefined {
  const [version, capacity, grain] = [u32(bytes, 4), u32(bytes, 12), u32(bytes, 16)]
  if (version !== 1 || !isSize(grain)) return undefined
  return {
    diskBytes: capacity * sectorBytes,
    grainBytes: grain * sectorBytes,
    entriesPerTable: cowdEntriesPerTable,
    directoryAt: u32(bytes, 20) * sectorBytes,
    directoryLength: u32(bytes, 24),
    isCompressed: false,
    isFooterUsed: false,
    descriptorAt: 0,
    descriptorBytes: 0,
  }
}

function isSize(grainSectors: number): boolean {
  return grainSectors >= 1 && grainSectors <= mostGrainSectors
}
