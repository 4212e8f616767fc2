// Times of steps, in microseconds. Sources differ: logs have whole seconds, file systems a coarse clock, the kernel's programs
// microseconds; so that a story reads in the order of cause and effect, times are made exact where an effect says so.

import type { Event } from '../model/index.ts'

/** Milliseconds since 1970; 0 where the text is none. */
export function timeOf(event: Event): number {
  const ms = Date.parse(event['@timestamp'])
  return Number.isFinite(ms) ? ms : 0
}

/** Microseconds since 1970 of an ISO 8601 time in UTC; 0 where it is none. */
export function microsOf(time: string): number {
  const ms = Date.parse(time)
  if (!Number.isFinite(ms)) return 0
  const point = time.lastIndexOf('.')
  const rest = point < 0 ? '' : time.slice(point + 4, point + 7).replace(/\D.*$/, '')
  return Math.floor(ms) * 1000 + (rest === '' ? 0 : Number(rest.padEnd(3, '0')))
}

/** ISO 8601 with as many digits as needed. */
export function isoOf(micros: number): string {
  const ms = Math.floor(micros / 1000)
  const iso = new Date(Math.min(Math.max(0, ms), 8.64e15)).toISOString()
  const rest = Math.round(micros - ms * 1000)
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}
