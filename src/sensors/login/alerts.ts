// Alerts of the login sensor: somebody has changed the host's own record of logins, or a login is missing in it.

import { printable } from '../../base/text.ts'
import type { Event } from '../../model/index.ts'
import { sourceOf, type LoginFact } from '../../evidence/logins/index.ts'

/** ATT&CK: Indicator Removal: Clear Linux or Mac System Logs. */
const clearLogs = ['T1070.002']

/** A file that records logins was changed as no login program does. */
export function tamperedEvent(path: string, what: string, nowMs: number): Event {
  return {
    '@timestamp': new Date(nowMs).toISOString(),
    event: {
      kind: 'alert',
      category: ['intrusion_detection', 'file'],
      type: ['change'],
      action: 'log-tampered',
      dataset: 'hx.login',
      provider: 'login-files',
      severity: 75,
      reason: what,
    },
    message: printable(`${path}: ${what}`),
    file: { path },
    threat: { technique: { id: clearLogs } },
    hx: { login: { sources: ['login-files'] } },
  }
}

/** A login with a terminal that never came into wtmp. */
export function unrecordedEvent(fact: LoginFact, path: string, nowMs: number): Event {
  const source = sourceOf(fact.host, fact.port)
  const { user, userId, tty, service, session } = fact
  return {
    '@timestamp': new Date(nowMs).toISOString(),
    event: {
      kind: 'alert',
      category: ['intrusion_detection', 'authentication'],
      type: ['info'],
      action: 'login-unrecorded',
      dataset: 'hx.login',
      provider: fact.provider,
      severity: 50,
      reason: `the login is not in ${path} after a minute`,
    },
    message: printable(
      `the login of ${user ?? userId ?? 'somebody'} at ${new Date(fact.timeMs).toISOString()} is not in ${path}`,
    ),
    user: {
      ...(user === undefined ? {} : { name: user }),
      ...(userId === undefined ? {} : { id: String(userId) }),
    },
    ...(source === undefined ? {} : { source }),
    ...(fact.pid === undefined ? {} : { process: { pid: fact.pid } }),
    file: { path },
    threat: { technique: { id: clearLogs } },
    hx: {
      login: {
        ...(tty === undefined ? {} : { tty }),
        ...(service === undefined ? {} : { service }),
        ...(session === undefined ? {} : { session }),
        began: new Date(fact.timeMs).toISOString(),
        sources: [fact.provider],
      },
    },
  }
}
