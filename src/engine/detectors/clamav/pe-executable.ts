// PE files as ClamAV sees them: sections are moved to multiples of the alignments in the header and cut at the end of
// the file; a file whose entry point or section table is outside of it counts as broken and has neither.

import { parsePe, type Pe } from '../../parsers/pe/index.ts'
import type { Executable, ExecutableSection } from './executable-layout.ts'

export interface PeExecutable extends Executable {
  readonly pe: Pe
}

type Section = Pe['sections'][number]

interface PlacedSection extends ExecutableSection {
  readonly address: number
}

const maxSections = 96
const sectorBytes = 0x200

/** Undefined: no PE file, or a broken one. */
export function readPe(bytes: Uint8Array): PeExecutable | undefined {
  const pe = parsePe(bytes)
  const optional = pe?.headers.optional
  if (pe === undefined || optional === undefined) return undefined
  const { sectionCount } = pe.headers
  if (sectionCount < 1 || sectionCount > maxSections || pe.sections.length < sectionCount) return undefined
  const fileAlignment = effectiveAlignment(pe.sections, optional.fileAlignment)
  const alignments = { file: fileAlignment, virtual: optional.sectionAlignment }
  const sections = pe.sections.map((section) => placed(section, alignments, bytes.length))
  const headerSize = roundedUp(optional.sizeOfHeaders, optional.sectionAlignment)
  const entryPoint = offsetOf(optional.entryPoint, sections, { size: bytes.length, headerSize })
  if (entryPoint === undefined) return undefined
  return { pe, entryPoint, sections, versionPlaces: () => keyPlaces(pe) }
}

/** Where a section is at a multiple of a sector but not of the alignment, sectors count. */
function effectiveAlignment(sections: readonly Section[], alignment: number): number {
  const isMisplaced = ({ rawSize, rawOffset }: Section): boolean =>
    alignment > 0 && rawSize > 0 && rawOffset % alignment !== 0 && rawOffset % sectorBytes === 0
  return sections.some(isMisplaced) ? sectorBytes : alignment
}

function placed(
  { virtualAddress, rawOffset, rawSize }: Section,
  alignments: { readonly file: number; readonly virtual: number },
  fileSize: number,
): PlacedSection {
  const offset = roundedDown(rawOffset, alignments.file)
  let size = roundedUp(rawSize, alignments.file)
  if (size > 0 && fileSize > offset && offset + size > fileSize) size = fileSize - offset
  return { address: roundedDown(virtualAddress, alignments.virtual), offset, size }
}

/** Undefined: not in the file. The last section that has the address counts. */
function offsetOf(
  address: number,
  sections: readonly PlacedSection[],
  { size, headerSize }: { readonly size: number; readonly headerSize: number },
): number | undefined {
  if (address < headerSize) return address < size ? address : undefined
  const section = sections.findLast((one) => address >= one.address && address - one.address < one.size)
  return section && address - section.address + section.offset
}

function roundedDown(value: number, alignment: number): number {
  return alignment > 0 ? value - (value % alignment) : value
}

function roundedUp(value: number, alignment: number): number {
  return alignment > 0 ? Math.ceil(value / alignment) * alignment : value
}

const versionType = 16
const headerBytes = 6
const maxKeys = 65_536
/** Nested blocks of version information: file, string tables, strings. */
const stringLevel = 3

/** Every key with a value of the string tables, where its text begins. Blocks: length, length of the value, type, key, value, blocks. */
function keyPlaces({ bytes, resources }: Pe): ReadonlySet<number> {
  const places = new Set<number>()
  for (const { type, offset } of resources?.items ?? []) {
    if (type.kind === 'number' && type.number === versionType && offset !== undefined) {
      addKeys(bytes, { from: offset, to: bytes.length, level: 0 }, places)
    }
  }
  return places
}

interface Blocks {
  readonly from: number
  readonly to: number
  readonly level: number
}

function addKeys(bytes: Buffer, { from, to, level }: Blocks, places: Set<number>): void {
  for (let at = from; at + headerBytes <= to && places.size < maxKeys;) {
    const length = bytes.readUInt16LE(at)
    const end = at + length
    if (length < headerBytes || end > to) return
    if (level < stringLevel)
      addKeys(bytes, { from: contentOf(bytes, at, end), to: end, level: level + 1 }, places)
    else if (bytes.readUInt16LE(at + 2) > 0) places.add(at + headerBytes)
    if (level === 0) return
    at = aligned(end, from)
  }
}

/** Behind the key and the value. */
function contentOf(bytes: Buffer, at: number, end: number): number {
  let keyEnd = at + headerBytes
  while (keyEnd + 2 <= end && bytes.readUInt16LE(keyEnd) !== 0) keyEnd += 2
  return aligned(aligned(keyEnd + 2, at) + bytes.readUInt16LE(at + 2), at)
}

function aligned(place: number, origin: number): number {
  return origin + Math.ceil((place - origin) / 4) * 4
}
