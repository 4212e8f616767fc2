// The boot sector of an NTFS volume: sizes and where the $MFT begins. Its copy is the last sector of the partition.

import { u16, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

const ntfsName = [0x4e, 0x54, 0x46, 0x53, 0x20, 0x20, 0x20, 0x20] as const
const bootBytes = 512

export interface Geometry {
  readonly clusterBytes: number
  readonly recordBytes: number
  /** Where the $MFT begins, and where its mirror does. */
  readonly tableAt: number
  readonly mirrorAt: number
}

/** Undefined: neither the first nor the last sector is a boot sector of NTFS. */
export function readBootSector(volume: EvidenceSource, notes: Notes): Geometry | undefined {
  const first = volume.read(0, bootBytes)
  if (isNtfs(first)) {
    const geometry = geometryOf(first)
    if (geometry !== undefined) return geometry
  }
  const copy = copyOf(volume)
  if (copy !== undefined) notes.add('the boot sector is damaged; its copy at the end is used', 0)
  else if (isNtfs(first)) notes.add('the boot sector is damaged', 0)
  return copy
}

function isNtfs(boot: Uint8Array): boolean {
  return ntfsName.every((byte, index) => boot[3 + index] === byte)
}

function copyOf(volume: EvidenceSource): Geometry | undefined {
  for (const sectorBytes of [512, 4096]) {
    const at = (Math.floor(volume.size / sectorBytes) - 1) * sectorBytes
    if (at <= 0) continue
    const boot = volume.read(at, bootBytes)
    const geometry = isNtfs(boot) ? geometryOf(boot) : undefined
    if (geometry !== undefined) return geometry
  }
  return undefined
}

function geometryOf(boot: Uint8Array): Geometry | undefined {
  const sectorBytes = u16(boot, 11)
  const perCluster = boot[13] ?? 0
  const clusterBytes = sectorBytes * (perCluster > 0x80 ? 2 ** (256 - perCluster) : perCluster)
  const told = ((boot[64] ?? 0) << 24) >> 24
  const recordBytes = told < 0 ? 2 ** -told : told * clusterBytes
  if (!isSize(clusterBytes, 256, 2 ** 21) || !isSize(recordBytes, 512, 65_536)) return undefined
  return {
    clusterBytes,
    recordBytes,
    tableAt: u64(boot, 48) * clusterBytes,
    mirrorAt: u64(boot, 56) * clusterBytes,
  }
}

function isSize(bytes: number, least: number, most: number): boolean {
  return bytes >= least && bytes <= most && Number.isInteger(Math.log2(bytes))
}
