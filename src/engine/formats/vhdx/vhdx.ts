// Hyper-V's virtual disks ([MS-VHDX]): fixed, dynamic, differencing. The disk comes out as one object with random access.

import { type BlockMap, BlockSource, once, zeros } from '../../parsers/disk/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { hasText } from '../../seven-zip/magic.ts'
import type { Format } from '../format.ts'
import { isLogPending, type Layout, readLayout } from './layout.ts'

export const vhdx: Format = {
  id: 'vhdx',
  kind: 'stream',
  matches: ({ head }) => hasText(head, 0, 'vhdxfile'),

  *members({ source, chain }, context) {
    const outer = chain.at(-1) ?? ''
    const name = /.\.a?vhdx$/i.test(outer) ? outer.replace(/\.a?vhdx$/i, '.img') : 'disk.img'
    const layout = readLayout(source)
    if (layout === undefined) {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the regions or the metadata cannot be read')
      return
    }
    if (isLogPending(source)) context.fault(name, 'damaged', 'changes in its log were not applied')
    if (layout.hasParent) context.fault(name, 'missing-volume', 'the disk that this one changes is needed')
    const missing = once(() => context.fault(name, 'damaged', 'blocks lie behind the end of the file'))
    yield { name, source: diskOf(source, layout, missing), isDisk: true }
  },
}

/** States of a block (2.5.1.1): only these two have bytes of their own. */
const statePresent = 6
const statePartly = 7
const megabyte = 1024 * 1024

function diskOf(source: ByteSource, layout: Layout, missing: () => void): ByteSource {
  const { blockBytes, sectorBytes, table } = layout
  if (table.isCut) missing()
  // After so many blocks the table has an entry for a bitmap of sectors (2.5).
  const ratio = Math.max(1, Math.floor((2 ** 23 * sectorBytes) / blockBytes))
  const map: BlockMap = {
    blockBytes,
    locate(block) {
      const index = block + Math.floor(block / ratio)
      const low = table.get(index * 2) ?? 0
      const state = low & 7
      if (state !== statePresent && state !== statePartly) return zeros
      return ((table.get(index * 2 + 1) ?? 0) * 2 ** 12 + (low >>> 20)) * megabyte
    },
    missing,
  }
  return new BlockSource(source, map, layout.diskBytes)
}
