// NSIS installers (NSIS: Source/exehead/fileform.h): behind the program lies a header with a magic number and the packed
// files; through 7-Zip.

import { peLayoutOf } from '../../parsers/pe/index.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const alignment = 512
/** Headers that lie a little behind the program's end: signers and packers leave a gap. */
const searchedBytes = 16 * 1024

export const nsis = sevenZipFormat({
  id: 'nsis',
  kind: 'archive',
  type: () => 'Nsis',
  matches: ({ head, source }) => head[0] === 0x4d && head[1] === 0x5a && hasHeader(source),
})

/** The header begins at a multiple of 512 bytes: flags (u32), EF BE AD DE, `NullsoftInst`. */
function hasHeader(source: ByteSource): boolean {
  const overlay = peLayoutOf(source)?.overlayStart
  if (overlay === undefined) return false
  const view = source.read(Math.ceil(overlay / alignment) * alignment, searchedBytes)
  for (let at = 0; at < view.length; at += alignment) {
    if (hasText(view, at + 4, '\xef\xbe\xad\xdeNullsoftInst')) return true
  }
  return false
}
