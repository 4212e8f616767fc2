// ELF programs (System V ABI): what is appended to them, and sections that begin as an archive, a document or a program
// does. Code and data are part of the file, which detectors have seen.

import { u32 } from '../../codecs/little-endian.ts'
import { containerAt, isReadAsZip } from '../../parsers/containers/index.ts'
import { type ElfLayout, type ElfSection, elfLayoutOf } from '../../parsers/elf/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import type { Format } from '../format.ts'

const magic = 0x464c457f
const longestName = 64

export const elf: Format = {
  id: 'elf',
  kind: 'archive',

  matches({ head, source }) {
    if (u32(head, 0) !== magic) return false
    const layout = elfLayoutOf(source)
    return (
      layout !== undefined && (layout.end < source.size || sectionsWithContent(source, layout).length > 0)
    )
  },

  *members({ source }, { budget }) {
    const layout = elfLayoutOf(source)
    if (layout === undefined) return
    for (const { nameOffset, offset, size } of sectionsWithContent(source, layout)) {
      yield { name: `section ${textAt(source, nameOffset)}`, source: sliceSource(source, offset, size) }
    }
    if (layout.end >= source.size) return
    const overlay = sliceSource(source, layout.end, source.size - layout.end)
    if (hasContent(overlay, { budget }) && !isReadAsZip(source, layout.end))
      yield { name: 'overlay', source: overlay }
  },
}

function sectionsWithContent(source: ByteSource, { sections }: ElfLayout): ElfSection[] {
  const fits = ({ offset, size }: ElfSection): boolean => offset > 0 && offset + size <= source.size
  return sections.filter((section) => fits(section) && containerAt(source, section.offset) !== undefined)
}

function textAt(source: ByteSource, offset: number): string {
  const text = Buffer.from(source.read(offset, longestName)).toString('latin1')
  return text.slice(0, Math.max(0, text.indexOf('\0')))
}
