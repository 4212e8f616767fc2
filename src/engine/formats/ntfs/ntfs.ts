// NTFS (Linux-NTFS project's documentation), through 7-Zip.

import { u16, u64 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText, isPowerOfTwo } from '../../seven-zip/magic.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export const ntfs = sevenZipFormat({
  id: 'ntfs',
  kind: 'archive',
  type: () => 'NTFS',
  matches: ({ head, source }) =>
    hasText(head, 3, 'NTFS    ') && hasText(head, 510, '\x55\xaa') && hasFileTable(head, source),
})

/** A boot sector alone is no volume (each volume has a copy of its own as a file): the table of files must be there. */
function hasFileTable(head: Uint8Array, source: ByteSource): boolean {
  const sectorBytes = u16(head, 11)
  const perCluster = head[13] ?? 0
  if (!isPowerOfTwo(sectorBytes, 256, 4096)) return false
  // Large clusters are written as a negative power of two.
  const clusterBytes = sectorBytes * (perCluster > 0x80 ? 2 ** (256 - perCluster) : perCluster)
  const places = [u64(head, 48), u64(head, 56)]
  return places.some((cluster) => hasText(source.read(cluster * clusterBytes, 4), 0, 'FILE'))
}
