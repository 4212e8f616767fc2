// The engine: lines of web logs in, findings and incidents out. Keeps what it knows of addresses, paths and formats within
// fixed bounds, so that it runs on a file of years as in a daemon of months.

import { createTrustedProxies, nearestIn, normalAddress, type TrustedProxies } from './address.ts'
import { Behaviour, type Seen } from './behaviour.ts'
import type { AttackFinding, PartDetector } from './detector.ts'
import { partDetectors } from './detectors/index.ts'
import { errorFindings, isRefusedLogin } from './error-findings.ts'
import { outcomeOf, type WebFinding } from './finding.ts'
import { requestOfEntry } from './entry-request.ts'
import { type FileAt, scriptOf, withHostFile } from './host-file.ts'
import { Incidents, type WebIncident } from './incidents.ts'
import { createInspector, type Inspect, type PartFinding } from './inspect.ts'
import { pathOf } from './decode/parts.ts'
import type { LineResult } from './line-result.ts'
import type { ErrorEntry } from './read/line-reader.ts'
import { createLogReader, type LogReader } from './read/log-reader.ts'
import type { WebRequest } from './request.ts'
import { ResponseSizes } from './response-sizes.ts'

export interface WeblogOptions {
  /** Findings below are not told; 60 where not given. */
  readonly minConfidence?: number
  /** LogFormat or log_format, for logs whose format is not known. */
  readonly format?: string
  /** Lines outside are not judged; those without a time are. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Addresses of which behaviour is kept; 1,000,000 (some 100 MB) where not given. */
  readonly maxAddresses?: number
  readonly maxIncidents?: number
  /**
   * Addresses and networks (CIDR) of proxies in front of the server. Where the log has X-Forwarded-For or its like, the client of
   * a request that one of them passed on is the last address there that is none of them.
   */
  readonly trustedProxies?: readonly string[]
  /** Looks up scripts that answered among the files of this host. */
  readonly fileAt?: FileAt
  readonly detectors?: readonly PartDetector[]
}

export interface WeblogCounts {
  lines: number
  requests: number
  errors: number
  malformed: number
  outside: number
  /** Requests and entries with findings, and those of a scan or a guessing that was told before. */
  attacks: number
}

export interface Weblog {
  /** One line without its end, bytes as latin1. `reader`: of the file that it is from, when there are several. */
  line(text: string, reader?: LogReader): LineResult
  /** For another file: remembers what format that one has. */
  openReader(): LogReader
  incidents(): readonly WebIncident[]
  readonly counts: Readonly<WeblogCounts>
  readonly addresses: number
  /** Incidents that were let go, because there were too many. */
  readonly droppedIncidents: number
  /** Id of the format of the reader without a name. */
  readonly format: string
}

/** Apache and nginx write lines of at most some 8 KiB; what is longer is cut. */
const maxLine = 65_536
const none: LineResult = { kind: 'none' }
const malformed: LineResult = { kind: 'malformed' }
const nothing = { findings: [], news: [] } as const

/** Throws AppError `usage` when `format` is none, or a trusted proxy no address. */
export function createWeblog(options: WeblogOptions = {}): Weblog {
  const engine = new Engine(options)
  const openReader = (): LogReader => createLogReader(options.format)
  const own = openReader()
  return {
    line: (text, reader = own) => engine.line(text, reader),
    openReader,
    incidents: () => engine.incidents.list(),
    counts: engine.counts,
    get addresses() {
      return engine.behaviour.visitors.size
    },
    get droppedIncidents() {
      return engine.incidents.dropped
    },
    get format() {
      return own.format
    },
  }
}

class Engine {
  readonly counts: WeblogCounts = { lines: 0, requests: 0, errors: 0, malformed: 0, outside: 0, attacks: 0 }
  readonly behaviour: Behaviour
  readonly incidents: Incidents
  readonly #sizes = new ResponseSizes()
  readonly #inspect: Inspect
  readonly #minConfidence: number
  readonly #sinceMs: number
  readonly #untilMs: number
  readonly #proxies: TrustedProxies | undefined
  readonly #fileAt: FileAt | undefined
  /** Of the oldest line so far. */
  #beginMs = Number.POSITIVE_INFINITY

  constructor(options: WeblogOptions) {
    this.behaviour = new Behaviour(options.maxAddresses ?? 1_000_000)
    this.incidents = new Incidents({ maxIncidents: options.maxIncidents ?? 10_000, idleMs: 3_600_000 })
    this.#inspect = createInspector(options.detectors ?? partDetectors)
    const proxies = options.trustedProxies ?? []
    this.#proxies = proxies.length === 0 ? undefined : createTrustedProxies(proxies)
    this.#fileAt = options.fileAt
    this.#minConfidence = options.minConfidence ?? 60
    this.#sinceMs = options.sinceMs ?? Number.NEGATIVE_INFINITY
    this.#untilMs = options.untilMs ?? Number.POSITIVE_INFINITY
  }

  line(text: string, reader: LogReader): LineResult {
    this.counts.lines += 1
    if (text === '') return none
    const read = reader.read(text.length > maxLine ? text.slice(0, maxLine) : text)
    if (read === undefined) {
      this.counts.malformed += 1
      return malformed
    }
    if (read.kind === 'other') return none
    return read.kind === 'request' ? this.#request(this.#withClient(read.request)) : this.#error(read.entry)
  }

  /** A log without the address of who connected has only what the nearest proxy says. */
  #withClient(request: WebRequest): WebRequest {
    const { client, forwarded } = request
    const peer = normalAddress(client)
    const known =
      this.#proxies === undefined || forwarded === undefined ? peer : this.#proxies.clientOf(peer, forwarded)
    const asked = known === '' && forwarded !== undefined ? nearestIn(forwarded) : known
    return asked === client ? request : { ...request, client: asked }
  }

  #request(request: WebRequest): LineResult {
    if (this.#isOutside(request.timeMs)) return none
    this.counts.requests += 1
    const seen = this.behaviour.see(request)
    const found = this.#inspect(request)
    const isAttack = found.some(({ finding }) => finding.confidence >= this.#minConfidence)
    const size = this.#seeSize(request, isAttack)
    if (found.length === 0 && seen === undefined && size !== 'new' && this.#fileAt === undefined)
      return { kind: 'request', request, ...nothing }
    const findings = this.#withFile(
      request,
      this.#findings(request, { found, seen, isSizeNew: size === 'new' }),
    )
    if (findings.length === 0) {
      this.#goOn(request, seen)
      return { kind: 'request', request, ...nothing }
    }
    this.counts.attacks += 1
    return { kind: 'request', request, findings, ...this.incidents.add(request, findings) }
  }

  #isOutside(timeMs: number | undefined): boolean {
    if (timeMs === undefined || (timeMs >= this.#sinceMs && timeMs <= this.#untilMs)) return false
    this.counts.outside += 1
    return true
  }

  #withFile(request: WebRequest, findings: readonly WebFinding[]): readonly WebFinding[] {
    if (this.#fileAt === undefined) return findings
    if (request.timeMs !== undefined) this.#beginMs = Math.min(this.#beginMs, request.timeMs)
    const script = scriptOf(request)
    const file = script === undefined ? undefined : this.#fileAt(script)
    return file === undefined ? findings : withHostFile(findings, file, this.#beginMs)
  }

  /** Counts what is no finding of its own, but more of a scan or a guessing. */
  #goOn(where: WebRequest, seen: Seen | undefined): void {
    if (seen?.more !== undefined && this.incidents.goOn(where, seen.more)) this.counts.attacks += 1
  }

  /** Sizes of attacks are not learnt: the second one would be usual. */
  #seeSize(request: WebRequest, isAttack: boolean): string {
    if (request.status !== 200 || request.bytes < 0 || request.method === 'HEAD') return 'unknown'
    return this.#sizes.see(pathOf(request.target), request.bytes, isAttack ? 'ask' : 'learn')
  }

  #findings(
    request: WebRequest,
    facts: {
      readonly found: readonly PartFinding[]
      readonly seen: Seen | undefined
      readonly isSizeNew: boolean
    },
  ): readonly WebFinding[] {
    const { status } = request
    const { isSizeNew } = facts
    const findings: WebFinding[] = facts.found.map(({ finding, part, value }) => ({
      ...finding,
      place: part.place,
      name: part.name.slice(0, 128),
      value: value.slice(0, 512),
      outcome: outcomeOf(finding.class, { place: part.place, status, isSizeNew }),
    }))
    const whole = {
      place: 'request',
      name: '',
      value: '',
      outcome: outcomeOf('scanner', { place: 'request', status, isSizeNew }),
    } as const
    const { finding: told, outcome = whole.outcome } = facts.seen ?? {}
    if (told !== undefined) findings.push({ ...told, ...whole, outcome })
    if (isSizeNew && findings.length === 0) findings.push({ ...sizeFinding, ...whole })
    return findings.filter(({ confidence }) => confidence >= this.#minConfidence)
  }

  #error(entry: ErrorEntry): LineResult {
    if (this.#isOutside(entry.timeMs)) return none
    this.counts.errors += 1
    const request = requestOfEntry(entry)
    const isLogin = entry.client !== '' && isRefusedLogin(entry)
    const login = isLogin ? this.behaviour.see({ ...request, status: 401, user: '?', method: '' }) : undefined
    const facts = { found: this.#inspect(request), seen: login, isSizeNew: false }
    const findings = [
      ...errorFindings(entry).filter(({ confidence }) => confidence >= this.#minConfidence),
      ...this.#findings(request, facts),
    ]
    if (findings.length === 0) {
      this.#goOn(request, login)
      return { kind: 'error', entry, ...nothing }
    }
    this.counts.attacks += 1
    return { kind: 'error', entry, findings, ...this.incidents.add(request, findings) }
  }
}

const sizeFinding: AttackFinding = {
  class: 'anomaly',
  detector: 'response-size',
  why: 'The answer has a size that this path never had.',
  confidence: 40,
  techniques: ['T1190'],
  cwe: '',
}
