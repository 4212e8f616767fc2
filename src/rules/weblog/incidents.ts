// Findings folded by actor: what one address (of IPv6, one /64) does without a long pause is one incident, whatever it tries
// and however often. A scanner's run of thousands of lines is one.

import { actorOf } from './address.ts'
import type { AttackClass } from './detector.ts'
import { type Outcome, type WebFinding, worseOutcome } from './finding.ts'
import { type News, newsOf, type Told } from './news.ts'

export interface Sample {
  readonly timeMs: number | undefined
  readonly method: string
  /** Raw, at most 1,024 bytes as latin1. */
  readonly target: string
  readonly status: number
  readonly bytes: number
  readonly finding: WebFinding
}

export interface ClassTally {
  count: number
  confidence: number
  outcome: Outcome
  readonly samples: Sample[]
}

export interface WebIncident {
  readonly id: number
  /** Address, or the /64 of an IPv6 address. */
  readonly actor: string
  firstMs: number | undefined
  lastMs: number | undefined
  /** Requests with findings, and those that are more of a scan or a guessing. */
  attacks: number
  confidence: number
  outcome: Outcome
  readonly classes: Map<AttackClass, ClassTally>
  readonly userAgents: Set<string>
  readonly hosts: Set<string>
  /** What `news` has told of it. */
  readonly told: Told
}

/** What a finding was found in. */
export interface FoundIn {
  readonly timeMs: number | undefined
  readonly client: string
  readonly method: string
  readonly target: string
  readonly status: number
  readonly bytes: number
  readonly userAgent: string
  readonly host: string
}

const maxSamples = 5
const maxNames = 5

interface Added {
  readonly incident: WebIncident
  readonly news: readonly News[]
}

export interface IncidentOptions {
  /** Beyond this the oldest incidents are let go. */
  readonly maxIncidents: number
  /** Silence after which an address begins a new incident. */
  readonly idleMs: number
}

export class Incidents {
  readonly #options: IncidentOptions
  readonly #open = new Map<string, WebIncident>()
  readonly #ended: WebIncident[] = []
  #next = 1
  #dropped = 0

  constructor(options: IncidentOptions) {
    this.#options = options
  }

  /** Incidents that were let go, because there were too many. */
  get dropped(): number {
    return this.#dropped
  }

  /** Adds the findings of one request (at least one) to the incident of its client. `news`: what they add to it. */
  add(where: FoundIn, findings: readonly WebFinding[]): Added {
    const incident = this.#incidentOf(where)
    incident.attacks += 1
    if (where.timeMs !== undefined) {
      incident.firstMs = Math.min(incident.firstMs ?? where.timeMs, where.timeMs)
      incident.lastMs = Math.max(incident.lastMs ?? where.timeMs, where.timeMs)
    }
    remember(incident.userAgents, where.userAgent)
    remember(incident.hosts, where.host)
    const news = newsOf(incident, findings)
    for (const finding of findings) {
      incident.confidence = Math.max(incident.confidence, finding.confidence)
      incident.outcome = worseOutcome(incident.outcome, finding.outcome)
      tally(incident, where, finding)
    }
    return { incident, news }
  }

  /** Counts a request that is more of what was told; false where its incident is over. */
  goOn(where: FoundIn, name: AttackClass): boolean {
    const incident = this.#open.get(actorOf(where.client))
    const entry = incident?.classes.get(name)
    if (incident === undefined || entry === undefined || this.#isOver(incident, where.timeMs)) return false
    incident.attacks += 1
    entry.count += 1
    if (where.timeMs !== undefined) incident.lastMs = Math.max(incident.lastMs ?? where.timeMs, where.timeMs)
    return true
  }

  /** All that are kept, in the order in which they began. */
  list(): WebIncident[] {
    return [...this.#ended, ...this.#open.values()].toSorted((a, b) => a.id - b.id)
  }

  #incidentOf(where: FoundIn): WebIncident {
    const actor = actorOf(where.client)
    const open = this.#open.get(actor)
    if (open !== undefined && !this.#isOver(open, where.timeMs)) return open
    if (open !== undefined) {
      this.#open.delete(open.actor)
      this.#ended.push(open)
    }
    const incident: WebIncident = {
      id: this.#next,
      actor: flat(actor),
      firstMs: where.timeMs,
      lastMs: where.timeMs,
      attacks: 0,
      confidence: 0,
      outcome: 'failed',
      classes: new Map(),
      userAgents: new Set(),
      hosts: new Set(),
      told: { count: 0, confidence: 0, likely: new Set() },
    }
    this.#next += 1
    this.#open.set(incident.actor, incident)
    this.#bound()
    return incident
  }

  /** Also when a line is much older: logs that were not given in the order of time. */
  #isOver({ firstMs, lastMs }: WebIncident, timeMs: number | undefined): boolean {
    if (timeMs === undefined || firstMs === undefined || lastMs === undefined) return false
    return timeMs - lastMs > this.#options.idleMs || firstMs - timeMs > this.#options.idleMs
  }

  #bound(): void {
    if (this.#open.size + this.#ended.length <= this.#options.maxIncidents) return
    this.#dropped += 1
    if (this.#ended.shift() !== undefined) return
    const [oldest] = this.#open.keys()
    if (oldest !== undefined) this.#open.delete(oldest)
  }
}

function tally(incident: WebIncident, where: FoundIn, finding: WebFinding): void {
  let entry = incident.classes.get(finding.class)
  if (entry === undefined) {
    entry = { count: 0, confidence: 0, outcome: 'failed', samples: [] }
    incident.classes.set(finding.class, entry)
  }
  entry.count += 1
  entry.confidence = Math.max(entry.confidence, finding.confidence)
  const isWorse = worseOutcome(entry.outcome, finding.outcome) !== entry.outcome
  entry.outcome = worseOutcome(entry.outcome, finding.outcome)
  // What succeeded is worth a sample even when five others came before.
  if (entry.samples.length >= maxSamples && !isWorse) return
  if (entry.samples.length >= maxSamples) entry.samples.pop()
  entry.samples.push({
    timeMs: where.timeMs,
    method: flat(where.method),
    target: flat(where.target.slice(0, 1024)),
    status: where.status,
    bytes: where.bytes,
    finding: { ...finding, name: flat16(finding.name), value: flat16(finding.value) },
  })
}

function remember(set: Set<string>, text: string): void {
  if (text !== '' && set.size < maxNames) set.add(flat(text.slice(0, 512)))
}

/** A copy of its own: a slice would keep the block of the log that it was cut from. `text` is latin1. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function flat16(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
