// ISO 9660 (ECMA-119) with Joliet and Rock Ridge, through 7-Zip.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

/** The first volume descriptor lies behind 16 sectors of 2,048 bytes (ECMA-119, 6.2.1). */
const descriptorAt = 32_768

export const iso = sevenZipFormat({
  id: 'iso',
  kind: 'archive',
  hasTail: true,
  type: () => 'Iso',
  matches: ({ head, source }) => {
    if (head.length < 4096 || (source.knownSize ?? descriptorAt * 2) <= descriptorAt) return false
    return hasText(source.read(descriptorAt + 1, 6), 0, 'CD001\x01')
  },
})
