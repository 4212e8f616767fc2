// The records of ELF's tables (System V ABI, chapters 4 and 5), read where they lie: an object holds its place only,
// so that a table of a million symbols costs no numbers until somebody asks for them.

import type { Words } from './words.ts'

class FileRecord {
  protected readonly words: Words
  protected readonly at: number

  constructor(words: Words, at: number) {
    this.words = words
    this.at = at
  }

  /** The word whose place in the record depends on the class. */
  protected word(at32: number, at64: number): bigint {
    return this.words.word(this.at + (this.words.is64 ? at64 : at32))
  }

  protected place(at32: number, at64: number): number {
    return this.words.place(this.at + (this.words.is64 ? at64 : at32))
  }
}

export class SectionHeader extends FileRecord {
  static bytes(words: Words): number {
    return words.is64 ? 64 : 40
  }

  get name(): number {
    return this.words.u32(this.at)
  }

  get type(): number {
    return this.words.u32(this.at + 4)
  }

  get flags(): bigint {
    return this.word(8, 8)
  }

  get address(): bigint {
    return this.word(12, 16)
  }

  get offset(): bigint {
    return this.word(16, 24)
  }

  get offsetInFile(): number {
    return this.place(16, 24)
  }

  get size(): bigint {
    return this.word(20, 32)
  }

  get sizeInFile(): number {
    return this.place(20, 32)
  }

  get link(): number {
    return this.words.u32(this.at + (this.words.is64 ? 40 : 24))
  }
}

export class ProgramHeader extends FileRecord {
  static bytes(words: Words): number {
    return words.is64 ? 56 : 32
  }

  get type(): number {
    return this.words.u32(this.at)
  }

  get flags(): number {
    return this.words.u32(this.at + (this.words.is64 ? 4 : 24))
  }

  get offset(): bigint {
    return this.word(4, 8)
  }

  get offsetInFile(): number {
    return this.place(4, 8)
  }

  get virtualAddress(): bigint {
    return this.word(8, 16)
  }

  get physicalAddress(): bigint {
    return this.word(12, 24)
  }

  get fileSize(): bigint {
    return this.word(16, 32)
  }

  get sizeInFile(): number {
    return this.place(16, 32)
  }

  get memorySize(): bigint {
    return this.word(20, 40)
  }

  get alignment(): bigint {
    return this.word(28, 48)
  }
}

export class ElfSymbol extends FileRecord {
  static bytes(words: Words): number {
    return words.is64 ? 24 : 16
  }

  get name(): number {
    return this.words.u32(this.at)
  }

  get value(): bigint {
    return this.word(4, 8)
  }

  get size(): bigint {
    return this.word(8, 16)
  }

  get type(): number {
    return this.#byte(12, 4) & 0xf
  }

  get bind(): number {
    return this.#byte(12, 4) >> 4
  }

  get visibility(): number {
    return this.#byte(13, 5) & 3
  }

  get sectionIndex(): number {
    return this.words.u16(this.at + (this.words.is64 ? 6 : 14))
  }

  #byte(at32: number, at64: number): number {
    return this.words.bytes[this.at + (this.words.is64 ? at64 : at32)]!
  }
}

export class DynamicEntry extends FileRecord {
  static bytes(words: Words): number {
    return words.is64 ? 16 : 8
  }

  get tag(): bigint {
    return this.word(0, 0)
  }

  get value(): bigint {
    return this.word(4, 8)
  }
}
