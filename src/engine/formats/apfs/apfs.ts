// APFS (Apple File System Reference), through 7-Zip.

import { u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText, isPowerOfTwo } from '../../seven-zip/magic.ts'

export const apfs = sevenZipFormat({
  id: 'apfs',
  kind: 'archive',
  type: () => 'APFS',
  matches: ({ head }) => hasText(head, 32, 'NXSB') && isPowerOfTwo(u32(head, 36), 4096, 65_536),
})
