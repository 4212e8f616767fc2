// ARJ (UNARJ's TECHNOTE.TXT), through 7-Zip.

import { crc32 } from 'node:zlib'

import { u16, u32 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const leastHeader = 30
const mostHeader = 2600

export const arj = sevenZipFormat({
  id: 'arj',
  kind: 'archive',
  hasTail: true,
  type: () => 'Arj',
  matches: ({ head }) => hasText(head, 0, '\x60\xea') && hasMainHeader(head),
})

/** The main header's CRC-32 is what tells it from two bytes by chance. */
function hasMainHeader(head: Uint8Array): boolean {
  const size = u16(head, 2)
  if (size < leastHeader || size > mostHeader || head.length < 4 + size + 4) return false
  return crc32(head.subarray(4, 4 + size)) === u32(head, 4 + size)
}
