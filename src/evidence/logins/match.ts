// Whether two sources speak of one thing, and how sure that is.

import { mayBeSameHost } from './address.ts'
import type { LoginAction, LoginFact } from './fact.ts'
import { familyOf } from './sessions.ts'

/** Clocks of one host agree, but syslog tells whole seconds, and sources tell at different steps of a login. */
export const sameTimeMs = 3000

/** Facts of one class may tell of one thing. */
export function classOf(fact: LoginFact): string {
  const class_ = classes[fact.action]
  return class_ === undefined ? `${fact.action} ${fact.outcome}` : class_
}

const classes: Readonly<Partial<Record<LoginAction, string>>> = {
  logon: 'begin',
  'session-start': 'begin',
  logoff: 'end',
  'session-end': 'end',
}

/** Sessions that nobody sits at. */
const unattended = new Set(['cron', 'atd', 'systemd-user'])

/**
 * 0: two different things. Else the more, the surer. `known` is what is known of the one already, `logPid` the process
 * that has written log lines of it.
 */
export function likeness(known: LoginFact, fact: LoginFact, logPid: number | undefined): number {
  if (Math.abs(known.timeMs - fact.timeMs) > sameTimeMs || differ(known, fact)) return 0
  // The lines of one login come from one process; the other sources name other ones of its processes.
  if (isLog(fact) && classOf(fact) !== 'end' && conflict(logPid, fact.pid)) return 0
  // A failure has one process, whoever tells of it.
  if (fact.action === 'logon-failed' && conflict(known.pid, fact.pid)) return 0
  let score = 0
  if (known.session !== undefined && known.session === fact.session) score += 16
  if (known.pid !== undefined && known.pid === fact.pid) score += 8
  if (known.port !== undefined && known.port === fact.port) score += 8
  if (known.tty !== undefined && known.tty === fact.tty) score += 4
  if (known.host !== undefined && fact.host !== undefined) score += 4
  if (equal(known.user, fact.user) || equal(known.userId, fact.userId)) score += 2
  if (equal(known.target, fact.target) || equal(known.targetId, fact.targetId)) score += 2
  if (equal(known.group, fact.group)) score += 2
  return score
}

function equal<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && one === other
}

function conflict<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other
}

const compared = ['user', 'userId', 'target', 'targetId', 'group', 'port', 'tty'] as const

function differ(known: LoginFact, fact: LoginFact): boolean {
  if (compared.some((name) => conflict(known[name], fact[name]))) return true
  if (known.host !== undefined && fact.host !== undefined && !mayBeSameHost(known.host, fact.host))
    return true
  if (known.service !== undefined && fact.service !== undefined)
    return familyOf(known.service) !== familyOf(fact.service)
  return isUnattended(known) ? isAttended(fact) : isUnattended(fact) && isAttended(known)
}

export function isLog({ provider }: LoginFact): boolean {
  return provider === 'journal' || provider === 'syslog'
}

function isUnattended({ service }: LoginFact): boolean {
  return service !== undefined && unattended.has(familyOf(service))
}

function isAttended({ tty, host }: LoginFact): boolean {
  return tty !== undefined || host !== undefined
}
