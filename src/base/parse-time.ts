// Points in time as people write them: `10m`, `2026-11-22 10:00`, `yesterday`.

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/**
 * Microseconds since 1970; undefined when it is none. `10m` (also `10m ago`) is ten minutes before `nowMs`. Dates and times
 * without a zone are local; a day is its first moment. `today`, `yesterday`, `now`, `10:00` (of today), `@SECONDS`.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim()
  const ms = relative(trimmed, nowMs) ?? named(trimmed, nowMs)
  return ms === undefined ? calendar(trimmed, nowMs) : ms * 1000
}

function relative(text: string, nowMs: number): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([a-z]{1,3})(?: ago)?$/i.exec(text)
  const unit = (match?.[2] ?? '').toLowerCase()
  if (match === null || !Object.hasOwn(unitsMs, unit)) return undefined
  return Math.round(nowMs - Number(match[1]) * (unitsMs[unit] ?? 0))
}

function named(text: string, nowMs: number): number | undefined {
  const today = new Date(nowMs)
  const day = (offset: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + offset).getTime()
  switch (text.toLowerCase()) {
    case 'now':
      return nowMs
    case 'today':
      return day(0)
    case 'yesterday':
      return day(-1)
    default:
      return undefined
  }
}

const calendarForm =
  /^(?:(\d{4})-(\d\d)-(\d\d)(?:[T ]|$))?(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/i

function calendar(text: string, nowMs: number): number | undefined {
  const seconds = /^@(\d{1,12})$/.exec(text)
  if (seconds !== null) return Number(seconds[1]) * 1_000_000
  const match = calendarForm.exec(text)
  if (match === null || (match[1] === undefined && match[4] === undefined)) return undefined
  const today = new Date(nowMs)
  const [, year, month, dayOfMonth, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  if (zone !== undefined && (year === undefined || match[4] === undefined)) return undefined
  const date =
    year === undefined
      ? [today.getFullYear(), today.getMonth(), today.getDate()]
      : [Number(year), Number(month) - 1, Number(dayOfMonth)]
  const parts = [...date, Number(hour), Number(minute), Number(second)] as const
  const ms =
    zone === undefined
      ? new Date(...(parts as Parts)).getTime()
      : Date.UTC(...(parts as Parts)) - zoneMs(zone)
  if (!isReal(parts)) return undefined
  return ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

type Parts = [number, number, number, number, number, number]

/** No 30th of February, no 25th hour. */
function isReal(parts: readonly number[]): boolean {
  const date = new Date(Date.UTC(...(parts as Parts)))
  const read = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ]
  return read.every((value, index) => value === parts[index])
}

function zoneMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))
  return (digits.startsWith('-') ? -minutes : minutes) * 60_000
}
