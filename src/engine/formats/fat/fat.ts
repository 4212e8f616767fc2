// FAT12, FAT16, FAT32 (Microsoft's "FAT: General Overview of On-Disk Format" 1.03), through 7-Zip.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText, isPowerOfTwo } from '../../seven-zip/magic.ts'

export const fat = sevenZipFormat({
  id: 'fat',
  kind: 'archive',
  type: () => 'FAT',
  matches: ({ head, source }) =>
    (head[0] === 0xeb || head[0] === 0xe9) && hasText(head, 510, '\x55\xaa') && isVolume(head, source),
})

const leastMedia = 0xf0

/** Every field of the BPB that has few legal values, and the first entry of the first FAT, which repeats the medium. */
function isVolume(head: Uint8Array, source: ByteSource): boolean {
  const sectorBytes = u16(head, 11)
  const reserved = u16(head, 14)
  const media = head[21] ?? 0
  if (!isPowerOfTwo(sectorBytes, 512, 4096) || !isPowerOfTwo(head[13] ?? 0, 1, 128)) return false
  if (reserved === 0 || (head[16] ?? 0) < 1 || (head[16] ?? 0) > 2) return false
  if (media < leastMedia || (u16(head, 19) === 0 && u32(head, 32) === 0)) return false
  const first = source.read(reserved * sectorBytes, 3)
  return first[0] === media && first[1] === 0xff && (first[2] ?? 0) === 0xff
}
