// Microsoft cabinets ([MS-CAB]), through 7-Zip.

import { u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const headerBytes = 36

export const cab = sevenZipFormat({
  id: 'cab',
  kind: 'archive',
  hasTail: true,
  type: () => 'Cab',
  // CFHEADER: reserved1 is zero, the version is 1.3, the first CFFILE lies behind the header.
  matches: ({ head }) =>
    hasText(head, 0, 'MSCF\0\0\0\0') &&
    head.length >= headerBytes &&
    hasText(head, 24, '\x03\x01') &&
    u32(head, 16) >= headerBytes,
})
