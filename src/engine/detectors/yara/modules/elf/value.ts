// The elf module's values for one file. Names are those of the module; tables are made when they are first asked for.

import type { Budget } from '../../../../limits.ts'
import {
  type Elf,
  type ElfSymbol,
  sectionDynamicSymbols,
  sectionSymbols,
  type SymbolTable,
} from '../../../../parsers/elf/index.ts'
import { repairedText } from './byte-text.ts'
import { enumOf, integerOf } from './declare.ts'

/** Symbols of one table that rules can go through; the hashes take all. */
const maxSymbols = 1024 * 1024

class SymbolValue {
  readonly #table: SymbolTable
  readonly #symbol: ElfSymbol

  constructor(table: SymbolTable, symbol: ElfSymbol) {
    this.#table = table
    this.#symbol = symbol
  }

  get name(): string | undefined {
    const bytes = this.#table.nameOf(this.#symbol)
    return bytes && repairedText(bytes)
  }

  get value(): number | bigint {
    return integerOf(this.#symbol.value)
  }

  get size(): number | bigint {
    return integerOf(this.#symbol.size)
  }

  get type(): number {
    return this.#symbol.type
  }

  get bind(): number {
    return this.#symbol.bind
  }

  get shndx(): number {
    return this.#symbol.sectionIndex
  }

  get visibility(): number {
    return this.#symbol.visibility
  }
}

function* symbolsOf(table: SymbolTable, budget: Budget): Generator<SymbolValue> {
  const count = Math.min(table.count, maxSymbols)
  for (let index = 0; index < count; index++) {
    if (index % 4096 === 0) budget.checkTime()
    yield new SymbolValue(table, table.symbol(index))
  }
}

export class ElfValue {
  readonly #elf: Elf | undefined
  readonly #budget: Budget
  /** False where the header is too odd for its sections to be looked at. */
  readonly #hasSections: boolean
  readonly #tables: Map<number, SymbolTable | undefined> = new Map()
  readonly #arrays: Map<string, readonly object[]> = new Map()

  constructor(elf: Elf | undefined, budget: Budget) {
    this.#elf = elf
    this.#budget = budget
    this.#hasSections = elf !== undefined && !elf.hasReservedSectionCount && elf.sections !== undefined
  }

  get type(): number | undefined {
    return this.#elf?.header.type
  }

  get machine(): number | undefined {
    return this.#elf?.header.machine
  }

  get osabi(): number | undefined {
    return this.#elf?.header.osabi
  }

  get entry_point(): number | bigint | undefined {
    if (this.#elf === undefined || this.#elf.hasReservedSectionCount) return undefined
    const offset = this.#elf.entryOffset
    return offset === undefined ? undefined : integerOf(offset)
  }

  get sh_offset(): number | bigint | undefined {
    return this.#elf && integerOf(this.#elf.header.sectionOffset)
  }

  get sh_entry_size(): number | undefined {
    return this.#elf?.header.sectionEntrySize
  }

  get ph_offset(): number | bigint | undefined {
    return this.#elf && integerOf(this.#elf.header.segmentOffset)
  }

  get ph_entry_size(): number | undefined {
    return this.#elf?.header.segmentEntrySize
  }

  get number_of_sections(): number | undefined {
    return this.#elf?.header.sectionCount
  }

  get number_of_segments(): number | undefined {
    return this.#elf?.header.segmentCount
  }

  get symtab_entries(): number | undefined {
    return this.#hasSections ? (this.#table(sectionSymbols)?.count ?? 0) : undefined
  }

  get dynsym_entries(): number | undefined {
    return this.#hasSections ? (this.#table(sectionDynamicSymbols)?.count ?? 0) : undefined
  }

  get dynamic_section_entries(): number | undefined {
    return this.#elf && this.dynamic.length
  }

  get sections(): readonly object[] {
    const elf = this.#elf
    if (elf === undefined || !this.#hasSections) return []
    return this.#once('sections', () =>
      (elf.sections ?? []).map((section) => ({
        type: enumOf(section.type),
        flags: integerOf(section.flags),
        address: integerOf(section.address),
        size: integerOf(section.size),
        offset: integerOf(section.offset),
        get name(): string | undefined {
          const name = elf.nameOf(section)
          return name && repairedText(name)
        },
      })),
    )
  }

  get segments(): readonly object[] {
    return this.#once('segments', () =>
      (this.#elf?.segments ?? []).map((segment) => ({
        type: enumOf(segment.type),
        flags: segment.flags,
        offset: integerOf(segment.offset),
        virtual_address: integerOf(segment.virtualAddress),
        physical_address: integerOf(segment.physicalAddress),
        file_size: integerOf(segment.fileSize),
        memory_size: integerOf(segment.memorySize),
        alignment: integerOf(segment.alignment),
      })),
    )
  }

  get dynamic(): readonly object[] {
    return this.#once('dynamic', () =>
      (this.#elf?.dynamic ?? []).map((entry) => ({
        type: Number(BigInt.asIntN(32, entry.tag)),
        val: integerOf(entry.value),
      })),
    )
  }

  get symtab(): readonly object[] {
    return this.#symbols('symtab', sectionSymbols)
  }

  get dynsym(): readonly object[] {
    return this.#symbols('dynsym', sectionDynamicSymbols)
  }

  /** The table that the hashes are made of: the dynamic symbols unless there are none. */
  get hashedTable(): SymbolTable | undefined {
    const dynamic = this.#table(sectionDynamicSymbols)
    return dynamic !== undefined && dynamic.count > 0 ? dynamic : this.#table(sectionSymbols)
  }

  #symbols(name: string, kind: number): readonly object[] {
    const table = this.#table(kind)
    return table === undefined ? [] : this.#once(name, () => Array.from(symbolsOf(table, this.#budget)))
  }

  #table(kind: number): SymbolTable | undefined {
    if (!this.#hasSections) return undefined
    if (!this.#tables.has(kind)) this.#tables.set(kind, this.#elf?.symbolTable(kind))
    return this.#tables.get(kind)
  }

  #once(name: string, make: () => readonly object[]): readonly object[] {
    let array = this.#arrays.get(name)
    if (array === undefined) this.#arrays.set(name, (array = make()))
    return array
  }
}
