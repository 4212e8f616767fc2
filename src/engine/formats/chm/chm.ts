// Compiled HTML help (ITSF; "Microsoft's HTML Help (.chm) format" by P. Russotto), through 7-Zip.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

export const chm = sevenZipFormat({
  id: 'chm',
  kind: 'archive',
  hasTail: true,
  type: () => 'Chm',
  // Version 3 with its header of 96 bytes.
  matches: ({ head }) => hasText(head, 0, 'ITSF\x03\0\0\0\x60\0\0\0'),
})
