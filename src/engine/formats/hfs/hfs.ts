// HFS+ and HFSX (Apple's Technical Note TN1150), through 7-Zip.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const headerAt = 1024

export const hfs = sevenZipFormat({
  id: 'hfs',
  kind: 'archive',
  type: () => 'HFS',
  matches: ({ head }) => hasText(head, headerAt, 'H+\0\x04') || hasText(head, headerAt, 'HX\0\x05'),
})
