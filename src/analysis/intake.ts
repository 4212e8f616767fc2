// Takes records: each into the file of its kind, its times into the timeline, its event on the way to rules and incidents.

import { join } from 'node:path'

import type { LoginFact } from '../evidence/logins/index.ts'
import { enrichedEvent, type FlatRecord, type ProcessCreations } from '../evidence/process-creation/index.ts'
import type { Event } from '../model/index.ts'
import type { Found } from '../rules/detection/detection-event.ts'
import { sigmaFound } from '../rules/detection/sigma-found.ts'
import { windowsRecord } from '../rules/sigma/index.ts'
import { type AnalyseOptions, eventOfRecord } from './analysis.ts'
import type { Findings } from './findings/collector.ts'
import { LineFile } from './line-file.ts'
import type { ArtefactRecord, Finding, RecordPlace, RecordTime } from './record.ts'
import { Tables } from './tables.ts'
import { keyOf, msOf, rowOf, type TimelineRow } from './timeline/row.ts'
import type { ExternalSorter } from './timeline/sorter.ts'

const windows = { product: 'windows' }
const maxFiles = 256

/** A line of the sorter. */
export interface Spilled {
  readonly row: TimelineRow
  readonly event?: Event
  readonly found?: readonly Found[]
  readonly login?: LoginFact
  /** Chosen for the timeline; else it is there for the incidents only. */
  readonly isShown: boolean
}

interface Judged {
  readonly event: Event
  readonly flat: FlatRecord | undefined
  readonly place: RecordPlace
}

export class Intake implements Disposable {
  readonly tables = new Tables()
  readonly #options: AnalyseOptions
  readonly #findings: Findings
  readonly #sorter: ExternalSorter
  readonly #files = new Map<string, LineFile>()
  #pending: Finding[] = []
  /** Of the host whose logs are read: gives 4688 what Sysmon would have said. */
  processes: ProcessCreations | undefined
  records = 0
  /** Times that are none between the years 0 and 9999. */
  oddTimes = 0

  constructor(options: AnalyseOptions, findings: Findings, sorter: ExternalSorter) {
    this.#options = options
    this.#findings = findings
    this.#sorter = sorter
  }

  /** Of the record that comes next. */
  suspect(finding: Finding): void {
    this.#pending.push(finding)
  }

  take(given: ArtefactRecord): void {
    this.records += 1
    this.tables.add(given)
    const place = this.#write(given)
    const isWindows = given.kind === 'event-log' && given.event?.event.provider === 'evtx'
    const flat = isWindows ? this.#flat(given) : undefined
    const event =
      given.event === undefined || flat === undefined ? given.event : enrichedEvent(given.event, flat)
    const record = event === undefined ? given : { ...given, event }
    const found = isWindows && event !== undefined ? this.#judge(record, { event, flat, place }) : []
    for (const finding of this.#pending) this.#findings.add(finding, place)
    this.#pending = []
    this.#spill(record, found, place.line)
  }

  /** Findings without a record. */
  settle(): void {
    for (const finding of this.#pending) this.#findings.add(finding, undefined)
    this.#pending = []
  }

  #write(record: ArtefactRecord): RecordPlace {
    const { kind, source, times, title, data } = record
    const known = this.#files.get(kind)
    // Kinds are ours, not the evidence's: there are a few dozen.
    const file =
      known ??
      new LineFile(
        join(this.#options.output, 'artefacts', `${this.#files.size < maxFiles ? kind : 'others'}.jsonl`),
      )
    if (known === undefined) this.#files.set(kind, file)
    file.write(`${JSON.stringify({ type: 'artefact', version: 1, kind, source, times, title, data })}\n`)
    return { kind, line: file.lines }
  }

  /** With what the program's file and the processes before tell; undefined where nobody asks. */
  #flat({ data, event }: ArtefactRecord): FlatRecord | undefined {
    if (this.#options.sigma === undefined && event?.event.dataset !== 'hx.process') return undefined
    const flat = windowsRecord(data)
    return this.processes?.enrich(flat) ?? flat
  }

  #judge(record: ArtefactRecord, { event, flat, place }: Judged): Found[] {
    const { sigma } = this.#options
    if (sigma === undefined || flat === undefined) return alertOf(event, record, this.#findings, place)
    const found: Found[] = []
    const reference = `${record.source}#${place.line}`
    for (const detection of sigma.matchRecord(windows, flat, reference)) {
      const one = sigmaFound(event, detection)
      found.push(one)
      this.#findings.add(
        {
          level: detection.level,
          title: detection.title,
          why: detection.description ?? '',
          by: 'sigma',
          rule: detection.ruleId,
          techniques: detection.techniques,
          time: event['@timestamp'],
          source: record.source,
          what: record.title.slice(0, 1000),
          details: detection.author === undefined ? {} : { author: detection.author },
        },
        place,
      )
    }
    alertOf(event, record, this.#findings, place)
    return found
  }

  #spill(record: ArtefactRecord, found: readonly Found[], line: number): void {
    const isChosen = this.#isChosen(record)
    // What nothing is known of by our names no incident can use, unless a rule found it.
    const event = found.length > 0 || record.event?.event.action !== 'record' ? record.event : undefined
    let isFirst = true
    for (const time of record.times) {
      const key = keyOf(time.time)
      if (key === undefined) {
        this.oddTimes += 1
        continue
      }
      const carries = isFirst && (event !== undefined || record.login !== undefined)
      isFirst = false
      const isShown = isChosen && this.#isInTime(time)
      if (!isShown && !carries) continue
      const spilled: Spilled = {
        row: rowOf(record, time, line),
        isShown,
        ...(carries && event !== undefined ? { event } : {}),
        ...(carries && record.login !== undefined ? { login: record.login } : {}),
        ...(carries && found.length > 0 ? { found } : {}),
      }
      this.#sorter.add(key, JSON.stringify(spilled))
    }
  }

  #isChosen(record: ArtefactRecord): boolean {
    const { kinds, fits } = this.#options.choice
    if (kinds !== undefined && !kinds.has(record.kind)) return false
    return fits === undefined || fits(record.event ?? eventOfRecord(record))
  }

  #isInTime({ time }: RecordTime): boolean {
    const { sinceMs, untilMs } = this.#options.choice
    if (sinceMs === Number.NEGATIVE_INFINITY && untilMs === Number.POSITIVE_INFINITY) return true
    const ms = msOf(time)
    return ms >= sinceMs && ms <= untilMs
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) file[Symbol.dispose]()
  }
}

const alertTitles: Readonly<Record<string, string>> = {
  'log-cleared': 'A log was cleared',
  found: 'Another protection of the host found malware',
}

/** What the event itself says is grave: cleared logs, what Defender found. */
function alertOf(event: Event, record: ArtefactRecord, findings: Findings, place: RecordPlace): Found[] {
  const { kind, action, severity = 50 } = event.event
  if (kind !== 'alert') return []
  findings.add(
    {
      level: severity >= 60 ? 'high' : 'medium',
      title: alertTitles[action] ?? action.replaceAll('-', ' '),
      what: event.message ?? '',
      why: `The event log says so by itself (${action}).`,
      by: 'trace',
      rule: action,
      techniques: event.threat?.technique?.id ?? [],
      time: event['@timestamp'],
      source: record.source,
      details: {},
    },
    place,
  )
  return []
}
