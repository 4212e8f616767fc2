// The symbol table of a Mach-O file (<mach-o/nlist.h>).

import type { Budget } from '../../limits.ts'
import type { Words } from '../elf/words.ts'
import type { Symtab } from './commands.ts'

/** Symbols of one file; large programs have some hundred thousand. */
const maxSymbols = 1024 * 1024
const maxNameBytes = 64 * 1024
/** All names of a table: symbols may share theirs. */
const maxTableNameBytes = 64 * 1024 * 1024

const typeStab = 0xe0
const typeMask = 0x0e
const typeExternal = 0x01
const typeUndefined = 0x00

export interface MachoSymbol {
  readonly name: Uint8Array
  readonly n_strx: number
  readonly n_type: number
  readonly n_sect: number
  readonly n_desc: number
  readonly n_value: bigint
}

/** The symbols that have a name; none where the strings do not lie inside the file. */
export function readSymbols(words: Words, symtab: Symtab, budget: Budget): MachoSymbol[] {
  const step = words.is64 ? 16 : 12
  const { bytes } = words
  const symbols: MachoSymbol[] = []
  const stringsEnd = symtab.stroff + symtab.strsize
  if (stringsEnd > bytes.length) return symbols
  let room = maxTableNameBytes
  const count = Math.min(symtab.nsyms, Math.floor((bytes.length - symtab.symoff) / step), maxSymbols)
  for (let index = 0; index < count; index++) {
    if (index % 4096 === 0) budget.checkTime()
    const at = symtab.symoff + index * step
    const nameStart = symtab.stroff + words.u32(at)
    if (nameStart > stringsEnd) continue
    const text = bytes.subarray(nameStart, Math.min(stringsEnd, nameStart + maxNameBytes))
    const length = text.indexOf(0)
    // A name without an end ends the table, as in YARA-X.
    if (length < 0 && text.length < maxNameBytes) break
    if (length === 0) continue
    room -= length < 0 ? text.length : length
    if (room < 0) break
    symbols.push({
      name: length < 0 ? text : text.subarray(0, length),
      n_strx: words.u32(at),
      n_type: bytes[at + 4]!,
      n_sect: bytes[at + 5]!,
      n_desc: words.u16(at + 6),
      n_value: words.word(at + 8),
    })
  }
  return symbols
}

/** A symbol that other files define. */
export function isImported({ n_type: type }: MachoSymbol): boolean {
  return isExternal(type) && (type & typeMask) === typeUndefined
}

/** A symbol for other files. */
export function isExported({ n_type: type }: MachoSymbol): boolean {
  return isExternal(type) && (type & typeMask) !== typeUndefined
}

function isExternal(type: number): boolean {
  return (type & typeStab) === 0 && (type & typeExternal) !== 0
}
