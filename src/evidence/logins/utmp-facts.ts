// Facts of the binary login records.

import { factOf, type LoginFact, terminalOf } from './fact.ts'
import { type UtmpRecord, utmpTypes } from './utmp.ts'

/** Undefined for records of no login. */
export function wtmpFact(record: UtmpRecord): LoginFact | undefined {
  if (record.type === utmpTypes.userProcess && record.user !== '') return utmpLogin(record, 'wtmp')
  if (record.type !== utmpTypes.deadProcess) return undefined
  return utmpLogout(record, 'wtmp')
}

export function utmpLogin(record: UtmpRecord, provider: 'wtmp' | 'utmp'): LoginFact {
  return factOf({ ...common(record), action: 'logon', outcome: 'success', provider, witness: provider })
}

export function utmpLogout(record: UtmpRecord, provider: 'wtmp' | 'utmp'): LoginFact | undefined {
  // init's and getty's own ends have no login before them: they fit no session, and name nobody.
  return factOf({ ...common(record), action: 'logoff', outcome: 'success', provider, witness: provider })
}

/** btmp: type 6 by sshd, 6 or 7 by login(1). */
export function btmpFact(record: UtmpRecord): LoginFact | undefined {
  if (record.type !== utmpTypes.loginProcess && record.type !== utmpTypes.userProcess) return undefined
  return factOf({
    ...common(record),
    action: 'logon-failed',
    outcome: 'failure',
    provider: 'btmp',
    witness: 'btmp',
  })
}

function common(record: UtmpRecord): {
  timeMs: number
  time: string
  user: string | undefined
  host: string | undefined
  tty: string | undefined
  pid: number | undefined
} {
  const host = record.ip ?? record.host
  return {
    timeMs: record.timeMs,
    time: isoOf(record.timeMs),
    user: record.user === '' ? undefined : record.user,
    // `:0` is a local display; a kernel's release stands there in records of the boot.
    host: host === '' || host.startsWith(':') ? undefined : host,
    tty: terminalOf(record.line),
    pid: record.pid > 0 ? record.pid : undefined,
  }
}

/** ISO 8601 with microseconds; the beginning of 1970 for what is no time. */
export function isoOf(timeMs: number): string {
  const whole = Math.floor(timeMs)
  if (!(whole >= 0 && whole <= 253_402_300_799_999)) return new Date(0).toISOString()
  const microseconds = Math.min(999, Math.round((timeMs - whole) * 1000))
  return `${new Date(whole).toISOString().slice(0, 23)}${String(microseconds).padStart(3, '0')}Z`
}
