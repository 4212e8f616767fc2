// What one source says of one login, logout or account change, before sources are brought together. Every source of the
// login sensor makes these, and only the correlator makes events of them.

import { ipOf } from './address.ts'

export type LoginAction =
  | 'logon'
  | 'logoff'
  | 'logon-failed'
  | 'session-start'
  | 'session-end'
  | 'su'
  | 'sudo'
  | 'user-added'
  | 'user-deleted'
  | 'user-changed'
  | 'password-changed'
  | 'group-changed'

export type LoginProvider = 'audit' | 'journal' | 'syslog' | 'wtmpdb' | 'wtmp' | 'btmp' | 'utmp'

/** Which source is believed where two differ: the lower number. */
const ranks: Readonly<Record<LoginProvider, number>> = {
  audit: 0,
  journal: 1,
  syslog: 1,
  wtmpdb: 2,
  wtmp: 3,
  btmp: 3,
  utmp: 4,
}

function rankOf(provider: LoginProvider): number {
  return ranks[provider]
}

/** All texts are bounded and of valid Unicode, but otherwise as hostile as their source. */
export interface LoginFact {
  readonly action: LoginAction
  readonly provider: LoginProvider
  /** Which statement of its source this is, e.g. `accepted`, `pam-open`, `wtmp`: one login has each at most once. */
  readonly witness: string
  /** Milliseconds since 1970. */
  readonly timeMs: number
  /** The same with more digits where the source has them: ISO 8601, UTC. */
  readonly time?: string
  readonly outcome: 'success' | 'failure'
  /** Who logs in, or who calls su, sudo or an account tool. */
  readonly user?: string
  readonly userId?: number
  /** Whom su or sudo changes to, or the account that is changed. */
  readonly target?: string
  readonly targetId?: number
  readonly group?: string
  readonly groupId?: number
  /** Where from, as the source writes it: an address or a host name. */
  readonly host?: string
  readonly port?: number
  /** Without `/dev/`. */
  readonly tty?: string
  readonly pid?: number
  /** Of logind or audit. */
  readonly session?: string
  readonly method?: string
  readonly service?: string
  readonly fingerprint?: string
  readonly command?: string
  readonly directory?: string
  readonly reason?: string
  /** The text can be read in more than one way: somebody may have wanted that. */
  readonly ambiguous?: boolean
  /** The line was written by a process without privileges: no program that logs anybody in is one. */
  readonly unverified?: boolean
  /** Says only that a connection ended without a login: nothing new where its failures are told already. */
  readonly closing?: boolean
}

const maxText = 256
const maxCommand = 4096

/** Cuts a text that an attacker may have chosen; `undefined` for none. */
function bounded(text: string | undefined, max = maxText): string | undefined {
  if (text === undefined || text === '') return undefined
  return text.length > max ? `${text.slice(0, max)}…`.toWellFormed() : text.toWellFormed()
}

export function boundedCommand(text: string): string | undefined {
  return bounded(text, maxCommand)
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** A fact of which absent fields may be given as undefined; they are left out, and texts are bounded. */
export function factOf(
  fact: Pick<LoginFact, 'action' | 'provider' | 'witness' | 'timeMs' | 'outcome'> & Optional<LoginFact>,
): LoginFact {
  const made: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fact)) {
    const kept = typeof value === 'string' && name !== 'command' ? bounded(value) : value
    if (kept !== undefined) made[name] = kept
  }
  return made as unknown as LoginFact
}

/** Both together: each field from the source that is believed more, or from the only one that has it. */
export function mergeFacts(one: LoginFact, other: LoginFact): LoginFact {
  const [better, worse] = rankOf(other.provider) < rankOf(one.provider) ? [other, one] : [one, other]
  // logind and wtmp only see that a session is there; that it was a login another source knows.
  const action = better.action === 'session-start' ? worse.action : better.action
  // An address says more than the name that another source has for it.
  const host =
    better.host !== undefined && ipOf(better.host) === undefined ? (worse.host ?? better.host) : undefined
  // Both words of the time are the better one's.
  const { time: _, unverified: __, ...rest } = worse
  const { unverified, ...known } = better
  // What one source can vouch for is true.
  const doubt = unverified === true && worse.unverified === true
  return {
    ...rest,
    ...known,
    action,
    ...(doubt ? { unverified } : {}),
    ...(host === undefined ? {} : { host }),
  }
}

/** A terminal's name as all sources can agree on it; undefined for what is none (`ssh`, `cron`, `?`). */
export function terminalOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const name = text.startsWith('/dev/') ? text.slice(5) : text
  return /^(?:pts\/\d{1,6}|tty[\w/-]{0,20}|hvc\d{1,3}|console|xvc\d{1,3}|:\d{1,3}(?:\.\d)?)$/.test(name) &&
    name !== 'tty'
    ? name
    : undefined
}
