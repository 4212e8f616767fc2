// Columns of hostile databases as what they should be; of another type they are not there.

import type { SqliteValue } from '../sqlite/index.ts'

export type Columns = Readonly<Record<string, SqliteValue>>

const microsTo1970 = 11_644_473_600_000_000n
/** The range of Date. */
const maxMicros = 8_640_000_000_000_000_000n
const maxText = 65_536

export function textOf(columns: Columns, name: string): string | undefined {
  const value = columns[name]
  return typeof value === 'string' && value !== '' ? value.slice(0, maxText) : undefined
}

/** Exact up to 2^53. */
export function numberOf(columns: Columns, name: string): number | undefined {
  const value = columns[name]
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' ? value : undefined
}

function microsOf(columns: Columns, name: string): bigint | undefined {
  const value = columns[name]
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
}

/** Microseconds since 1970, `2026-01-02T03:04:05.123456Z`; undefined where none is set. */
export function unixTime(columns: Columns, name: string): string | undefined {
  const micros = microsOf(columns, name)
  return micros === undefined || micros === 0n ? undefined : timeText(micros)
}

/** Microseconds since 1601, as Chromium counts. */
export function webkitTime(columns: Columns, name: string): string | undefined {
  const micros = microsOf(columns, name)
  return micros === undefined || micros === 0n ? undefined : timeText(micros - microsTo1970)
}

function timeText(micros: bigint): string | undefined {
  if (micros > maxMicros || micros < -maxMicros) return undefined
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = (micros - rest) / 1000n
  const text = new Date(Number(seconds)).toISOString()
  return `${text.slice(0, -4)}${String(rest).padStart(6, '0')}Z`
}

/** Without what is not there. */
export function present<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
