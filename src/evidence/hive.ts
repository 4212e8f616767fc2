// A registry hive as those see it who read something from it (autoruns, services, run history …): keys and values by name, as
// far as the bytes could be read. registry/ makes it; what is read from it depends on nothing else.

import type { Notes } from './note.ts'

/** What a hive holds, told by its content: file names of collected hives say little. */
export type HiveKind =
  | 'SYSTEM'
  | 'SOFTWARE'
  | 'SAM'
  | 'SECURITY'
  | 'NTUSER'
  | 'USRCLASS'
  | 'AMCACHE'
  | 'BCD'
  | 'COMPONENTS'
  | 'DRIVERS'
  | 'SYSCACHE'
  | 'unknown'

export interface HiveValue {
  /** '' is the default value. */
  readonly name: string
  /** REG_SZ is 1 … REG_QWORD is 11; hives have others too. */
  readonly type: number
  /** E.g. `REG_SZ`; the number in hexadecimal for a type without a name. */
  readonly typeName: string
  /** As stored. */
  readonly data: Buffer
  /** UTF-16 up to the first null; of REG_MULTI_SZ the strings joined by line feeds; '' of other types. */
  text(): string
  /** Of REG_MULTI_SZ its strings, of other strings one, of other types none. */
  strings(): readonly string[]
  /** Of REG_DWORD, REG_DWORD_BIG_ENDIAN and REG_QWORD (exact up to 2^53); undefined of others. */
  number(): number | undefined
}

export interface HiveKey {
  readonly name: string
  /** From below the root, parts joined by `\`; '' of the root itself. */
  readonly path: string
  /** ISO 8601 with 100 ns: the last write to the key, its values, or the list of its subkeys. */
  readonly time: string
  subkeys(): readonly HiveKey[]
  values(): readonly HiveValue[]
  /** Names have no case; `path` may have several parts. '' is the key itself. */
  find(path: string): HiveKey | undefined
  value(name: string): HiveValue | undefined
}

export interface Hive {
  readonly kind: HiveKind
  /** End of the path it was loaded from, as its writer noted it: at most 31 characters, often empty. */
  readonly fileName: string
  readonly notes: Notes
  readonly root: HiveKey | undefined
  find(path: string): HiveKey | undefined
}
