// ext2, ext3, ext4 (Linux: Documentation/filesystems/ext4), through 7-Zip.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'

const superBlockAt = 1024
const magic = 0xef53

export const ext = sevenZipFormat({
  id: 'ext',
  kind: 'archive',
  type: () => 'Ext',
  matches: ({ head }) => u16(head, superBlockAt + 56) === magic && isSuperBlock(head.subarray(superBlockAt)),
})

/** The magic number is short, so the fields with few legal values are looked at as well. */
function isSuperBlock(block: Uint8Array): boolean {
  const [inodes, blocks, firstDataBlock] = [u32(block, 0), u32(block, 4), u32(block, 20)]
  const logBlockSize = u32(block, 24)
  const [state, onErrors, revision] = [u16(block, 58), u16(block, 60), u32(block, 76)]
  return (
    block.length >= 1024 &&
    inodes > 0 &&
    blocks > firstDataBlock &&
    firstDataBlock <= 1 &&
    logBlockSize <= 6 &&
    state <= 7 &&
    onErrors <= 3 &&
    revision <= 1
  )
}
