// An ELF file (System V ABI): its header, and its tables when they are asked for. Nothing in it is believed: a table that
// does not lie inside the file is absent, and what one file can make us read is bounded.

import { DynamicEntry, ElfSymbol, ProgramHeader, SectionHeader } from './records.ts'
import { Words } from './words.ts'

export const sectionSymbols = 2
export const sectionDynamicSymbols = 11
const sectionNull = 0
const sectionNoBits = 8
const segmentDynamic = 2
const typeExecutable = 2
const typeShared = 3
const dynamicNull = 0n
/** Counts from here on are not section counts (SHN_LORESERVE). */
const reservedIndexes = 0xff00
const u64Limit = 1n << 64n

/** The longest name that is read; mangled C++ names reach some ten kilobytes. */
const maxNameBytes = 64 * 1024
/** All dynamic segments together: 65,535 segments may name the same bytes. Real files have some forty entries. */
const maxDynamicEntries = 128 * 1024

export interface ElfHeader {
  readonly osabi: number
  readonly type: number
  readonly machine: number
  /** An address; 0 where there is none. */
  readonly entry: bigint
  readonly segmentOffset: bigint
  readonly segmentEntrySize: number
  readonly segmentCount: number
  readonly sectionOffset: bigint
  readonly sectionEntrySize: number
  readonly sectionCount: number
  /** The number of the section with the sections' names. */
  readonly nameSection: number
}

/** A symbol table that lies inside the file. */
export interface SymbolTable {
  readonly count: number
  /** The caller keeps `index` below `count`. */
  symbol(index: number): ElfSymbol
  /** The bytes of a symbol's name without the NUL, or undefined: outside the file. */
  nameOf(symbol: ElfSymbol): Uint8Array | undefined
}

/** The file's header, or undefined: not ELF, or too short for the header. */
export function parseElf(bytes: Uint8Array): Elf | undefined {
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) return undefined
  const [, , , , fileClass, encoding] = bytes
  if ((fileClass !== 1 && fileClass !== 2) || (encoding !== 1 && encoding !== 2)) return undefined
  const words = new Words(bytes, fileClass === 2, encoding === 1 ? 'little' : 'big')
  if (bytes.length < (words.is64 ? 64 : 52)) return undefined
  return new Elf(words)
}

export class Elf {
  readonly header: ElfHeader
  readonly #words: Words
  #segments: readonly ProgramHeader[] | undefined
  #sections: readonly SectionHeader[] | 'absent' | undefined

  constructor(words: Words) {
    this.#words = words
    const wordBytes = words.is64 ? 8 : 4
    const counts = 24 + 3 * wordBytes + 4
    this.header = {
      osabi: words.bytes[7]!,
      type: words.u16(16),
      machine: words.u16(18),
      entry: words.word(24),
      segmentOffset: words.word(24 + wordBytes),
      sectionOffset: words.word(24 + 2 * wordBytes),
      segmentEntrySize: words.u16(counts + 2),
      segmentCount: words.u16(counts + 4),
      sectionEntrySize: words.u16(counts + 6),
      sectionCount: words.u16(counts + 8),
      nameSection: words.u16(counts + 10),
    }
  }

  /** All program headers; none when they do not all lie inside the file. */
  get segments(): readonly ProgramHeader[] {
    this.#segments ??= this.#records(ProgramHeader, this.header.segmentOffset, this.header.segmentCount) ?? []
    return this.#segments
  }

  /** All section headers, or undefined: they do not all lie inside the file. */
  get sections(): readonly SectionHeader[] | undefined {
    this.#sections ??=
      this.#records(SectionHeader, this.header.sectionOffset, this.header.sectionCount) ?? 'absent'
    return this.#sections === 'absent' ? undefined : this.#sections
  }

  get hasReservedSectionCount(): boolean {
    return this.header.sectionCount >= reservedIndexes
  }

  /** The entries of all dynamic segments, each up to its end mark. */
  get dynamic(): DynamicEntry[] {
    const entries: DynamicEntry[] = []
    const step = DynamicEntry.bytes(this.#words)
    for (const segment of this.segments) {
      if (segment.type !== segmentDynamic) continue
      const range = this.#range(segment)
      if (range === undefined) continue
      for (let at = range.start; at + step <= range.end; at += step) {
        const entry = new DynamicEntry(this.#words, at)
        if (entry.tag === dynamicNull) break
        if (entries.length === maxDynamicEntries) return entries
        entries.push(entry)
      }
    }
    return entries
  }

  /**
   * Where the entry point is in the file: through the segments in what is run, through the sections otherwise.
   * Undefined: there is no entry point, or it is in none of them.
   */
  get entryOffset(): bigint | undefined {
    const { entry, type } = this.header
    if (entry === 0n) return undefined
    const isRun = type === typeExecutable || type === typeShared
    return isRun ? this.#entryInSegments(entry) : this.#entryInSections(entry)
  }

  #entryInSegments(entry: bigint): bigint | undefined {
    for (const segment of this.segments) {
      const start = segment.virtualAddress
      const end = start + segment.memorySize
      if (end >= u64Limit) return undefined
      if (entry >= start && entry < end) return checked(segment.offset + entry - start)
    }
    return undefined
  }

  #entryInSections(entry: bigint): bigint | undefined {
    for (const section of this.sections ?? []) {
      const { type } = section
      if (type === sectionNoBits || type === sectionNull) continue
      const start = section.address
      const end = start + section.size
      if (end >= u64Limit) return undefined
      if (entry >= start && entry < end) return checked(section.offset + entry - start)
    }
    return undefined
  }

  /** The bytes of a section's name. */
  nameOf(section: SectionHeader): Uint8Array | undefined {
    return this.#name(this.sections?.[this.header.nameSection], section.name)
  }

  /** The first symbol table of a kind (`sectionSymbols`, `sectionDynamicSymbols`). */
  symbolTable(kind: number): SymbolTable | undefined {
    const section = this.sections?.find((header) => header.type === kind)
    const range = section && this.#range(section)
    if (section === undefined || range === undefined) return undefined
    const words = this.#words
    const step = ElfSymbol.bytes(words)
    const names = this.sections?.[section.link]
    return {
      count: Math.floor((range.end - range.start) / step),
      symbol: (index) => new ElfSymbol(words, range.start + index * step),
      nameOf: (symbol) => this.#name(names, symbol.name),
    }
  }

  /**
   * The text at `index` of a string table. The table's size is not looked at: files with a wrong one are common among
   * malware, and the loader does not look at it either.
   */
  #name(table: SectionHeader | undefined, index: number): Uint8Array | undefined {
    if (table === undefined) return undefined
    const start = table.offsetInFile + index
    const { bytes } = this.#words
    if (!(start <= bytes.length)) return undefined
    const text = bytes.subarray(start, start + maxNameBytes)
    const end = text.indexOf(0)
    return end < 0 ? text : text.subarray(0, end)
  }

  #range(part: { offsetInFile: number; sizeInFile: number }): { start: number; end: number } | undefined {
    const start = part.offsetInFile
    const end = start + part.sizeInFile
    return end <= this.#words.bytes.length ? { start, end } : undefined
  }

  #records<T>(
    kind: { new (words: Words, at: number): T; bytes(words: Words): number },
    offset: bigint,
    count: number,
  ): T[] | undefined {
    const start = Number(offset)
    const step = kind.bytes(this.#words)
    if (start + count * step > this.#words.bytes.length) return undefined
    return Array.from({ length: count }, (_, index) => new kind(this.#words, start + index * step))
  }
}

/** Offsets that do not fit 64 bits are none. */
function checked(offset: bigint): bigint | undefined {
  return offset < u64Limit ? offset : undefined
}
