// Where the parts of an ELF file lie, read from a source of any size (System V ABI, chapters 4 and 5).

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { Words } from './words.ts'
import { ProgramHeader, SectionHeader } from './records.ts'

const headerBytes = 64
const sectionNull = 0
const sectionNoBits = 8
/** e_phnum: the number is in section 0 (PN_XNUM). */
const manySegments = 0xffff
/** A file with more is not looked at in parts. Compilers write one section a function: 100,000 occur. */
const maxSections = 1 << 20
/** Sections that are told of. */
const maxKept = 4096

export interface ElfSection {
  /** Of the name's text in the file. */
  readonly nameOffset: number
  readonly offset: number
  readonly size: number
}

export interface ElfSegment {
  readonly type: number
  readonly offset: number
  readonly fileSize: number
  readonly virtualAddress: number
  readonly memorySize: number
}

export interface ElfLayout {
  readonly is64: boolean
  readonly isLittle: boolean
  readonly machine: number
  /** The first 4,096 that have bytes in the file. */
  readonly sections: readonly ElfSection[]
  readonly segments: readonly ElfSegment[]
  /** Behind the last segment, section or table. May be beyond the end of the file. */
  readonly end: number
}

const known = new WeakMap<ByteSource, { readonly layout: ElfLayout | undefined }>()

/** Undefined: not ELF, or neither segments nor sections. Worked out once for each source. */
export function elfLayoutOf(source: ByteSource): ElfLayout | undefined {
  let found = known.get(source)
  if (found === undefined) {
    found = { layout: readLayout(source) }
    known.set(source, found)
  }
  return found.layout
}

function readLayout(source: ByteSource): ElfLayout | undefined {
  const head = source.read(0, headerBytes).slice()
  const [m0, m1, m2, m3, fileClass, encoding] = head
  if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46 || head.length < headerBytes) return undefined
  if ((fileClass !== 1 && fileClass !== 2) || (encoding !== 1 && encoding !== 2)) return undefined
  const is64 = fileClass === 2
  const words = new Words(head, is64, encoding === 1 ? 'little' : 'big')
  const rest = is64 ? 52 : 40
  const reader = new Reader(source, words)
  const segmentTable = {
    offset: words.place(is64 ? 32 : 28),
    count: words.u16(rest + 4),
    step: words.u16(rest + 2),
  }
  const sectionTable = {
    offset: words.place(is64 ? 40 : 32),
    count: words.u16(rest + 8),
    step: words.u16(rest + 6),
  }
  const first = sectionTable.offset > 0 ? reader.firstSection(sectionTable.offset) : undefined
  if (sectionTable.count === 0 && first !== undefined) sectionTable.count = first.size
  if (segmentTable.count === manySegments && first !== undefined) segmentTable.count = first.info
  reader.segments(segmentTable)
  reader.sections(sectionTable, words.u16(rest + 10))
  if (reader.segmentsFound.length === 0 && reader.sectionsFound.length === 0) return undefined
  return {
    is64,
    isLittle: encoding === 1,
    machine: words.u16(18),
    sections: reader.sectionsFound,
    segments: reader.segmentsFound,
    end: reader.end,
  }
}

interface Table {
  readonly offset: number
  readonly count: number
  readonly step: number
}

class Reader {
  readonly sectionsFound: { nameOffset: number; readonly offset: number; readonly size: number }[] = []
  readonly segmentsFound: ElfSegment[] = []
  end = headerBytes
  readonly #source: ByteSource
  readonly #words: Words

  constructor(source: ByteSource, words: Words) {
    this.#source = source
    this.#words = words
  }

  firstSection(offset: number): { readonly size: number; readonly info: number } | undefined {
    const words = this.#wordsAt(offset, SectionHeader.bytes(this.#words))
    if (words.bytes.length < SectionHeader.bytes(words)) return undefined
    return { size: new SectionHeader(words, 0).sizeInFile, info: words.u32(words.is64 ? 44 : 28) }
  }

  segments(table: Table): void {
    const least = ProgramHeader.bytes(this.#words)
    for (const { words, at } of this.#records(table, least)) {
      const header = new ProgramHeader(words, at)
      const segment = {
        type: header.type,
        offset: header.offsetInFile,
        fileSize: header.sizeInFile,
        virtualAddress: Number(header.virtualAddress),
        memorySize: Number(header.memorySize),
      }
      if (this.segmentsFound.length < maxKept) this.segmentsFound.push(segment)
      if (segment.fileSize > 0) this.#reach(segment.offset + segment.fileSize)
    }
  }

  sections(table: Table, nameSection: number): void {
    const least = SectionHeader.bytes(this.#words)
    const names: number[] = []
    let index = 0
    let strings = 0
    for (const { words, at } of this.#records(table, least)) {
      const header = new SectionHeader(words, at)
      const section = { nameOffset: 0, offset: header.offsetInFile, size: header.sizeInFile }
      if (index++ === nameSection) strings = section.offset
      if (header.type === sectionNull || header.type === sectionNoBits || section.size === 0) continue
      this.#reach(section.offset + section.size)
      if (this.sectionsFound.length === maxKept) continue
      this.sectionsFound.push(section)
      names.push(header.name)
    }
    for (const [at, section] of this.sectionsFound.entries()) section.nameOffset = strings + (names[at] ?? 0)
  }

  #reach(end: number): void {
    this.end = Math.max(this.end, end)
  }

  *#records({ offset, count, step }: Table, least: number): Generator<{ words: Words; at: number }> {
    if (offset === 0 || step < least || count > maxSections) return
    const perRead = Math.floor(maxRead / step)
    for (let done = 0; done < count; done += perRead) {
      const wanted = Math.min(perRead, count - done)
      const words = this.#wordsAt(offset + done * step, wanted * step)
      for (let index = 0; index < wanted; index++) {
        if (index * step + least > words.bytes.length) return
        yield { words, at: index * step }
      }
      this.#reach(offset + (done + wanted) * step)
    }
  }

  /** A copy is not needed: nothing else is read while its records are. */
  #wordsAt(offset: number, length: number): Words {
    const { is64 } = this.#words
    const isLittle = this.#words.bytes[5] === 1
    return new Words(this.#source.read(offset, length), is64, isLittle ? 'little' : 'big')
  }
}
