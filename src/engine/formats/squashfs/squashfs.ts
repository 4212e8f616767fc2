// SquashFS 1 to 4 (Linux: Documentation/filesystems/squashfs.rst and fs/squashfs/squashfs_fs.h), through 7-Zip.

import { u16 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const superBlockBytes = 96
const majorAt = 28

export const squashfs = sevenZipFormat({
  id: 'squashfs',
  kind: 'archive',
  hasTail: true,
  type: () => 'SquashFS',
  matches: ({ head }) => (head[0] === 0x68 || head[0] === 0x73) && hasSuperBlock(head),
})

/** `shsq` and `qshs`: the same with LZMA, as routers have it. */
function hasSuperBlock(head: Uint8Array): boolean {
  if (head.length < superBlockBytes) return false
  const isLittle = hasText(head, 0, 'hsqs') || hasText(head, 0, 'shsq')
  if (!isLittle && !hasText(head, 0, 'sqsh') && !hasText(head, 0, 'qshs')) return false
  const major = isLittle ? u16(head, majorAt) : ((head[majorAt] ?? 0) << 8) | (head[majorAt + 1] ?? 0)
  return major >= 1 && major <= 4
}
