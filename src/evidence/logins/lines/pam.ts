// Lines of PAM modules, `pam_unix(SERVICE:TYPE): …`, in the log of any program. They tell of logins to services that say
// nothing themselves.

import { factOf, type LoginAction, type LoginFact, terminalOf } from '../fact.ts'
import { idOf, type LogLine } from './rule.ts'

const header =
  /^(?<module>pam_\w{1,32})\((?<service>[^:()]{1,64}):(?<type>auth|account|session|chauthtok)\): /
const opened =
  /^session opened for user (?<user>.{1,128}?)(?:\(uid=(?<uid>\d{1,10})\))? by (?<by>.{0,128}?)\(uid=(?<byUid>\d{1,10})\)$/
const closed = /^session closed for user (?<user>.{1,128})$/
const changed = /^password changed for (?<user>.{1,128})$/

type Kind = 'logon' | 'su' | 'sudo' | 'session'

/** What a PAM service stands for; all others are logins when they authenticate, and sessions when they only open one. */
const kinds: Readonly<Record<string, Kind>> = {
  su: 'su',
  'su-l': 'su',
  runuser: 'su',
  'runuser-l': 'su',
  sudo: 'sudo',
  'sudo-i': 'sudo',
  doas: 'sudo',
  'polkit-1': 'sudo',
  cron: 'session',
  crond: 'session',
  atd: 'session',
  'systemd-user': 'session',
}

const logons =
  /^(?:sshd|login|remote|gdm|lightdm|sddm|kde|xdm|lxdm|vsftpd|proftpd|pure-ftpd|ftp|rlogin|rsh|telnet|xrdp|cockpit|dropbear)/

export function parsePam(line: LogLine): LoginFact | undefined {
  const match = header.exec(line.text)
  const { module = '', service = '', type = '' } = match?.groups ?? {}
  if (match === null) return undefined
  const statement = { line, module, service, kind: kindOf(service), text: line.text.slice(match[0].length) }
  if (type === 'session') return sessionFact(statement)
  if (type === 'chauthtok') return passwordFact(statement)
  return type === 'auth' ? failureFact(statement) : undefined
}

interface Statement {
  readonly line: LogLine
  readonly module: string
  readonly service: string
  readonly kind: Kind
  readonly text: string
}

function kindOf(service: string): Kind {
  return kinds[service] ?? (logons.test(service) ? 'logon' : 'session')
}

function base({
  line,
  service,
}: Statement): Pick<LoginFact, 'provider' | 'timeMs' | 'time' | 'service'> & { pid: number | undefined } {
  return { provider: line.provider, timeMs: line.timeMs, time: line.time, service, pid: line.pid }
}

function sessionFact(statement: Statement): LoginFact | undefined {
  const end = closed.exec(statement.text)?.groups
  if (end !== undefined) {
    const action = statement.kind === 'logon' ? 'logoff' : 'session-end'
    return factOf({
      ...base(statement),
      action,
      witness: 'pam-close',
      outcome: 'success',
      ...whoOf(statement.kind, end),
    })
  }
  const start = opened.exec(statement.text)?.groups
  if (start === undefined) return undefined
  const action: LoginAction = statement.kind === 'session' ? 'session-start' : statement.kind
  return factOf({
    ...base(statement),
    action,
    witness: 'pam-open',
    outcome: 'success',
    ...whoOf(statement.kind, start),
  })
}

/** su and sudo open the session of the account that is changed to. */
function whoOf(kind: Kind, groups: Readonly<Record<string, string | undefined>>): Partial<LoginFact> {
  const [name, id] = [groups['user'], idOf(groups['uid'])]
  if (kind !== 'su' && kind !== 'sudo') return stripped({ user: name, userId: id })
  const by = groups['by'] === '(unknown)' || groups['by'] === '' ? undefined : groups['by']
  return stripped({ user: by, userId: idOf(groups['byUid']), target: name, targetId: id })
}

function stripped(fields: {
  readonly [K in keyof LoginFact]?: LoginFact[K] | undefined
}): Partial<LoginFact> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function passwordFact(statement: Statement): LoginFact | undefined {
  const target = changed.exec(statement.text)?.groups?.['user']
  if (target === undefined) return undefined
  return factOf({
    ...base(statement),
    action: 'password-changed',
    witness: 'pam-chauthtok',
    outcome: 'success',
    target,
  })
}

/**
 * `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root`. ruser may be what a client
 * sent (vsftpd), so rhost is the last one; user stands there only for accounts that exist.
 */
function failureFact(statement: Statement): LoginFact | undefined {
  const { text, kind, module } = statement
  if (!text.startsWith('authentication failure; ')) return undefined
  const at = text.lastIndexOf(' rhost=')
  if (at < 0) return undefined
  const tail = /^ rhost=(?<host>\S*)(?:\s{1,2}user=(?<user>.*))?\s?$/.exec(text.slice(at))?.groups
  const before = / uid=(?<uid>\d{1,10}) euid=\d{1,10} tty=(?<tty>\S*) ruser=(?<ruser>.*)$/.exec(
    text.slice(0, at),
  )?.groups
  if (tail === undefined || before === undefined) return undefined
  const common = {
    ...base(statement),
    witness: `pam-failure:${module}`,
    outcome: 'failure',
    tty: terminalOf(before['tty']),
  } as const
  if (kind === 'su' || kind === 'sudo') {
    return factOf({
      ...common,
      action: kind,
      user: before['ruser'],
      userId: idOf(before['uid']),
      target: kind === 'su' ? tail['user'] : undefined,
    })
  }
  return factOf({ ...common, action: 'logon-failed', user: tail['user'], host: tail['host'] })
}
