// Excel says that a workbook has a VBA project in a record of its own ([MS-XLS] 2.4.179, ObProj); a workbook that says so
// and has none is one that lost it, and Excel complains.

import { u16 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { CfbEntry } from '../../parsers/cfb/index.ts'
import type { CompoundFile } from './compound-file.ts'

const names: ReadonlySet<string> = new Set(['workbook', 'book'])
const obProj = 0x00d3
const endOfSubstream = 0x000a
/** Excel9File, which has no data either: Excel 2000 or later saved it ([MS-XLS] 2.4.105). */
const harmless = Buffer.of(0xc0, 0x01)

/** Other records keep their places, to which offsets lead. The record stands in the first substream, never encrypted. */
export function hideProject(
  { name, source }: CfbEntry,
  index: number,
  compound: CompoundFile,
  budget: Budget,
): void {
  if (!names.has(name.toLowerCase())) return
  for (let at = 0; ;) {
    budget.checkTime()
    const head = source.read(at, 4)
    if (head.length < 4) return
    const type = u16(head, 0)
    const length = u16(head, 2)
    if (type === endOfSubstream) return
    if (type === obProj && length === 0) compound.patch(index, at, harmless)
    at += 4 + length
  }
}
