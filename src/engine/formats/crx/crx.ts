// Extensions of Chromium (.crx, versions 2 and 3): a signature before a zip.

import { u32 } from '../../codecs/little-endian.ts'
import { sliceSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

const magic = 0x34327243

export const crx: Format = {
  id: 'crx',
  kind: 'stream',
  matches: ({ head }) =>
    head.length >= 16 && u32(head, 0) === magic && (u32(head, 4) === 2 || u32(head, 4) === 3),

  *members({ head, source }, context) {
    const { budget } = context
    const name = 'extension.zip'
    const start = u32(head, 4) === 2 ? 16 + u32(head, 8) + u32(head, 12) : 12 + u32(head, 8)
    if (start >= source.size) {
      budget.countMember()
      context.fault(name, 'damaged', 'the archive is cut off')
      return
    }
    yield { name, source: sliceSource(source, start, source.size - start) }
  },
}
