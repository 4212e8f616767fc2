// One entry of `journalctl -o json` (systemd.journal-fields(7)) as an Event. Values are strings, arrays of bytes where
// they are not UTF-8, arrays of these where a field comes more than once, null where they are too large.

import type { Event } from '../../model/index.ts'
import { lineMaxBytes } from './split.ts'

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
  const cursor = get('__CURSOR')
  const time = isoOfMicroseconds(get('_SOURCE_REALTIME_TIMESTAMP') ?? get('__REALTIME_TIMESTAMP'))
  if (cursor === undefined || time === undefined) return undefined
  const message = get('MESSAGE') ?? ''
  const event: Event = {
    '@timestamp': time,
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'journal',
    },
    message: message.slice(0, lineMaxBytes),
    ...processOf(get),
    ...userOf(get('_UID')),
    log: { syslog: syslogOf(get) },
    hx: { ...loginOf(get), log: logOf(get, cursor, message.length > lineMaxBytes) },
  }
  return { cursor, event }
}

type Get = (name: string) => string | undefined

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

/** Undefined when it is no time that a Date can have. */
function isoOfMicroseconds(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{7,17}$/.test(text)) return undefined
  const seconds = Number(text.slice(0, -6))
  if (seconds > 253_402_300_799) return undefined
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${text.slice(-6)}Z`
}

function syslogOf(get: Get): NonNullable<NonNullable<Event['log']>['syslog']> {
  const appname = get('SYSLOG_IDENTIFIER') ?? get('_COMM')
  const procid = get('SYSLOG_PID') ?? get('_PID')
  const hostname = get('_HOSTNAME')
  return {
    ...(appname === undefined ? {} : { appname: appname.slice(0, 256) }),
    ...(procid === undefined ? {} : { procid: procid.slice(0, 32) }),
    ...(hostname === undefined ? {} : { hostname: hostname.slice(0, 255) }),
  }
}

const maxCommandLine = 4096

function processOf(get: Get): Pick<Event, 'process'> {
  const pid = numberOf(get('_PID'))
  if (pid === undefined) return {}
  const name = get('_COMM')
  const executable = get('_EXE')
  const commandLine = get('_CMDLINE')?.slice(0, maxCommandLine)
  return {
    process: {
      pid,
      ...(name === undefined ? {} : { name }),
      ...(executable === undefined ? {} : { executable: executable.slice(0, maxCommandLine) }),
      ...(commandLine === undefined ? {} : { command_line: commandLine }),
    },
  }
}

function userOf(id: string | undefined): Pick<Event, 'user'> {
  return id === undefined || numberOf(id) === undefined ? {} : { user: { id } }
}

/** The login that journald saw behind the process. */
function loginOf(get: Get): { process?: { auid: number; session?: number } } {
  const auid = numberOf(get('_AUDIT_LOGINUID'))
  const session = numberOf(get('_AUDIT_SESSION'))
  if (auid === undefined) return {}
  return { process: { auid, ...(session === undefined ? {} : { session }) } }
}

function logOf(get: Get, cursor: string, isCut: boolean): Record<string, unknown> {
  const unit = get('_SYSTEMD_UNIT')
  const transport = get('_TRANSPORT')
  const priority = numberOf(get('PRIORITY'))
  const facility = numberOf(get('SYSLOG_FACILITY'))
  return {
    source: 'journal',
    kind: 'journal',
    id: cursor,
    clock: 'line',
    ...(unit === undefined ? {} : { unit }),
    ...(transport === undefined ? {} : { transport }),
    ...(priority === undefined ? {} : { priority }),
    ...(facility === undefined ? {} : { facility }),
    ...(isCut ? { mark: 'cut' } : {}),
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || !/^\d{1,10}$/.test(text) ? undefined : Number(text)
}
