// The time that a log line carries, as ISO 8601 in UTC. Only what is sure: a form that is known, a date that exists, a
// zone that is written or is the host's own, not in the future. Forms: RFC 3164 and ctime(3) (no year, no zone), RFC 5424
// and ISO 8601, NCSA (Apache, nginx access logs), Apache and nginx error logs, PostgreSQL, MySQL, MongoDB, audit.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMs = 86_400_000
/** The earliest year that a log line may have; log formats are younger. */
const firstYear = 1985

// `Nov 22 09:56:31`, with the weekday before and the microseconds and year behind where Apache and ctime(3) have them.
const named =
  /^(?:<\d{1,3}>)?\[?(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: (\d{4}))?(?=[ \]]|$)/
const numbered =
  /^\[?(\d{4})[-/](\d\d)[-/](\d\d)[T ] ?(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)| ([A-Z]{3,5})(?= ))?/
const ncsa = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]/
const audit = /msg=audit\((\d{1,11})\.(\d{3}):\d{1,20}\)/
const mongo = /^\{"t":\{"\$date":"(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:?\d\d))"/

/** As far into a line as a time is looked for: hosts and users come before it in access logs. */
const searchedChars = 400

/** Undefined when there is none, or it is not sure. `nowMs`: milliseconds since 1970, for the year that is not written. */
export function lineTime(line: string, nowMs: number): string | undefined {
  const first = line.charCodeAt(0)
  const head = line.length > searchedChars ? line.slice(0, searchedChars) : line
  const time = timeAt(head, first, nowMs) ?? timeInside(head)
  if (time === undefined) return undefined
  return time.ms > nowMs + dayMs || time.ms < Date.UTC(firstYear) ? undefined : isoOf(time)
}

interface LineTime {
  /** Since 1970, whole seconds. */
  readonly ms: number
  /** Digits after the second as they are written. */
  readonly fraction: string
}

function timeAt(head: string, first: number, nowMs: number): LineTime | undefined {
  const second = first === 0x5b ? head.charCodeAt(1) : first
  if (second >= 0x30 && second <= 0x39) return numberedTime(head)
  if ((second >= 0x41 && second <= 0x5a) || first === 0x3c) return namedTime(head, nowMs)
  return undefined
}

function timeInside(head: string): LineTime | undefined {
  const web = ncsa.exec(head)
  if (web !== null) return ncsaTime(web)
  const record = audit.exec(head)
  if (record !== null) return { ms: Number(record[1]) * 1000, fraction: record[2] ?? '' }
  const json = mongo.exec(head)?.[1]
  return json === undefined ? undefined : numberedTime(json)
}

function namedTime(head: string, nowMs: number): LineTime | undefined {
  const found = named.exec(head)
  if (found === null) return undefined
  const [, month = '', day, hours, minutes, seconds, fraction = '', year] = found
  const index = months.indexOf(month)
  if (index < 0) return undefined
  const clock = [Number(day), Number(hours), Number(minutes), Number(seconds)] as const
  if (year !== undefined) return localTime([Number(year), index, ...clock], fraction)
  const thisYear = new Date(nowMs).getFullYear()
  const now = localTime([thisYear, index, ...clock], fraction)
  // A day is left for clocks that go wrong: the 31st of December read in January is of the year before.
  if (now !== undefined && now.ms <= nowMs + dayMs) return now
  return localTime([thisYear - 1, index, ...clock], fraction)
}

function numberedTime(head: string): LineTime | undefined {
  const found = numbered.exec(head)
  if (found === null) return undefined
  const [, year, month, day, hours, minutes, seconds, fraction = '', zone, zoneName] = found
  // `CET`, `IST`: several places use the same letters.
  if (zoneName !== undefined) return undefined
  const parts = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
  ] as const
  if (zone === undefined) return localTime(parts, fraction)
  return zonedTime(parts, fraction, zone)
}

function ncsaTime(found: RegExpExecArray): LineTime | undefined {
  const [, day, month = '', year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = found
  const index = months.indexOf(month)
  if (index < 0) return undefined
  const parts = [Number(year), index, Number(day), Number(hours), Number(minutes), Number(seconds)] as const
  return zonedTime(parts, '', `${sign}${zoneHours}:${zoneMinutes}`)
}

/** Year, month from 0, day, hours, minutes, seconds. */
type Parts = readonly [number, number, number, number, number, number]

function zonedTime(parts: Parts, fraction: string, zone: string): LineTime | undefined {
  const ms = exists(parts) ? Date.UTC(...parts) : Number.NaN
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  const minutes = found === null ? 0 : Number(`${found[1]}1`) * (Number(found[2]) * 60 + Number(found[3]))
  return Number.isNaN(ms) ? undefined : { ms: ms - minutes * 60_000, fraction }
}

// Lines of one second come in a row, and the time zone is the costly part.
let lastLocal = { key: '', ms: 0 }

function localTime(parts: Parts, fraction: string): LineTime | undefined {
  if (!exists(parts)) return undefined
  const key = parts.join(' ')
  if (lastLocal.key !== key) lastLocal = { key, ms: new Date(...parts).getTime() }
  return { ms: lastLocal.ms, fraction }
}

function exists([year, month, day, hours, minutes, seconds]: Parts): boolean {
  if (year < firstYear || month < 0 || month > 11 || day < 1) return false
  if (hours > 23 || minutes > 59 || seconds > 60) return false
  return day <= new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

let lastIso = { ms: Number.NaN, text: '' }

function isoOf({ ms, fraction }: LineTime): string {
  if (lastIso.ms !== ms) lastIso = { ms, text: new Date(ms).toISOString().slice(0, 19) }
  return fraction === '' ? `${lastIso.text}Z` : `${lastIso.text}.${fraction.slice(0, 6)}Z`
}
