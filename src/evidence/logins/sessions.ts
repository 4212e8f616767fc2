// The logins that are open as far as events told: names a logout that says only a terminal, a process or a connection,
// and gives its duration.

import { mayBeSameHost } from './address.ts'
import { type LoginFact, mergeFacts } from './fact.ts'

export interface OpenSession {
  /** What is known of its beginning, from all sources so far. */
  fact: LoginFact
  /** Processes that spoke for it: sshd's monitor in its log, another one in wtmp. */
  readonly pids: Set<number>
  ended: boolean
}

const maxSessions = 4096

export class OpenSessions {
  readonly #open = new Set<OpenSession>()

  get size(): number {
    return this.#open.size
  }

  begin(fact: LoginFact): OpenSession {
    if (this.#open.size >= maxSessions) {
      const [oldest] = this.#open
      if (oldest !== undefined) this.#open.delete(oldest)
    }
    const session: OpenSession = {
      fact,
      pids: new Set(fact.pid === undefined ? [] : [fact.pid]),
      ended: false,
    }
    this.#open.add(session)
    return session
  }

  /** Another source has told of the same beginning. */
  extend(session: OpenSession, fact: LoginFact): void {
    session.fact = mergeFacts(session.fact, fact)
    if (fact.pid !== undefined) session.pids.add(fact.pid)
  }

  end(session: OpenSession): void {
    session.ended = true
    this.#open.delete(session)
  }

  /** The host was started: nobody of before is on. */
  clear(): void {
    this.#open.clear()
  }

  list(): readonly OpenSession[] {
    return [...this.#open]
  }

  /** The session that a logout ends, by what names it best; of several the youngest. */
  find(end: LoginFact): OpenSession | undefined {
    let best: OpenSession | undefined
    let bestScore = 0
    for (const session of this.#open) {
      const score = fitOf(session, end)
      if (score > 0 && score >= bestScore) [best, bestScore] = [session, score]
    }
    return best
  }
}

const switches = new Set(['su', 'sudo'])

/** 0 when the logout cannot be the session's. */
function fitOf({ fact, pids }: OpenSession, end: LoginFact): number {
  if (fact.timeMs > end.timeMs + 3000) return 0
  if (end.session !== undefined && end.session === fact.session) return 10
  // The end of su and sudo names the account that was changed to.
  const who = switches.has(fact.action) ? fact.target : fact.user
  const whose = end.target ?? end.user
  if (who !== undefined && whose !== undefined && who !== whose) return 0
  if (end.service !== undefined && fact.service !== undefined && !sameService(end.service, fact.service))
    return 0
  if (end.pid !== undefined && pids.has(end.pid)) return 9
  return placeFit(fact, end, whose !== undefined)
}

/** By where the session is: its connection, its terminal, or at least its host. */
function placeFit(fact: LoginFact, end: LoginFact, isNamed: boolean): number {
  const sameHost =
    end.host !== undefined && fact.host !== undefined ? mayBeSameHost(end.host, fact.host) : undefined
  if (end.port !== undefined && fact.port !== undefined)
    return end.port === fact.port && sameHost === true ? 8 : 0
  if (switches.has(fact.action)) return 0
  if (end.tty !== undefined && fact.tty !== undefined) return end.tty === fact.tty ? 7 : 0
  return isNamed && sameHost === true ? 2 : 0
}

function sameService(one: string, other: string): boolean {
  return familyOf(one) === familyOf(other)
}

/** `sshd-session`, `sshd`; `su-l`, `su`: one service under several names. */
export function familyOf(service: string): string {
  const family = /^(?:sshd|sudo|su|runuser|gdm|lightdm|sddm|crond?)(?=$|-)/.exec(service)?.[0]
  return family === 'crond' ? 'cron' : (family ?? service)
}
