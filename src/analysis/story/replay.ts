// The events of the evidence in the order of time, as if they had just happened: rules judge them, incidents grow.

import { messageOf } from '../../base/app-error.ts'
import { Correlator, eventOf, lineOf, type LoginFact, parseLine } from '../../evidence/logins/index.ts'
import { createIncidents, type IncidentEngine } from '../../incidents/index.ts'
import type { Event, Incident, WebRequestSeen } from '../../model/index.ts'
import { detectionEvent, type Found } from '../../rules/detection/detection-event.ts'
import { sigmaFound } from '../../rules/detection/sigma-found.ts'
import { webFound } from '../../rules/detection/web-found.ts'
import { WebLines } from '../../rules/detection/web-lines.ts'
import type { Sigma } from '../../rules/sigma/index.ts'
import { webRequestSeen } from '../../rules/weblog/index.ts'
import { WindowsProcesses } from './processes.ts'

const takeEvery = 20_000
const maxIncidents = 500
/** Of the events that one incident carries: many are kept until the end. */
const maxEvidenceBytes = 60_000

export interface ReplayOptions {
  readonly sigma: Sigma | undefined
  /** Addresses of the examined host: never an attacker's. */
  readonly hostAddresses: readonly string[]
  /** What rules say at replay: of lines of logs. */
  readonly onFound: (found: Found, event: Event) => void
  /** Every event that incidents see. */
  readonly onEvent: (event: Event) => void
  /** An event that has not the shape of one: packages come from outside. */
  readonly onFault: (what: string) => void
}

export class Replay {
  readonly #options: ReplayOptions
  readonly #engine: IncidentEngine
  readonly #processes = new WindowsProcesses()
  readonly #web = new WebLines([])
  readonly #incidents = new Map<number, Incident>()
  /** One login has a record in wtmp and lines in logs: together they are one event. */
  readonly #logins = new Correlator((told) =>
    this.#add(
      eventOf(told, () => undefined),
      [],
    ),
  )
  #sequence = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#engine = createIncidents({ hostAddresses: options.hostAddresses, maxEvidenceBytes })
  }

  get events(): number {
    return this.#sequence
  }

  addLogin(fact: LoginFact): void {
    this.#logins.add(fact, fact.timeMs)
    this.#logins.tick(fact.timeMs)
  }

  /** `found`: what rules said of it when it was read. */
  add(read: Event, found: readonly Found[]): void {
    try {
      const line = lineOf(read)
      if (line !== undefined) for (const fact of parseLine(line)) this.addLogin(fact)
      this.#add(read, found)
    } catch (thrown) {
      this.#options.onFault(`an event is passed over: ${messageOf(thrown)}`)
    }
  }

  #add(read: Event, found: readonly Found[]): void {
    this.#sequence += 1
    const sequence = this.#sequence
    const isWindows = read.event.provider === 'evtx'
    const event: Event = isWindows ? this.#processes.named(read) : read
    event.event.sequence = sequence
    this.#options.onEvent(event)
    const own = isWindows ? { found: [], request: undefined } : this.#judge(event)
    const detections = [...found, ...own.found].map((one) =>
      detectionEvent(event, withSequence(one, sequence)),
    )
    this.#engine.add(event, detections, own.request)
    if (sequence % takeEvery === 0) this.#take()
  }

  #judge(event: Event): { found: Found[]; request: WebRequestSeen | undefined } {
    const { sigma, onFound } = this.#options
    const found = (sigma?.match(event) ?? []).map((one) => sigmaFound(event, one))
    let request: WebRequestSeen | undefined
    const line = this.#web.read(event)
    if (line !== undefined && line.kind !== 'none' && line.kind !== 'malformed') {
      const seen = webRequestSeen(line)
      const web = webFound(line, seen, event.event.sequence ?? 0)
      if (line.kind === 'request' || web !== undefined) request = seen
      if (web !== undefined) found.push(web)
      const ofRequest = line.kind === 'request' ? (sigma?.matchRequest(seen) ?? []) : []
      for (const one of ofRequest) found.push({ ...sigmaFound(event, one), client: seen.client })
    }
    for (const one of found) onFound(one, event)
    return { found, request }
  }

  #take(): void {
    for (const incident of this.#engine.takeChanged()) this.#incidents.set(incident.id, incident)
    if (this.#incidents.size <= maxIncidents) return
    const least = [...this.#incidents.values()].toSorted((a, b) => a.score - b.score)
    for (const { id } of least.slice(0, this.#incidents.size - maxIncidents)) this.#incidents.delete(id)
  }

  /** The gravest first; those that went into another are left out. */
  end(): readonly Incident[] {
    this.#logins.flush()
    this.#take()
    return [...this.#incidents.values()]
      .filter(({ status }) => status !== 'merged')
      .toSorted((a, b) => b.score - a.score || (a.first < b.first ? -1 : 1))
  }
}

function withSequence(found: Found, sequence: number): Found {
  return { ...found, detection: { ...found.detection, of: [sequence] } }
}
