// From addresses of the loaded program to offsets in the file, as Windows' loader maps sections and not as the headers
// say: pointers are rounded down to 512, and the larger of both sizes counts.

import type { Headers } from './headers.ts'
import type { Section } from './section.ts'

/** What says where things are. */
interface Layout {
  readonly headers: Headers
  readonly sections: readonly Section[]
}

const sectorBytes = 0x200
const pageBytes = 0x1000

/** May be beyond the end of the file. Undefined: the address is in no section, or in a part that is not in the file. */
export function offsetOfRva({ headers, sections }: Layout, rva: number): number | undefined {
  let lowest = Number.POSITIVE_INFINITY
  let found
  for (const section of sections) {
    const { virtualAddress, virtualSize, rawSize } = section
    if (virtualAddress < lowest) lowest = virtualAddress
    const end = Math.min(virtualAddress + Math.max(virtualSize, rawSize), 0xffffffff)
    if (rva < virtualAddress || rva >= end) continue
    // Of sections that overlap, the one that begins last.
    if (found === undefined || virtualAddress >= found.virtualAddress) found = section
  }
  // The headers are mapped as they are.
  if (sections.length > 0 && rva < lowest) return rva
  if (found === undefined) return undefined
  const inside = rva - found.virtualAddress
  if (inside >= found.rawSize) return undefined
  const { fileAlignment = 0, sectionAlignment = 0 } = headers.optional ?? {}
  return Math.min(alignedOffset(found.rawOffset, fileAlignment, sectionAlignment) + inside, 0xffffffff)
}

function alignedOffset(rawOffset: number, fileAlignment: number, sectionAlignment: number): number {
  const alignment = Math.min(fileAlignment, sectorBytes)
  const offset = alignment > 0 ? rawOffset - (rawOffset % alignment) : rawOffset
  return sectionAlignment >= pageBytes ? offset - (offset % sectorBytes) : offset
}
