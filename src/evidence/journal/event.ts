// One entry as an Event: what systemd.journal-fields(7) says of who wrote it becomes process, user and log.

import type { Event } from '../../model/index.ts'

/** The text of the first value of a field of the entry, `__CURSOR` and `__REALTIME_TIMESTAMP` (microseconds) too. */
type Get = (name: string) => string | undefined

/** Characters of a message; the rest of a longer one is left out, and the event says so. */
const maxMessage = 65_536

/** Undefined when the entry has no cursor or no time. */
export function journalEvent(get: Get): Event | undefined {
  const cursor = get('__CURSOR')
  const time = isoOfMicroseconds(get('_SOURCE_REALTIME_TIMESTAMP') ?? get('__REALTIME_TIMESTAMP'))
  if (cursor === undefined || time === undefined) return undefined
  const message = get('MESSAGE') ?? ''
  return {
    '@timestamp': time,
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'journal',
    },
    message: message.slice(0, maxMessage),
    ...processOf(get),
    ...userOf(get('_UID')),
    log: { syslog: syslogOf(get) },
    hx: { ...loginOf(get), log: logOf(get, cursor, message.length > maxMessage) },
  }
}

/** Undefined when it is none before the year 5139. */
function isoOfMicroseconds(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{7,17}$/.test(text)) return undefined
  const seconds = Number(text.slice(0, -6))
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
