// LHA's archives (lzh, lha; header levels 0 to 2 as in LHa for UNIX's header.doc), through 7-Zip.

import { u16 } from '../../codecs/little-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'

const leastHeader = 21

export const lzh = sevenZipFormat({
  id: 'lzh',
  kind: 'archive',
  hasTail: true,
  type: () => 'Lzh',
  matches: ({ head }) => head[2] === 0x2d && head.length > leastHeader && hasHeader(head),
})

/** `-lh0-` to `-lhx-`, `-lzs-`, `-lz4-`, `-lz5-`, `-lhd-`; levels 0 and 1 also have a sum over the header. */
function hasHeader(head: Uint8Array): boolean {
  const method = String.fromCharCode(...head.subarray(2, 7))
  if (!/^-(?:lh[0-9a-ex]|lz[s45])-$/.test(method)) return false
  const level = head[20] ?? 255
  if (level === 2) return u16(head, 0) >= leastHeader + 5
  if (level > 2) return false
  const size = head[0] ?? 0
  if (size < leastHeader - 2 || head.length < 2 + size) return false
  let sum = 0
  for (let at = 2; at < 2 + size; at++) sum += head[at] ?? 0
  return (sum & 0xff) === head[1]
}
