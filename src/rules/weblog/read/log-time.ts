// Times as web servers write them, to milliseconds since the epoch. Read digit by digit from the line: a slice and a Date a
// line would cost more than all the rest of a line's reading.

const zero = 48
const monthByCode = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    code3(name, 0),
    index + 1,
  ]),
)

function code3(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2)
}

/** Two digits; NaN where there are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero
  const ones = text.charCodeAt(at + 1) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Days since 1970-01-01 of a day of the Gregorian calendar, in integers (eras of 400 years). */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  )
}

function checked(timeMs: number): number | undefined {
  return Number.isNaN(timeMs) ? undefined : timeMs
}

function clock(text: string, at: number): number {
  const hours = two(text, at)
  const minutes = two(text, at + 3)
  const seconds = two(text, at + 6)
  return hours < 24 && minutes < 60 && seconds < 61
    ? (hours * 3600 + minutes * 60 + seconds) * 1000
    : Number.NaN
}

/** `+0200`, `+02:00`, `-0700`; anything else is UTC. */
function zoneMs(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  if (sign !== 43 && sign !== 45) return 0
  const minutesAt = text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3
  const shift = (two(text, at + 1) * 60 + two(text, minutesAt)) * 60_000
  if (Number.isNaN(shift)) return 0
  return sign === 43 ? shift : -shift
}

/** `10/Oct/2000:13:55:36 -0700`, also with a fraction (`:36.655`) and without a zone (HAProxy: taken as UTC). */
export function clfTimeMs(text: string, at: number): number | undefined {
  const month = monthByCode.get(code3(text, at + 3))
  if (month === undefined) return undefined
  const year = two(text, at + 7) * 100 + two(text, at + 9)
  const day = two(text, at)
  const base = dayNumber(year, month, day) * 86_400_000 + clock(text, at + 12)
  const fraction = text.charCodeAt(at + 20) === 46
  return checked(
    fraction
      ? base + two(text, at + 21) * 10 - zoneMs(text, at + 25)
      : base - zoneMs(text, text.charCodeAt(at + 20) === 32 ? at + 21 : at + 20),
  )
}

/** `2026-11-22T10:00:00+01:00`, `2026-11-22 10:00:00.123`, `2026/11/22 10:00:00`; without a zone UTC. */
export function isoTimeMs(text: string, at = 0): number | undefined {
  const year = two(text, at) * 100 + two(text, at + 2)
  const month = two(text, at + 5)
  if (!(month >= 1 && month <= 12)) return undefined
  const base = dayNumber(year, month, two(text, at + 8)) * 86_400_000 + clock(text, at + 11)
  let end = at + 19
  if (text.charCodeAt(end) === 46 || text.charCodeAt(end) === 44) {
    end += 1
    while (end < at + 30 && text.charCodeAt(end) >= zero && text.charCodeAt(end) <= zero + 9) end += 1
    const fraction = Number(`0.${text.slice(at + 20, end)}`)
    return checked(base + Math.floor(fraction * 1000) - zoneMs(text, end))
  }
  return checked(base - zoneMs(text, end))
}

/** A time without a zone is the host's own. */
export function localMs(utcMs: number | undefined): number | undefined {
  return utcMs === undefined ? undefined : utcMs + new Date(utcMs).getTimezoneOffset() * 60_000
}

/** `Wed Oct 11 14:32:52.123456 2000` of Apache's error log, at the weekday; as if it were UTC. */
export function asctimeMs(text: string, at: number): number | undefined {
  const month = monthByCode.get(code3(text, at + 4))
  if (month === undefined) return undefined
  const day = text.charCodeAt(at + 8) === 32 ? text.charCodeAt(at + 9) - zero : two(text, at + 8)
  let yearAt = text.indexOf(' ', at + 11)
  if (yearAt === -1 || yearAt > at + 28) return undefined
  yearAt += 1
  const year = two(text, yearAt) * 100 + two(text, yearAt + 2)
  return checked(dayNumber(year, month, day) * 86_400_000 + clock(text, at + 11))
}

/** Seconds or milliseconds since the epoch, as a number or its text. */
export function epochTimeMs(value: number | string): number | undefined {
  const number = typeof value === 'number' ? value : Number.parseFloat(value)
  if (!(number > 0) || number > 1e16) return undefined
  if (number < 1e11) return Math.floor(number * 1000)
  return Math.floor(number < 1e14 ? number : number / 1000)
}
