// An ESE database as those see it who read something from it (SRUM, web cache …): tables, columns, rows. ese/ makes it; what is
// read from it depends on nothing else.

import { filetime } from './fields.ts'
import type { Notes } from './note.ts'

/** JET_coltyp in words. */
export type EseColumnType =
  | 'bit'
  | 'unsigned-byte'
  | 'short'
  | 'unsigned-short'
  | 'long'
  | 'unsigned-long'
  | 'long-long'
  | 'currency'
  | 'single'
  | 'double'
  | 'date-time'
  | 'guid'
  | 'binary'
  | 'text'
  | 'long-binary'
  | 'long-text'
  | 'unknown'

/**
 * 64-bit integers are bigint. A date-time is its 64 bits: some programs keep an OLE date there (`oleTime`), others a FILETIME
 * (`ticksTime`). A GUID is text.
 */
export type EseScalar = boolean | number | bigint | string | Uint8Array
/** A column with several values has a list; null where a column has none. */
export type EseValue = EseScalar | readonly EseScalar[] | null

export interface EseColumn {
  readonly id: number
  readonly name: string
  readonly type: EseColumnType
}

export interface EseTable {
  readonly name: string
  readonly columns: readonly EseColumn[]
}

export type EseState =
  | 'just-created'
  | 'dirty-shutdown'
  | 'clean-shutdown'
  | 'being-converted'
  | 'force-detach'
  | 'unknown'

export interface EseHeader {
  readonly pageBytes: number
  /** `0x620,20`: format and its revision. */
  readonly version: string
  readonly state: EseState
  /** When the database was made, attached and detached last; local time without `Z` where the writer says so. */
  readonly created?: string
  readonly attached?: string
  readonly detached?: string
  /** Of the Windows that wrote it last: `10.0.19041`. */
  readonly system: string
}

export interface EseDatabase {
  readonly header: EseHeader
  readonly notes: Notes
  /** In the order of the catalog, the engine's own tables too. */
  readonly tables: readonly EseTable[]
  table(name: string): EseTable | undefined
  /**
   * In the order of the primary index: the values of `columns` (names; those of the table where none are given), one row after
   * the other. A name that the table has not gives null.
   */
  rows(table: EseTable, columns?: readonly string[]): Generator<EseValue[]>
}

const bits = new DataView(new ArrayBuffer(8))
const bytes = new Uint8Array(bits.buffer)
const msPerDay = 86_400_000
const oleEpochMs = Date.UTC(1899, 11, 30)
/** 1 January of the year 1 and of 10000. */
const [leastDays, mostDays] = [-693_593, 2_958_466]

/** The bits of an OLE date (days since 30 December 1899) as `2026-01-02T03:04:05.000Z`; undefined where none is set. */
export function oleTime(value: bigint): string | undefined {
  bits.setBigUint64(0, BigInt.asUintN(64, value), true)
  const days = bits.getFloat64(0, true)
  if (!(days > leastDays && days < mostDays) || days === 0) return undefined
  // Before the epoch the fraction still counts forward.
  const whole = Math.trunc(days)
  return new Date(oleEpochMs + Math.round((whole + Math.abs(days - whole)) * msPerDay)).toISOString()
}

/** The latest FILETIME with a year of four digits. */
const mostTicks = 2_650_467_743_999_999_999n

/** A FILETIME as `2026-01-02T03:04:05.1234567Z`; undefined where none is set. */
export function ticksTime(value: bigint): string | undefined {
  if (value <= 0n || value > mostTicks) return undefined
  bits.setBigUint64(0, value, true)
  return filetime(bytes, 0)
}
