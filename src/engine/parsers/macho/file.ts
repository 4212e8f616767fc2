// One Mach-O file (<mach-o/loader.h>): its header and load commands. What the commands point to – symbols, exports,
// imports, the code signature – is read when it is asked for.

import type { Budget } from '../../limits.ts'
import { Words } from '../elf/words.ts'
import { readSignature, type Signature } from './code-signature.ts'
import { readExports, readImports } from './dyld-info.ts'
import { type LoadCommands, readLoadCommands } from './load-commands.ts'
import { isExported, isImported, type MachoSymbol, readSymbols } from './symbols.ts'
import { Window } from './window.ts'

const magics: Readonly<Record<number, { readonly order: 'little' | 'big'; readonly is64: boolean }>> = {
  0xfeedface: { order: 'big', is64: false },
  0xcefaedfe: { order: 'little', is64: false },
  0xfeedfacf: { order: 'big', is64: true },
  0xcffaedfe: { order: 'little', is64: true },
}
const u64Limit = 1n << 64n

export interface MachHeader {
  readonly magic: number
  readonly cputype: number
  readonly cpusubtype: number
  readonly filetype: number
  readonly ncmds: number
  readonly sizeofcmds: number
  readonly flags: number
  /** Only in files of 64 bits. */
  readonly reserved: number | undefined
}

/** The file that starts the bytes, or undefined: not Mach-O, or too short for the header. */
export function parseMachoFile(bytes: Uint8Array): MachoFile | undefined {
  if (bytes.length < 4) return undefined
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const kind = magics[magic]
  if (kind === undefined || bytes.length < (kind.is64 ? 32 : 28)) return undefined
  return new MachoFile(new Words(bytes, kind.is64, kind.order), magic)
}

export class MachoFile {
  readonly header: MachHeader
  readonly commands: LoadCommands
  readonly #words: Words
  #symbols: readonly MachoSymbol[] | undefined

  constructor(words: Words, magic: number) {
    this.#words = words
    const window = new Window(words, 4, words.bytes.length)
    this.header = {
      magic,
      cputype: window.u32(),
      cpusubtype: window.u32(),
      filetype: window.u32(),
      ncmds: window.u32(),
      sizeofcmds: window.u32(),
      flags: window.u32(),
      reserved: words.is64 ? window.u32() : undefined,
    }
    this.commands = readLoadCommands(words, window.at, this.header)
  }

  /** Where the program starts in the file. */
  get entryOffset(): bigint | undefined {
    const { main, threadEntry, segments } = this.commands
    if (threadEntry === undefined) return main?.entry
    for (const { vmaddr, vmsize, fileoff } of segments) {
      const end = vmaddr + vmsize
      if (end >= u64Limit) return undefined
      if (threadEntry < vmaddr || threadEntry >= end) continue
      const offset = fileoff + threadEntry - vmaddr
      return offset < u64Limit ? offset : undefined
    }
    return undefined
  }

  /** The symbols that have a name. */
  symbols(budget: Budget): readonly MachoSymbol[] {
    const { symtab } = this.commands
    if (symtab === undefined) return []
    this.#symbols ??= readSymbols(this.#words, symtab, budget)
    return this.#symbols
  }

  /** The exported symbols' names. */
  readExports(budget: Budget): Uint8Array[] {
    const info = this.commands.dyldInfo
    return info === undefined
      ? this.symbols(budget)
          .filter(isExported)
          .map(({ name }) => name)
      : readExports(this.#words, info, budget)
  }

  /** The imported symbols' names in the order of their bindings, each once. */
  readImports(budget: Budget): Uint8Array[] {
    const info = this.commands.dyldInfo
    return info === undefined
      ? this.symbols(budget)
          .filter(isImported)
          .map(({ name }) => name)
      : readImports(this.#words, info, budget)
  }

  readSignature(budget: Budget): Signature {
    const place = this.commands.codeSignature
    return place === undefined
      ? { entitlements: [], certificates: [] }
      : readSignature(this.#words.bytes, place, budget)
  }
}
