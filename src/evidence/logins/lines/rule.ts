// How log lines become facts: tables of patterns whose named groups are the fact's fields.
// Names in a line come from attackers: where one stands in the middle, the pattern takes it greedily and everything
// behind it is strict up to the end of the line, so that a forged "from ADDRESS port N" inside a name is read as a part of
// the name. The exceptions say why they are safe.

import { portOf } from '../address.ts'
import {
  boundedCommand,
  factOf,
  type LoginAction,
  type LoginFact,
  type LoginProvider,
  terminalOf,
} from '../fact.ts'

/** One line of a log, without the header that the syslog daemon put before it. */
export interface LogLine {
  readonly provider: LoginProvider
  readonly timeMs: number
  readonly time: string
  /** Who wrote it, as it says itself. */
  readonly program: string
  readonly pid: number | undefined
  readonly text: string
  /** Written by a process that is not root's, as the journal vouches. */
  readonly isUnprivileged?: boolean
}

export interface LineRule {
  readonly action: LoginAction
  readonly witness: string
  /** Absent: failure for `logon-failed`, else success. */
  readonly outcome?: 'failure'
  /** Groups: user, uid, target, targetId, group, groupId, host, port, tty, session, method, fingerprint, reason, command, directory. */
  readonly pattern: RegExp
  readonly method?: string
  readonly reason?: string
  readonly user?: string
  readonly closing?: true
  /** The line is not written by the process that serves the login. */
  readonly otherProcess?: true
}

export type LineParser = (line: LogLine) => LoginFact | undefined

/** A parser that tries the rules in order. `service` names what the user logged in to, or the tool. */
export function parserOf(service: string | undefined, rules: readonly LineRule[]): LineParser {
  return (line) => {
    for (const rule of rules) {
      const groups = rule.pattern.exec(line.text)?.groups
      if (groups !== undefined) return factOfRule(rule, groups, { line, service })
    }
    return undefined
  }
}

function factOfRule(
  rule: LineRule,
  groups: Readonly<Record<string, string | undefined>>,
  { line, service }: { readonly line: LogLine; readonly service: string | undefined },
): LoginFact {
  const { action, witness, closing } = rule
  return factOf({
    action,
    witness,
    provider: line.provider,
    timeMs: line.timeMs,
    time: line.time,
    outcome: rule.outcome ?? (action === 'logon-failed' ? 'failure' : 'success'),
    user: groups['user'] ?? rule.user,
    userId: idOf(groups['uid']),
    target: groups['target'],
    targetId: idOf(groups['targetId']),
    group: groups['group'],
    groupId: idOf(groups['groupId']),
    // login(1) writes the terminal where there is no host.
    host: terminalOf(groups['host']) === undefined ? groups['host'] : undefined,
    port: portOf(groups['port']),
    tty: terminalOf(groups['tty'] ?? groups['host']),
    pid: rule.otherProcess === true ? undefined : line.pid,
    session: groups['session'],
    method: groups['method'] ?? rule.method,
    service,
    fingerprint: groups['fingerprint'],
    command: groups['command'] === undefined ? undefined : boundedCommand(groups['command']),
    directory: groups['directory'],
    reason: groups['reason'] ?? rule.reason,
    closing,
  })
}

/** A user's or group's number. */
export function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
