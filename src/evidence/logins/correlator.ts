// One login seen by several sources is told once: the first source's word is held for a moment, what others say of it
// meanwhile is added, and what they say later is taken as known. Audit is believed before the journal and syslog, these
// before wtmpdb, wtmp and btmp, these before utmp.

import type { LoginFact } from './fact.ts'
import { mergeFacts } from './fact.ts'
import { classOf, isLog, likeness, sameTimeMs } from './match.ts'
import { type OpenSession, OpenSessions } from './sessions.ts'

/** One thing that happened, as all its sources tell it together. */
export interface Told {
  readonly fact: LoginFact
  /** Providers, each once, in the order they came. */
  readonly sources: readonly string[]
  /** Of a logout, when its beginning is known. */
  readonly durationMs?: number
}

export interface Group {
  fact: LoginFact
  readonly class: string
  /** Class and time of the first fact: where it is looked for. */
  readonly bucket: string
  readonly witnesses: Set<string>
  readonly sources: Set<string>
  readonly arrivedMs: number
  readonly session: OpenSession | undefined
  told: boolean
  /** The process that has written log lines of it. */
  logPid: number | undefined
}

const holdMs = 700
/** wtmp may come a minute later. */
const keptMs = 65_000
const maxGroups = 8192
const maxConnections = 4096
const bucketMs = sameTimeMs + 1

export class Correlator {
  readonly sessions = new OpenSessions()
  readonly #tell: (told: Told, group: Group) => void
  /** In the order of arrival. */
  readonly #groups = new Set<Group>()
  readonly #byTime = new Map<string, Group[]>()
  /** Connections and processes that have failed already, in the order of their last failure. */
  readonly #failed = new Map<string, number>()
  #untold = 0

  constructor(tell: (told: Told, group: Group) => void) {
    this.#tell = tell
  }

  get isIdle(): boolean {
    return this.#untold === 0
  }

  add(fact: LoginFact, nowMs: number): void {
    if (!Number.isFinite(fact.timeMs)) return
    if (fact.closing === true && this.#hasFailed(fact)) return
    const class_ = classOf(fact)
    const known = this.#find(fact, class_)
    if (known !== undefined) {
      this.#join(known, fact)
      return
    }
    const session = class_ === 'end' ? this.sessions.find(fact) : undefined
    // Whose end it is nobody knows: the end of a connection without a login, or of a session of logind that was told.
    if (class_ === 'end' && session === undefined && fact.user === undefined && fact.target === undefined)
      return
    this.#begin(session === undefined ? fact : endOf(session, fact), { class: class_, ended: session, nowMs })
  }

  /** Tells what was held long enough, and forgets what is old. */
  tick(nowMs: number): void {
    for (const group of this.#groups) {
      const age = nowMs - group.arrivedMs
      if (age < holdMs) break
      if (!group.told) this.#tellNow(group)
      if (age > keptMs) this.#forget(group)
    }
  }

  /** Tells everything at once: at the end. */
  flush(): void {
    for (const group of this.#groups) if (!group.told) this.#tellNow(group)
  }

  #begin(
    fact: LoginFact,
    { class: class_, ended, nowMs }: { class: string; ended: OpenSession | undefined; nowMs: number },
  ): void {
    if (ended !== undefined) this.sessions.end(ended)
    const group: Group = {
      fact,
      class: class_,
      bucket: keyOf(class_, bucketOf(fact.timeMs)),
      witnesses: new Set([fact.witness]),
      sources: new Set([fact.provider]),
      arrivedMs: nowMs,
      session: ended ?? (begins(fact) ? this.sessions.begin(fact) : undefined),
      told: false,
      logPid: isLog(fact) ? fact.pid : undefined,
    }
    if (this.#groups.size >= maxGroups) this.#dropOldest()
    this.#groups.add(group)
    this.#untold += 1
    const bucket = this.#byTime.get(group.bucket)
    if (bucket === undefined) this.#byTime.set(group.bucket, [group])
    else bucket.push(group)
    this.#rememberFailure(fact)
  }

  #join(group: Group, fact: LoginFact): void {
    group.fact = mergeFacts(group.fact, fact)
    group.witnesses.add(group.witnesses.has(fact.witness) ? secondOfBtmp : fact.witness)
    if (isLog(fact)) group.logPid ??= fact.pid
    group.sources.add(fact.provider)
    if (group.session !== undefined && group.class !== 'end') this.sessions.extend(group.session, fact)
    this.#rememberFailure(fact)
  }

  #find(fact: LoginFact, class_: string): Group | undefined {
    let best: Group | undefined
    let bestScore = 0
    const middle = bucketOf(fact.timeMs)
    for (let bucket = middle - 1; bucket <= middle + 1; bucket += 1) {
      for (const group of this.#byTime.get(keyOf(class_, bucket)) ?? []) {
        if (group.witnesses.has(fact.witness) && !isSecondOfBtmp(group, fact)) continue
        const score = this.#likenessTo(group, fact)
        if (score > bestScore) [best, bestScore] = [group, score]
      }
    }
    return best
  }

  #likenessTo(group: Group, fact: LoginFact): number {
    const score = likeness(group.fact, fact, group.logPid)
    if (score > 0 || group.class !== 'end' || group.session === undefined) return score
    // A logout names its process or terminal only: compared with all that is known of the session.
    const near = Math.abs(group.fact.timeMs - fact.timeMs) <= sameTimeMs
    return near && fact.pid !== undefined && group.session.pids.has(fact.pid) ? 1 : 0
  }

  #tellNow(group: Group): void {
    group.told = true
    this.#untold -= 1
    const { fact, session } = group
    const durationMs =
      group.class === 'end' && session !== undefined ? fact.timeMs - session.fact.timeMs : undefined
    this.#tell(
      {
        fact,
        sources: [...group.sources],
        ...(durationMs === undefined ? {} : { durationMs: Math.max(0, durationMs) }),
      },
      group,
    )
  }

  #dropOldest(): void {
    const [oldest] = this.#groups
    if (oldest === undefined) return
    if (!oldest.told) this.#tellNow(oldest)
    this.#forget(oldest)
  }

  #forget(group: Group): void {
    this.#groups.delete(group)
    const bucket = this.#byTime.get(group.bucket)
    if (bucket === undefined) return
    if (bucket.length === 1) this.#byTime.delete(group.bucket)
    else bucket.splice(bucket.indexOf(group), 1)
  }

  #hasFailed(fact: LoginFact): boolean {
    return connectionsOf(fact).some((connection) => this.#failed.has(connection))
  }

  #rememberFailure(fact: LoginFact): void {
    if (fact.action !== 'logon-failed') return
    for (const connection of connectionsOf(fact)) {
      this.#failed.delete(connection)
      this.#failed.set(connection, fact.timeMs)
    }
    for (const connection of this.#failed.keys()) {
      if (this.#failed.size <= maxConnections) break
      this.#failed.delete(connection)
    }
  }
}

const secondOfBtmp = 'btmp again'

/** For a user that does not exist sshd writes two records into btmp: for the name, and for the password. */
function isSecondOfBtmp({ witnesses, fact: known }: Group, fact: LoginFact): boolean {
  if (fact.witness !== 'btmp' || witnesses.has(secondOfBtmp)) return false
  const isSameTry =
    fact.pid !== undefined && known.pid === fact.pid && Math.abs(known.timeMs - fact.timeMs) < 1000
  return isSameTry || witnesses.has('invalid-user')
}

function begins(fact: LoginFact): boolean {
  return fact.outcome === 'success' && ['logon', 'session-start', 'su', 'sudo'].includes(fact.action)
}

/** A logout with what its session's beginning has told. */
function endOf({ fact: start }: OpenSession, end: LoginFact): LoginFact {
  const action = start.action === 'logon' ? 'logoff' : 'session-end'
  const { command: _, directory: __, ambiguous: ___, reason: ____, time: _____, ...known } = start
  return { ...known, ...end, action }
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / bucketMs)
}

function keyOf(class_: string, bucket: number): string {
  return `${class_} ${bucket}`
}

/** A pid is given again, but not so soon that failures of a connection would be taken for those of another. */
function connectionsOf(fact: LoginFact): string[] {
  const connections: string[] = []
  if (fact.pid !== undefined) connections.push(`${fact.pid} ${fact.user ?? ''}`)
  if (fact.host !== undefined && fact.port !== undefined) connections.push(`${fact.host} ${fact.port}`)
  return connections
}
