// Writes ELF files for tests, of either class and byte order: one code section, symbols, a dynamic segment.

export interface ElfLayout {
  readonly is64: boolean
  readonly order: 'little' | 'big'
}

export interface SymbolSpec {
  readonly name: string
  readonly type?: number
  readonly bind?: number
  readonly visibility?: number
  readonly section?: number
  readonly value?: number
}

export interface ElfSpec {
  /** 2 for an executable, 3 for a shared object. */
  readonly type?: number
  readonly entry?: number
  readonly osabi?: number
  readonly symtab?: readonly SymbolSpec[]
  readonly dynsym?: readonly SymbolSpec[]
  readonly dynamic?: readonly (readonly [tag: number, value: number])[]
}

export const codeAddress = 0x401000
export const codeOffset = 0x1000
const codeBytes = 0x100

/** A file with the sections "", .text, .symtab, .dynsym, .strtab, .shstrtab in this order. */
export function writeElf(layout: ElfLayout, spec: ElfSpec = {}): Buffer {
  const write = new Numbers(layout)
  const strings = new Strings()
  const names = new Strings()
  const symtab = symbolTable(write, strings, spec.symtab ?? [])
  const dynsym = symbolTable(write, strings, spec.dynsym ?? [])
  const dynamic = Buffer.concat(
    [...(spec.dynamic ?? []), [0, 0] as const].map((entry) => write.words(...entry)),
  )
  const parts: Buffer[] = [Buffer.alloc(codeBytes, 0x90)]
  const place = (part: Buffer): { offset: number; size: number } => {
    const offset = codeOffset + parts.reduce((sum, { length }) => sum + length, 0)
    parts.push(part)
    return { offset, size: part.length }
  }
  const placed = { symtab: place(symtab), dynsym: place(dynsym), dynamic: place(dynamic) }
  const placedStrings = place(strings.bytes)
  const code = { offset: codeOffset, size: codeBytes, address: codeAddress }
  for (const name of sectionNames) names.add(name)
  const placedNames = place(names.bytes)
  const sections = [
    { type: 0, offset: 0, size: 0 },
    { type: 1, flags: 6, ...code },
    { type: 2, link: 4, ...placed.symtab },
    { type: 11, link: 4, ...placed.dynsym },
    { type: 3, ...placedStrings },
    { type: 3, ...placedNames },
  ].map((section, index) => sectionHeader(write, { name: names.add(sectionNames[index]!), ...section }))
  const segments = [
    programHeader(write, { type: 1, flags: 5, memory: code.size, ...code }),
    programHeader(write, { type: 2, flags: 6, memory: dynamic.length, address: 0, ...placed.dynamic }),
  ]
  const table = place(Buffer.concat(sections))
  const header = elfHeader(write, spec, {
    segments: segments.length,
    sections: sections.length,
    sectionOffset: table.offset,
  })
  const front = Buffer.concat([header, ...segments])
  return Buffer.concat([front, Buffer.alloc(codeOffset - front.length), ...parts])
}

const sectionNames = ['', '.text', '.symtab', '.dynsym', '.strtab', '.shstrtab']

class Numbers {
  readonly layout: ElfLayout

  constructor(layout: ElfLayout) {
    this.layout = layout
  }

  u16(...values: readonly number[]): Buffer {
    return this.#write(values, 2)
  }

  u32(...values: readonly number[]): Buffer {
    return this.#write(values, 4)
  }

  words(...values: readonly number[]): Buffer {
    return this.#write(values, this.layout.is64 ? 8 : 4)
  }

  #write(values: readonly number[], width: number): Buffer {
    return Buffer.concat(
      values.map((value) => {
        const big = Buffer.from(
          BigInt(value)
            .toString(16)
            .padStart(width * 2, '0'),
          'hex',
        )
        return this.layout.order === 'little' ? Buffer.from(big.toReversed()) : big
      }),
    )
  }
}

class Strings {
  #bytes = Buffer.alloc(1)

  get bytes(): Buffer {
    return this.#bytes
  }

  /** Where the text is. */
  add(text: string): number {
    const wanted = Buffer.from(`${text}\0`, 'latin1')
    const found = this.#bytes.indexOf(wanted)
    if (found >= 0) return found
    this.#bytes = Buffer.concat([this.#bytes, wanted])
    return this.#bytes.length - wanted.length
  }
}

function symbolTable(write: Numbers, strings: Strings, symbols: readonly SymbolSpec[]): Buffer {
  return Buffer.concat(
    symbols.map((symbol) => {
      const { type = 2, bind = 1, visibility = 0, section = 1, value = codeAddress } = symbol
      const name = write.u32(strings.add(symbol.name))
      const kind = Buffer.of((bind << 4) | type, visibility)
      const values = write.words(value, 8)
      return write.layout.is64
        ? Buffer.concat([name, kind, write.u16(section), values])
        : Buffer.concat([name, values, kind, write.u16(section)])
    }),
  )
}

interface SectionSpec {
  readonly name: number
  readonly type: number
  readonly flags?: number
  readonly address?: number
  readonly offset: number
  readonly size: number
  readonly link?: number
}

function sectionHeader(write: Numbers, section: SectionSpec): Buffer {
  const { name, type, flags = 0, address = 0, offset, size, link = 0 } = section
  return Buffer.concat([
    write.u32(name, type),
    write.words(flags, address, offset, size),
    write.u32(link, 0),
    write.words(1, 0),
  ])
}

interface SegmentSpec {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly size: number
  readonly memory: number
}

function programHeader(write: Numbers, segment: SegmentSpec): Buffer {
  const { type, flags, offset, address, size, memory } = segment
  const words = write.words(offset, address, address, size, memory)
  return write.layout.is64
    ? Buffer.concat([write.u32(type, flags), words, write.words(0x1000)])
    : Buffer.concat([write.u32(type), words, write.u32(flags, 0x1000)])
}

function elfHeader(
  write: Numbers,
  spec: ElfSpec,
  counts: { segments: number; sections: number; sectionOffset: number },
): Buffer {
  const { is64, order } = write.layout
  const ident = Buffer.from([
    0x7f,
    0x45,
    0x4c,
    0x46,
    is64 ? 2 : 1,
    order === 'little' ? 1 : 2,
    1,
    spec.osabi ?? 0,
  ])
  const headerBytes = is64 ? 64 : 52
  return Buffer.concat([
    ident,
    Buffer.alloc(8),
    write.u16(spec.type ?? 2, 62),
    write.u32(1),
    write.words(spec.entry ?? codeAddress + 0x10, headerBytes, counts.sectionOffset),
    write.u32(0),
    write.u16(headerBytes, is64 ? 56 : 32, counts.segments, is64 ? 64 : 40, counts.sections, 5),
  ])
}
