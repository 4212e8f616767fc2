// UDF (ECMA-167, OSTA UDF 1.02 to 2.60), through 7-Zip.

import type { ByteSource } from '../../source/byte-source.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'

const sequenceAt = 32_768
const sectorBytes = 2048
/** Descriptors of ISO 9660 and boot descriptors may stand before those of UDF. */
const mostDescriptors = 32

export const udf = sevenZipFormat({
  id: 'udf',
  kind: 'archive',
  hasTail: true,
  type: () => 'Udf',
  matches: ({ head, source }) => {
    if (head.length < 4096 || (source.knownSize ?? sequenceAt * 2) <= sequenceAt) return false
    return hasSequence(source)
  },
})

/** The volume recognition sequence (ECMA-167, 2/9.1) names NSR02 or NSR03. */
function hasSequence(source: ByteSource): boolean {
  for (let index = 0; index < mostDescriptors; index++) {
    const view = source.read(sequenceAt + index * sectorBytes + 1, 5)
    if (hasText(view, 0, 'NSR02') || hasText(view, 0, 'NSR03')) return true
    if (!hasText(view, 0, 'CD001') && !hasText(view, 0, 'BEA01') && !hasText(view, 0, 'BOOT2')) return false
  }
  return false
}
