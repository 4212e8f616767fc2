// Mach-O (<mach-o/loader.h>, <mach-o/fat.h>): each program of a universal file, and what is appended to a file for one
// processor.

import { u32 } from '../../codecs/little-endian.ts'
import { isReadAsZip } from '../../parsers/containers/index.ts'
import { type Macho, parseMacho } from '../../parsers/macho/index.ts'
import { type ByteSource, maxRead, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import type { Format, Member } from '../format.ts'

const fatMagics = new Set([0xcafebabe, 0xbebafeca, 0xcafebabf, 0xbfbafeca])
const thinMagics = new Set([0xfeedface, 0xcefaedfe, 0xfeedfacf, 0xcffaedfe])
/** Java classes share the magic; the count is their version there, 45 and more. */
const maxArchs = 44

/** <mach/machine.h>, without the bits of the width. */
const processors: Readonly<Record<number, string>> = { 7: 'x86', 12: 'arm', 18: 'ppc' }

interface Part {
  readonly name: string
  readonly offset: number
  readonly size: number
}

export const macho: Format = {
  id: 'macho',
  kind: 'archive',
  matches: ({ head, source }) => isMacho(head) && partsOf(source).length > 0,

  *members({ source }, { budget }): Generator<Member> {
    for (const { name, offset, size } of partsOf(source)) {
      const part = sliceSource(source, offset, size)
      if (name === 'overlay' && (!hasContent(part, { budget }) || isReadAsZip(source, offset))) continue
      yield { name, source: part }
    }
  },
}

function isMacho(head: Uint8Array): boolean {
  const magic = u32(head, 0)
  return fatMagics.has(magic) || thinMagics.has(magic)
}

function partsOf(source: ByteSource): Part[] {
  const { size } = source
  // The load commands, and so everything that says where parts are, stand at the beginning.
  const file = parseMacho(source.read(0, maxRead))
  if (file === undefined) return []
  if (file.fatMagic === undefined) {
    const end = endOfSegments(file)
    return end > 0 && end < size ? [{ name: 'overlay', offset: end, size: size - end }] : []
  }
  if (file.archs.length > maxArchs) return []
  const parts: Part[] = []
  let end = 0
  for (const { cputype, offset: place, size: length } of file.archs) {
    const offset = Number(place)
    if (offset === 0 || offset >= size || parts.some((part) => part.offset === offset)) continue
    const name = `${processors[cputype & 0xffffff] ?? cputype}${cputype >= 0x1000000 ? '-64' : ''}`
    parts.push({ name, offset, size: Math.min(Number(length), size - offset) })
    end = Math.max(end, offset + Number(length))
  }
  if (end > 0 && end < size) parts.push({ name: 'overlay', offset: end, size: size - end })
  return parts
}

function endOfSegments(file: Macho): number {
  let end = 0
  for (const { commands } of file.files) {
    for (const { fileoff, filesize } of commands.segments) end = Math.max(end, Number(fileoff + filesize))
    const signature = commands.codeSignature
    if (signature !== undefined) end = Math.max(end, signature.dataoff + signature.datasize)
  }
  return end
}
