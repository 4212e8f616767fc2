// One entry of `journalctl -o json` (systemd.journal-fields(7)) as an Event. Values are strings, arrays of bytes where
// they are not UTF-8, arrays of these where a field comes more than once, null where they are too large.

import { journalEvent } from '../../evidence/journal/event.ts'
import type { Event } from '../../model/index.ts'

/** What is asked for; the cursor and the times come always. */
export const journalFields = [
  'MESSAGE',
  'PRIORITY',
  'SYSLOG_FACILITY',
  'SYSLOG_IDENTIFIER',
  'SYSLOG_PID',
  '_PID',
  '_UID',
  '_COMM',
  '_EXE',
  '_CMDLINE',
  '_HOSTNAME',
  '_SYSTEMD_UNIT',
  '_TRANSPORT',
  '_AUDIT_LOGINUID',
  '_AUDIT_SESSION',
  '_SOURCE_REALTIME_TIMESTAMP',
] as const

export interface JournalEntry {
  readonly cursor: string
  readonly event: Event
}

/** Undefined when the text is no entry. */
export function parseJournalEntry(text: string): JournalEntry | undefined {
  const fields = parseRecord(text)
  if (fields === undefined) return undefined
  const get = (name: string): string | undefined => textOf(fields[name])
  const event = journalEvent(get)
  const cursor = get('__CURSOR')
  return event === undefined || cursor === undefined ? undefined : { cursor, event }
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || value.length === 0) return undefined
  const list = value as unknown[]
  // The first of several values; bytes are numbers.
  if (typeof list[0] !== 'number')
    return Array.isArray(list[0]) || typeof list[0] === 'string' ? textOf(list[0]) : undefined
  return Buffer.from(list.filter((byte): byte is number => typeof byte === 'number')).toString('utf8')
}
