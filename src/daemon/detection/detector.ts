// One event in, what the rules say of it out. Owns the engines; pure but for them.

import type { Event, WebRequestSeen } from '../../model/index.ts'
import type { SigmaDetection } from '../../rules/sigma/index.ts'
import { webRequestSeen } from '../../rules/weblog/index.ts'
import { detectionEvent } from '../../rules/detection/detection-event.ts'
import type { RuleSettings } from './messages.ts'
import { type LoadedRules, loadRules } from './rule-loading.ts'
import { sigmaFound } from '../../rules/detection/sigma-found.ts'
import { webFound } from '../../rules/detection/web-found.ts'
import { WebLines } from '../../rules/detection/web-lines.ts'

export interface Judged {
  readonly detections: readonly Event[]
  /** Of a line of a web server's log. */
  readonly request: WebRequestSeen | undefined
}

const nothing: Judged = { detections: [], request: undefined }
/** What rules and incidents say themselves is no input of rules. */
const ownDatasets: ReadonlySet<string> = new Set(['hx.detection', 'hx.incident', 'hx.health'])

export class Detector {
  #rules: LoadedRules
  readonly #webLines: WebLines

  constructor(settings: RuleSettings) {
    this.#rules = loadRules(settings)
    this.#webLines = new WebLines(settings.trustedProxies)
  }

  get rules(): LoadedRules {
    return this.#rules
  }

  /** Reads the rule files again; what correlations remember goes on. */
  reload(settings: RuleSettings): void {
    const memory = this.save()
    this.#rules = loadRules(settings)
    this.restore(memory)
  }

  /** What correlations remember. */
  save(): string {
    return this.#rules.sigma.save()
  }

  restore(memory: string): void {
    this.#rules.sigma.restore(memory)
  }

  /** An event that was judged before the start: what a line of a web server's log tells of its format and its address. */
  remember(event: Event): WebRequestSeen | undefined {
    const line = this.#webLines.read(event)
    return line?.kind === 'request' ? webRequestSeen(line) : undefined
  }

  /** `event` has its sequence. */
  judge(event: Event): Judged {
    if (ownDatasets.has(event.event.dataset)) return nothing
    const { sigma } = this.#rules
    const matches = sigma.match(event)
    const line = this.#webLines.read(event)
    if (line === undefined || line.kind === 'none' || line.kind === 'malformed') {
      if (matches.length === 0) return nothing
      return { detections: matches.map((one) => told(event, one)), request: undefined }
    }
    const request = webRequestSeen(line)
    const sequence = event.event.sequence ?? 0
    const web = webFound(line, request, sequence)
    const ofRequest = line.kind === 'request' ? sigma.matchRequest(request, sequence) : []
    return {
      detections: [
        ...(web === undefined ? [] : [detectionEvent(event, web)]),
        ...[...matches, ...ofRequest].map((one) => told(event, one, request.client)),
      ],
      // An error log's entry tells of a request only where something was found in it.
      request: line.kind === 'request' || web !== undefined ? request : undefined,
    }
  }
}

function told(event: Event, detection: SigmaDetection, client?: string): Event {
  const found = sigmaFound(event, detection)
  return detectionEvent(event, client === undefined ? found : { ...found, client })
}
