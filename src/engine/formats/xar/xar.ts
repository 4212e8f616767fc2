// xar, also as pkg and xip (the xar project's "xarformat"), through 7-Zip.

import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const leastHeader = 28

export const xar = sevenZipFormat({
  id: 'xar',
  kind: 'archive',
  hasTail: true,
  type: () => 'Xar',
  // The header's size and version 1, big-endian.
  matches: ({ head }) =>
    hasText(head, 0, 'xar!\0') && (head[5] ?? 0) >= leastHeader && hasText(head, 6, '\0\x01'),
})
