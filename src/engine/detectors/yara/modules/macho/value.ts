// The macho module's values: a file's header and load commands at once, what they point to when it is asked for.

import type { Budget } from '../../../../limits.ts'
import { isImported, type Macho, type MachoFile, type MachoSymbol } from '../../../../parsers/macho/index.ts'
import { once } from '../../../../parsers/pe/index.ts'
import { bytesText, repairedText, utf8Text } from '../elf/byte-text.ts'
import { integerOf } from '../elf/declare.ts'

/** A file inside a universal file, and the structure itself where it is no universal file. */
export interface FileValue {
  readonly dylibs: readonly { readonly name: string }[]
  readonly rpaths: readonly string[]
  readonly entitlements: readonly string[]
  readonly exports: readonly string[]
  readonly imports: readonly string[]
  readonly entry_point?: number | bigint | undefined
  readonly symtab?: { readonly nlists: readonly object[] } | undefined
  /** No field of the module: what symhash() is made of. */
  readonly undefined_symbols: readonly string[]
}

export interface MachoValue extends FileValue {
  readonly file: readonly FileValue[]
  readonly nfat_arch?: number
  readonly fat_arch: readonly {
    readonly cputype: number
    readonly cpusubtype: number
    readonly offset: number | bigint
  }[]
}

const nothing = {
  segments: [],
  dylibs: [],
  rpaths: [],
  entitlements: [],
  certificates: [],
  exports: [],
  imports: [],
  linker_options: [],
  undefined_symbols: [],
}

export function machoValue(macho: Macho | undefined, budget: Budget): MachoValue {
  if (macho === undefined) return { ...nothing, file: [], fat_arch: [] }
  const [first] = macho.files
  // A universal file with a single file in it looks like that file.
  if (first !== undefined && macho.files.length === 1) {
    return withFields(fileValue(first, budget), { file: [], fat_arch: [] })
  }
  return {
    ...nothing,
    ...(macho.fatMagic === undefined ? {} : { fat_magic: macho.fatMagic }),
    nfat_arch: macho.archs.length,
    fat_arch: converted(macho.archs) as MachoValue['fat_arch'],
    file: macho.files.map((file) => fileValue(file, budget)),
  }
}

function fileValue(file: MachoFile, budget: Budget): FileValue {
  const { commands } = file
  const entry = file.entryOffset
  const value = converted({
    ...file.header,
    number_of_segments: commands.segments.length,
    segments: commands.segments,
    dylibs: commands.dylibs,
    rpaths: commands.rpaths,
    linker_options: commands.linkerOptions,
    dynamic_linker: commands.dynamicLinker,
    entry_point: entry,
    stack_size: commands.main?.stackSize,
    source_version: commands.sourceVersion,
    symtab: commands.symtab,
    dysymtab: commands.dysymtab,
    dyld_info: commands.dyldInfo,
    code_signature_data: commands.codeSignature,
    uuid: commands.uuid,
    build_version: commands.buildVersion,
    min_version: commands.minVersion,
  }) as { symtab?: object }
  if (value.symtab !== undefined) {
    lazily(value.symtab, 'entries', () => file.symbols(budget).map(({ name }) => bytesText(name)))
    lazily(value.symtab, 'nlists', () => file.symbols(budget).map(nlistValue))
  }
  lazily(value, 'undefined_symbols', () =>
    file
      .symbols(budget)
      .filter(isImported)
      .map(({ name }) => repairedText(name)),
  )
  lazily(value, 'exports', () => file.readExports(budget).map(repairedText))
  lazily(value, 'imports', () => file.readImports(budget).map(repairedText))
  const signature = once(() => file.readSignature(budget))
  lazily(value, 'entitlements', () => signature().entitlements.map(utf8Text))
  lazily(value, 'certificates', () => signature().certificates)
  return value as FileValue
}

/** Like a spread, but keeps what is made later. */
function withFields<T extends object, U extends object>(value: T, fields: U): T & U {
  return Object.assign(value, fields)
}

/** A property that is made when it is first asked for. */
function lazily(target: object, name: string, make: () => unknown): void {
  Object.defineProperty(target, name, { enumerable: true, get: once(make) })
}

function nlistValue({ n_strx, n_type, n_sect, n_desc, n_value }: MachoSymbol): object {
  return { n_strx, n_type, n_sect, n_desc, n_value: integerOf(n_value) }
}

/** The parser's records as rules see them: bytes are texts, 64-bit numbers are signed. */
function converted(value: unknown): unknown {
  if (typeof value === 'bigint') return integerOf(value)
  if (value instanceof Uint8Array) return bytesText(value)
  if (Array.isArray(value)) return value.map(converted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, converted(field)]))
}
