// Where a program ends and what was appended to it begins: the overlay.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { elfLayoutOf } from '../elf/index.ts'
import { peLayoutOf } from '../pe/index.ts'

const dosMagic = 0x5a4d
const elfMagic = 0x464c457f
const pageBytes = 512
const dosHeaderBytes = 28
/** NE, LE, LX: the DOS part is only the beginning. */
const otherMagics = new Set([0x454e, 0x454c, 0x584c])

/** Undefined: no PE, ELF or DOS program, or one of a kind whose end is not known. May be beyond the end of the source. */
export function programEnd(source: ByteSource): number | undefined {
  const head = source.read(0, 64)
  const isDos = u16(head, 0) === dosMagic
  if (!isDos) return u32(head, 0) === elfMagic ? elfLayoutOf(source)?.end : undefined
  const lastPage = u16(head, 2)
  const pages = u16(head, 4)
  const newHeader = u32(head, 60)
  const layout = peLayoutOf(source)
  if (layout !== undefined) return layout.overlayStart
  if (head.length < dosHeaderBytes || pages === 0 || lastPage >= pageBytes) return undefined
  if (otherMagics.has(u16(source.read(newHeader, 2), 0))) return undefined
  return lastPage === 0 ? pages * pageBytes : (pages - 1) * pageBytes + lastPage
}
