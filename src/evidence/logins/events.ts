// Events of what the correlator tells (ECS; severities as in `sensor.md`).

import { printable } from '../../base/text.ts'
import type { Event, EventCategory, EventType, ProcessInfo, UserInfo } from '../../model/index.ts'
import { sourceOf } from './address.ts'
import type { Told } from './correlator.ts'
import type { LoginAction, LoginFact } from './fact.ts'

interface Kind {
  readonly category: readonly EventCategory[]
  readonly type: readonly EventType[]
  readonly severity: number
}

const signOn: readonly EventCategory[] = ['authentication', 'session']

const kinds: Readonly<Record<LoginAction, Kind>> = {
  logon: { category: signOn, type: ['start'], severity: 20 },
  logoff: { category: signOn, type: ['end'], severity: 1 },
  'logon-failed': { category: ['authentication'], type: ['info'], severity: 30 },
  'session-start': { category: ['session'], type: ['start'], severity: 1 },
  'session-end': { category: ['session'], type: ['end'], severity: 1 },
  su: { category: signOn, type: ['start'], severity: 25 },
  sudo: { category: signOn, type: ['start'], severity: 25 },
  'user-added': { category: ['iam'], type: ['user', 'creation'], severity: 45 },
  'user-deleted': { category: ['iam'], type: ['user', 'deletion'], severity: 40 },
  'user-changed': { category: ['iam'], type: ['user', 'change'], severity: 35 },
  'password-changed': { category: ['iam'], type: ['user', 'change'], severity: 35 },
  'group-changed': { category: ['iam'], type: ['group', 'change'], severity: 35 },
}

/** `describe` names the process of a pid as it is now. */
export function eventOf(told: Told, describe: (fact: LoginFact) => ProcessInfo | undefined): Event {
  const { fact } = told
  const kind = kinds[fact.action]
  const failed = fact.outcome === 'failure'
  const user = userOf(fact)
  const source = sourceOf(fact.host, fact.port)
  const process = describe(fact)
  return {
    '@timestamp': fact.time ?? new Date(fact.timeMs).toISOString(),
    event: {
      kind: 'event',
      category: failed ? ['authentication'] : kind.category,
      type: failed ? ['info'] : kind.type,
      action: fact.action,
      dataset: 'hx.login',
      provider: fact.provider,
      outcome: fact.outcome,
      severity: failed ? Math.max(30, kind.severity) : kind.severity,
      ...(fact.reason === undefined ? {} : { reason: fact.reason }),
    },
    message: messageOf(told, source?.address),
    ...(user === undefined ? {} : { user }),
    ...(fact.group === undefined && fact.groupId === undefined ? {} : { group: groupOf(fact) }),
    ...(source === undefined ? {} : { source }),
    ...(process === undefined ? {} : { process }),
    hx: { login: loginOf(told) },
  }
}

function userOf(fact: LoginFact): UserInfo | undefined {
  const of = { ...nameAndId(fact.user, fact.userId) }
  const target = nameAndId(fact.target, fact.targetId)
  if (target === undefined) return Object.keys(of).length === 0 ? undefined : of
  const isSwitch = fact.action === 'su' || fact.action === 'sudo' || fact.action === 'session-end'
  return isSwitch ? { ...of, effective: target } : { ...of, target }
}

function nameAndId(
  name: string | undefined,
  id: number | undefined,
): { name?: string; id?: string } | undefined {
  if (name === undefined && id === undefined) return undefined
  return { ...(name === undefined ? {} : { name }), ...(id === undefined ? {} : { id: String(id) }) }
}

function groupOf(fact: LoginFact): { name?: string; id?: string } {
  return nameAndId(fact.group, fact.groupId) ?? {}
}

/** Fields of a fact that stand as they are below hx.login. */
const shown = [
  'method',
  'session',
  'tty',
  'fingerprint',
  'service',
  'command',
  'directory',
  'ambiguous',
  'unverified',
] as const

function loginOf({ fact, sources, durationMs }: Told): Record<string, unknown> {
  const login: Record<string, unknown> = {}
  for (const name of shown) if (fact[name] !== undefined) login[name] = fact[name]
  if (durationMs !== undefined) login['duration_ms'] = Math.round(durationMs)
  login['sources'] = sources
  return login
}

const verbs: Readonly<Record<LoginAction, string>> = {
  logon: 'logged on',
  logoff: 'logged off',
  'logon-failed': 'could not log on',
  'session-start': 'began a session',
  'session-end': 'ended a session',
  su: 'became',
  sudo: 'ran a command as',
  'user-added': 'account added:',
  'user-deleted': 'account deleted:',
  'user-changed': 'account changed:',
  'password-changed': 'password changed:',
  'group-changed': 'group changed:',
}

/** One line for people; what attackers chose is made printable. */
function messageOf({ fact, durationMs }: Told, address: string | undefined): string {
  const who = fact.user ?? (fact.userId === undefined ? undefined : `user ${fact.userId}`)
  const parts = [
    who ?? (fact.target === undefined ? 'somebody' : ''),
    fact.outcome === 'failure' && fact.action !== 'logon-failed'
      ? `failed: ${verbs[fact.action]}`
      : verbs[fact.action],
  ]
  if (fact.group !== undefined) parts.push(fact.group)
  const target = fact.target ?? (fact.targetId === undefined ? undefined : `user ${fact.targetId}`)
  if (target !== undefined) parts.push(target)
  if (address !== undefined) parts.push(`from ${address}`)
  if (fact.tty !== undefined) parts.push(`on ${fact.tty}`)
  if (fact.method !== undefined) parts.push(`by ${fact.method}`)
  if (fact.service !== undefined) parts.push(`(${fact.service})`)
  if (fact.command !== undefined) parts.push(`: ${fact.command.slice(0, 200)}`)
  if (fact.reason !== undefined) parts.push(`: ${fact.reason}`)
  if (durationMs !== undefined) parts.push(`after ${Math.round(durationMs / 1000)} s`)
  return printable(
    parts
      .filter((part) => part !== '')
      .join(' ')
      .replaceAll(' : ', ': '),
  )
}
