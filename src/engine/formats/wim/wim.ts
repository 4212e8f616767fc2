// Windows images (wim, esd, swm; Microsoft's "Windows Imaging File Format"), through 7-Zip.

import { u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const leastHeader = 0x60

export const wim = sevenZipFormat({
  id: 'wim',
  kind: 'archive',
  hasTail: true,
  type: () => 'wim',
  matches: ({ head }) => hasText(head, 0, 'MSWIM\0\0\0') && u32(head, 8) >= leastHeader,
})
