// The time modifiers: a number out of a date. The specification leaves zones alone; a date without a zone is UTC.

import type { TimePart } from '../rule.ts'

export const timeParts: readonly TimePart[] = ['minute', 'hour', 'day', 'week', 'month', 'year']

const longestDate = 40

/** Milliseconds since 1970 of an ISO 8601 date, or of seconds or milliseconds since 1970; undefined for anything else. */
export function readTime(text: string): number | undefined {
  if (text.length > longestDate) return undefined
  if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  const [, date, clock, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))? ?(.*)$/.exec(text) ?? []
  if (date === undefined) return undefined
  const ms = Date.parse(`${date}T${clock ?? '00:00'}${zone === '' || zone === undefined ? 'Z' : zone}`)
  return Number.isNaN(ms) ? undefined : ms
}

/** The part as a decimal number. */
export function timePart(text: string, part: TimePart): string | undefined {
  const ms = readTime(text)
  if (ms === undefined) return undefined
  const date = new Date(ms)
  switch (part) {
    case 'minute':
      return String(date.getUTCMinutes())
    case 'hour':
      return String(date.getUTCHours())
    case 'day':
      return String(date.getUTCDate())
    case 'week':
      return String(isoWeek(date))
    case 'month':
      return String(date.getUTCMonth() + 1)
    case 'year':
      return String(date.getUTCFullYear())
  }
}

// Week 1 holds the year's first Thursday (ISO 8601).
function isoWeek(date: Date): number {
  const dayMs = 86_400_000
  const day = (date.getUTCDay() + 6) % 7
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - day + 3)
  const yearStart = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)
  return 1 + Math.floor((thursday - yearStart) / (7 * dayMs))
}
