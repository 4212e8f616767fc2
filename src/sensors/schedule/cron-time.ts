// The five time fields of a crontab (crontab(5)): whether cron accepts them, and when they fit next.

interface FieldRange {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const ranges: readonly FieldRange[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 7, words: weekdays },
]

/** Times that a crontab line names by a word; `@reboot` has none. */
const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export function isNickname(word: string): boolean {
  return word === '@reboot' || Object.hasOwn(nicknames, word)
}

interface CronTime {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Either day field begins with `*`: then both must fit, otherwise one of them. */
  readonly bothDays: boolean
}

/** What is wrong with the five fields, one phrase; undefined when nothing is. */
export function faultOfFields(fields: readonly string[]): string | undefined {
  for (const [at, range] of ranges.entries()) {
    if (valuesOf(fields[at] ?? '', range) === undefined) return `bad ${range.name}`
  }
  return undefined
}

const daysAhead = 8 * 366

/**
 * The next time at which a schedule fits, in the time zone of this process: ISO 8601. Undefined for `@reboot`, for a
 * random time (`~`), and when there is none within eight years (29 February is the rarest).
 */
export function nextRun(schedule: string, after: Date): string | undefined {
  const time = parseTime(nicknames[schedule] ?? schedule)
  if (time === undefined) return undefined
  const start = new Date(after.getFullYear(), after.getMonth(), after.getDate())
  for (let day = 0; day < daysAhead; day++) {
    const date = new Date(start.getFullYear(), start.getMonth(), start.getDate() + day)
    if (!fitsDay(time, date)) continue
    const found = firstOfDay(time, date, after)
    if (found !== undefined) return found.toISOString()
  }
  return undefined
}

function fitsDay(time: CronTime, date: Date): boolean {
  if (!time.months.has(date.getMonth() + 1)) return false
  const byMonth = time.days.has(date.getDate())
  const weekday = date.getDay()
  const byWeek = time.weekdays.has(weekday) || (weekday === 0 && time.weekdays.has(7))
  return time.bothDays ? byMonth && byWeek : byMonth || byWeek
}

function firstOfDay(time: CronTime, date: Date, after: Date): Date | undefined {
  for (let hour = 0; hour < 24; hour++) {
    if (!time.hours.has(hour)) continue
    for (let minute = 0; minute < 60; minute++) {
      if (!time.minutes.has(minute)) continue
      const at = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute)
      // An hour that the clocks skip is no time of this day.
      if (at.getHours() === hour && at > after) return at
    }
  }
  return undefined
}

function parseTime(schedule: string): CronTime | undefined {
  const fields = schedule.split(/\s+/, 6)
  if (fields.length !== 5 || schedule.includes('~')) return undefined
  const [minutes, hours, days, monthSet, weekdaySet] = ranges.map((range, at) =>
    valuesOf(fields[at] ?? '', range),
  )
  if (!minutes || !hours || !days || !monthSet || !weekdaySet) return undefined
  const bothDays = fields[2]?.startsWith('*') === true || fields[4]?.startsWith('*') === true
  return { minutes, hours, days, months: monthSet, weekdays: weekdaySet, bothDays }
}

/** `*`, `a`, `a-b`, each with `/step`, joined by commas; undefined when it is none. A random `a~b` stands for all. */
function valuesOf(field: string, range: FieldRange): Set<number> | undefined {
  if (field.length > 512) return undefined
  // SUSE's cron: a dash before the minutes means that the run is not logged.
  const plain = range.from === 0 && range.to === 59 ? field.replace(/^-/, '') : field
  const values = new Set<number>()
  for (const part of plain.split(',')) {
    const match = /^(\*|[A-Za-z]{3}|\d{0,2})(?:([-~])([A-Za-z]{3}|\d{0,2}))?(?:\/(\d{1,3}))?$/.exec(part)
    if (match === null) return undefined
    const bounds = boundsOf(match, range)
    if (bounds === undefined) return undefined
    for (let value = bounds.from; value <= bounds.to; value += bounds.step) values.add(value)
  }
  return values
}

function boundsOf(
  [, first = '', separator, last = '', stepText]: RegExpExecArray,
  range: FieldRange,
): { readonly from: number; readonly to: number; readonly step: number } | undefined {
  const step = stepText === undefined ? 1 : Number(stepText)
  if (step < 1) return undefined
  if (first === '*') return separator === undefined ? { from: range.from, to: range.to, step } : undefined
  const isRandom = separator === '~'
  const from = isRandom && first === '' ? range.from : numberOf(first, range)
  const single = stepText === undefined ? from : range.to
  const to =
    separator === undefined ? single : numberOf(isRandom && last === '' ? `${range.to}` : last, range)
  if (from === undefined || to === undefined || from > to) return undefined
  return { from, to, step }
}

function numberOf(text: string, { from, to, words }: FieldRange): number | undefined {
  const word = words.indexOf(text.toLowerCase())
  if (word >= 0) return word + from
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= from && value <= to ? value : undefined
}
