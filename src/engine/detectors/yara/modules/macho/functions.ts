// The functions of the macho module. All look at the file itself and, in a universal file, at the files inside.

import { createHash } from 'node:crypto'

import type { FunctionType, Overload } from '../module.ts'
import { lowerText, trimText } from '../elf/byte-text.ts'
import { integerOf } from '../elf/declare.ts'
import type { FileValue, MachoValue } from './value.ts'

/** Whether a list has the text, in upper or lower case. */
function has(listOf: (file: FileValue) => readonly string[]): FunctionType {
  return declare({
    args: ['text'],
    returns: 'bool',
    call: (self, [wanted]) => {
      const macho = self as MachoValue
      const lower = asciiLower(wanted as string)
      return [macho, ...macho.file].some((file) => listOf(file).some((text) => asciiLower(text) === lower))
    },
  })
}

/** The MD5 of a list: trimmed, in lower case, each text once, sorted, with commas between them; of nothing, undefined. */
function hashOf(listOf: (file: FileValue) => readonly string[]): FunctionType {
  return declare({
    args: [],
    returns: 'text',
    call: (self) => {
      const file = fileWith(self as MachoValue, (each) => listOf(each).length > 0)
      return file && md5Of(listOf(file).map((text) => lowerText(trimText(text))))
    },
  })
}

/** The MD5 of the undefined symbols' names (https://www.anomali.com/blog/symhash); undefined without symbols. */
const symhash = declare({
  args: [],
  returns: 'text',
  call: (self) => {
    const file = fileWith(
      self as MachoValue,
      ({ symtab }) => symtab !== undefined && symtab.nlists.length > 0,
    )
    return file && md5Of(file.undefined_symbols)
  },
})

/** The file itself, or else the first file inside. */
function fileWith(macho: MachoValue, hasSome: (file: FileValue) => boolean): FileValue | undefined {
  return [macho, ...macho.file.slice(0, 1)].find(hasSome)
}

function md5Of(texts: readonly string[]): string {
  return createHash('md5')
    .update([...new Set(texts)].toSorted().join(','), 'latin1')
    .digest('hex')
}

/** A function of a processor's type, or of its type and subtype. */
function forArch(find: (macho: MachoValue, index: number) => number | bigint | undefined): FunctionType {
  const call: Overload['call'] = (self, [type, subtype]) => {
    const macho = self as MachoValue
    if (macho.nfat_arch === undefined) return undefined
    const index = macho.fat_arch.findIndex(
      (arch) => arch.cputype === type && (subtype === undefined || arch.cpusubtype === subtype),
    )
    return index < 0 ? undefined : find(macho, index)
  }
  return declare({ args: ['int'], returns: 'int', call }, { args: ['int', 'int'], returns: 'int', call })
}

function declare(...overloads: readonly Overload[]): FunctionType {
  return { kind: 'function', overloads }
}

export const functions = {
  has_dylib: has((file) => file.dylibs.map(({ name }) => name)),
  has_rpath: has((file) => file.rpaths),
  has_entitlement: has((file) => file.entitlements),
  has_import: has((file) => file.imports),
  has_export: has((file) => file.exports),
  dylib_hash: hashOf((file) => file.dylibs.map(({ name }) => name)),
  entitlement_hash: hashOf((file) => file.entitlements),
  import_hash: hashOf((file) => file.imports),
  export_hash: hashOf((file) => file.exports),
  symhash,
  file_index_for_arch: forArch((_, index) => index),
  entry_point_for_arch: forArch((macho, index) => {
    const offset = macho.fat_arch[index]?.offset
    const entry = macho.file[index]?.entry_point
    if (offset === undefined || entry === undefined) return undefined
    const sum = BigInt.asUintN(64, BigInt(offset)) + BigInt.asUintN(64, BigInt(entry))
    return sum < 1n << 64n ? integerOf(sum) : undefined
  }),
}

/** Only the letters of ASCII. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
