// The events that Sigma rules are tried on, and what the rules say of them as the daemon would: of a line in a web server's
// log also as the request that it is.

import type { Event, WebRequestSeen } from '../../model/index.ts'
import type { RuleExplanation, Sigma, SigmaDetection } from '../../rules/sigma/index.ts'
import {
  createWeblog,
  isWebLog,
  latin1Line,
  type LogReader,
  webRequestSeen,
} from '../../rules/weblog/index.ts'
import type { RulesRun } from './action.ts'
import { type GivenEvent, readEvents } from './event-files.ts'

const defaultLimit = 100_000

/** Files of events, or what the host has stored. Throws AppError when there is neither. */
export async function eventsOf({ given }: RulesRun): Promise<GivenEvent[]> {
  if (given.events !== undefined) return given.events.flatMap((path) => readEvents(path))
  const { newestEvents, openHost } = await import('../host/ask-host.ts')
  const { sequence, where, since, limit = defaultLimit } = given
  const host = await openHost(given)
  if (sequence === undefined) {
    const stored = await newestEvents(host, { where, since, limit })
    return stored.map((event) => ({ kind: 'event', event }))
  }
  const { events } = await host.events({ limit: 1, order: 'oldest', after: sequence - 1 })
  return events.flatMap((event): GivenEvent[] =>
    event.event.sequence === sequence ? [{ kind: 'event', event }] : [],
  )
}

const windows = { product: 'windows' }

/** Owns what is known of each log's format. */
export class Trial {
  private readonly sigma: Sigma
  private readonly readers = new Map<string, LogReader>()
  private readonly weblog = createWeblog()

  constructor(sigma: Sigma) {
    this.sigma = sigma
  }

  /** `entry` is what correlations call an event that has no sequence. */
  detections(given: GivenEvent, entry: number): SigmaDetection[] {
    if (given.kind === 'windows') return this.sigma.matchRecord(windows, given.record, entry)
    const { event } = given
    const own = this.sigma.match(event)
    const request = this.requestOf(event)
    if (request === undefined) return own
    return [...own, ...this.sigma.matchRequest(request, event.event.sequence ?? entry)]
  }

  /** Undefined: there is no such rule. */
  explanation(given: GivenEvent, ruleId: string): RuleExplanation | undefined {
    if (given.kind === 'windows') return this.sigma.explainRecord(windows, given.record, ruleId)
    const explained = this.sigma.explain(given.event, ruleId)
    const request = this.requestOf(given.event)
    if (explained === undefined || explained.views.length > 0 || request === undefined) return explained
    return this.sigma.explainRequest(request, ruleId)
  }

  private requestOf({ event, message = '', log, hx }: Event): WebRequestSeen | undefined {
    if (event.dataset !== 'hx.log' || event.action !== 'line') return undefined
    if (!isWebLog(kindOf(hx?.['log']), log?.syslog?.appname)) return undefined
    const path = log?.file?.path ?? ''
    const reader = this.readers.get(path) ?? this.weblog.openReader()
    this.readers.set(path, reader)
    const line = this.weblog.line(latin1Line(message), reader)
    return line.kind === 'request' ? webRequestSeen(line) : undefined
  }
}

function kindOf(log: unknown): string {
  return typeof log === 'object' && log !== null && 'kind' in log ? String(log.kind) : ''
}

/** One line for people. */
export function describeEvent(given: GivenEvent): string {
  if (given.kind === 'windows') {
    const { Channel: channel, EventID: id, SystemTime: time } = given.record
    return [time, channel, id].map(String).join(' ')
  }
  const { event } = given
  return `${event['@timestamp']} ${event.message ?? event.event.action}`
}
