// 7z (7-Zip's DOC/7zFormat.txt), through 7-Zip itself.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const headerBytes = 32

export const sevenZip = sevenZipFormat({
  id: '7z',
  kind: 'archive',
  isEncrypting: true,
  hasTail: true,
  type: () => '7z',
  matches: ({ head }) => head.length >= headerBytes && hasText(head, 0, '7z\xbc\xaf\x27\x1c'),
})
