// Where the parts of a program file lie, read from a source of any size: unlike parsePe it needs no more than the headers
// in memory, so that an installer of a gigabyte costs one small read.

import type { ByteSource } from '../../source/byte-source.ts'
import { maxRead } from '../../source/byte-source.ts'
import { u16, u32 } from '../../codecs/little-endian.ts'
import { type DataDirectory, parsePe } from './pe.ts'
import type { Headers } from './headers.ts'
import { offsetOfRva } from './rva.ts'
import type { Section } from './section.ts'

const firstBytes = 4096
const dosMagic = 0x5a4d
const sectionBytes = 40
const symbolBytes = 18
const sectorBytes = 0x200
const certificateDirectory = 4

export interface PeLayout {
  readonly headers: Headers
  readonly sections: readonly Section[]
  readonly directories: readonly DataDirectory[]
  readonly entryPointOffset: number | undefined
  /** Behind the last section and the symbols that GNU linkers put there. May be beyond the end of the file. */
  readonly overlayStart: number
  /** Offset and size of the certificate table, not clamped to the file; undefined: none. */
  readonly certificates: { readonly offset: number; readonly size: number } | undefined
  /** May be beyond the end of the file. */
  offsetOfRva(rva: number): number | undefined
}

const known = new WeakMap<ByteSource, { readonly layout: PeLayout | undefined }>()

/** Undefined: not a PE file, or none with sections. Worked out once for each source. */
export function peLayoutOf(source: ByteSource): PeLayout | undefined {
  let found = known.get(source)
  if (found === undefined) {
    found = { layout: readLayout(source) }
    known.set(source, found)
  }
  return found.layout
}

function readLayout(source: ByteSource): PeLayout | undefined {
  const head = source.read(0, firstBytes)
  if (u16(head, 0) !== dosMagic) return undefined
  let pe = parsePe(head)
  // The PE header, or the end of the section table, may lie further behind.
  if (
    pe === undefined ||
    pe.headers.sectionTableOffset + pe.headers.sectionCount * sectionBytes > firstBytes
  ) {
    pe = parsePe(source.read(0, maxRead))
  }
  if (pe === undefined || pe.sections.length === 0) return undefined
  const { headers, sections, directories, entryPointOffset } = pe
  const table = directories[certificateDirectory]
  const hasTable = table !== undefined && table.virtualAddress > 0 && table.size > 0
  return {
    headers,
    sections,
    directories,
    entryPointOffset,
    overlayStart: behindSymbols(source, headers, endOfSections(sections, headers)),
    certificates: hasTable ? { offset: table.virtualAddress, size: table.size } : undefined,
    offsetOfRva: (rva) => offsetOfRva({ headers, sections }, rva),
  }
}

/** Offsets are rounded down as Windows' loader does it. */
function endOfSections(sections: readonly Section[], headers: Headers): number {
  const canRound = (headers.optional?.sectionAlignment ?? 0) >= 0x1000
  let end = headers.sectionTableOffset + sections.length * sectionBytes
  for (const { rawOffset, rawSize } of sections) {
    if (rawSize === 0) continue
    const start = canRound ? rawOffset - (rawOffset % sectorBytes) : rawOffset
    end = Math.max(end, start + rawSize)
  }
  const hasData = sections.some(({ rawSize }) => rawSize > 0)
  return hasData ? end : Math.max(end, headers.optional?.sizeOfHeaders ?? 0)
}

function behindSymbols(source: ByteSource, headers: Headers, end: number): number {
  const { symbolTableOffset, symbolCount } = headers
  if (symbolCount === 0 || symbolTableOffset !== end) return end
  const strings = symbolTableOffset + symbolCount * symbolBytes
  const size = source.read(strings, 4)
  return size.length < 4 ? end : strings + Math.max(4, u32(size, 0))
}
