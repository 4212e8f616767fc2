// VirtualBox disk images (VirtualBox: src/VBox/Storage/VDICore.h): fixed, dynamic, differencing. The disk comes out as one
// object with random access.

import { u32, u64 } from '../../codecs/little-endian.ts'
import { type BlockMap, BlockSource, NumberTable, once, zeros } from '../../parsers/disk/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

const signatureAt = 0x40
const signature = 0xbeda107f
const version1 = 1
const headerBytes = 0x190
const typeDifferencing = 4
/** Two values say that a block is not stored: free and zero. */
const firstUnused = 0xfffffffe
const mostBlockBytes = 256 * 1024 * 1024

export const vdi: Format = {
  id: 'vdi',
  kind: 'stream',
  matches: ({ head }) =>
    u32(head, signatureAt) === signature && head.length >= headerBytes && head[0x46] === version1,

  *members({ source, chain, head }, context) {
    const outer = chain.at(-1) ?? ''
    const name = /.\.vdi$/i.test(outer) ? outer.replace(/\.vdi$/i, '.img') : 'disk.img'
    const missing = once(() => context.fault(name, 'damaged', 'blocks lie behind the end of the file'))
    const disk = diskOf(source, head, missing)
    if (disk === undefined) {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the header cannot be read')
      return
    }
    if (u32(head, 0x4c) === typeDifferencing) {
      context.fault(name, 'missing-volume', 'the disk that this one changes is needed')
    }
    yield { name, source: disk, isDisk: true }
  },
}

function diskOf(source: ByteSource, head: Uint8Array, missing: () => void): ByteSource | undefined {
  const dataAt = u32(head, 0x158)
  const blockBytes = u32(head, 0x178)
  const extraBytes = u32(head, 0x17c)
  if (blockBytes < 512 || blockBytes > mostBlockBytes || extraBytes > blockBytes) return undefined
  const table = new NumberTable(source, u32(head, 0x154), u32(head, 0x180), 'u32')
  if (table.isCut) missing()
  const map: BlockMap = {
    blockBytes,
    locate(block) {
      const entry = table.get(block) ?? firstUnused
      return entry < firstUnused ? dataAt + entry * (blockBytes + extraBytes) + extraBytes : zeros
    },
    missing,
  }
  // A header may claim more than its table can tell of.
  return new BlockSource(source, map, Math.min(u64(head, 0x170), table.length * blockBytes))
}
