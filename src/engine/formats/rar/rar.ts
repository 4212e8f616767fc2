// RAR 1.5 to 4 and RAR 5 (RARLAB's technote.txt of each), through 7-Zip.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const versionAt = 6

export const rar = sevenZipFormat({
  id: 'rar',
  kind: 'archive',
  isEncrypting: true,
  hasTail: true,
  type: ({ head }) => (head[versionAt] === 1 ? 'Rar5' : 'Rar'),
  matches: ({ head }) => hasText(head, 0, 'Rar!\x1a\x07\x00') || hasText(head, 0, 'Rar!\x1a\x07\x01\x00'),
})
