// Records and observations → events: enriched, signatures checked, programs scanned, rules applied; each event numbered.

import { windowsEvent, type EventRecord } from '../evidence/evtx/index.ts'
import { imageFactsOf } from '../evidence/image-facts.ts'
import {
  enrichedEvent,
  type FlatRecord,
  type ImageFacts,
  ProcessCreations,
} from '../evidence/process-creation/index.ts'
import { openFileSource } from '../evidence/source.ts'
import type { Event, Verdict } from '../model/index.ts'
import { type Sigma, type SigmaDetection, windowsRecord } from '../rules/sigma/index.ts'
import { FileMemory } from './file-key.ts'
import { processInfo } from './inventory.ts'
import { recordOfProcess } from './process-polling.ts'
import type { RecordGap } from './record-gaps.ts'
import { processFacts, type RunningProcess } from '../collect/windows/running-process.ts'
import type { SignatureChecker } from './signatures.ts'
import { verdictEvent } from './verdict-event.ts'

/** Judges a file by its path, as the engine's instances do. */
export interface FileScanner {
  scan(path: string): Verdict
}

export interface PipelineOptions {
  /** Takes each event in order. Must not throw. */
  readonly emit: (event: Event) => void
  readonly computer: string
  readonly signatures?: SignatureChecker
  readonly scanner?: FileScanner
  readonly sigma?: Sigma
}

const windows = { product: 'windows' }
/** Executables on a share of a host that is gone would hold up everything. */
const isRemote = /^\\\\/

/** Owns the tree of processes, what is known of files, and the numbers of events. */
export class Pipeline {
  readonly creations: ProcessCreations
  readonly #options: PipelineOptions
  readonly #facts = new FileMemory<ImageFacts | undefined>()
  readonly #verdicts = new FileMemory<Verdict>()
  #sequence = 0

  constructor(options: PipelineOptions) {
    this.#options = options
    this.creations = new ProcessCreations({
      image: (path) => (isRemote.test(path) ? undefined : this.#facts.of(path, () => factsAt(path))),
      workingDirectory: (pid, image) => liveFacts(pid, image).workingDirectory,
      commandLine: (pid, image) => liveFacts(pid, image).commandLine,
    })
  }

  get count(): number {
    return this.#sequence
  }

  /** Processes that ran before: parents of those that will start. */
  know(process: RunningProcess): void {
    const { pid, parentPid, image, commandLine, owner } = process
    this.creations.tree.add(this.#options.computer, {
      pid,
      parentPid,
      image: image ?? process.name,
      ...(commandLine === undefined ? {} : { commandLine }),
      ...(owner?.name === undefined ? {} : { user: owner.name }),
    })
  }

  /** An event of a channel. */
  record(record: EventRecord): void {
    const event = windowsEvent(record)
    const document = record.event()
    if (event === undefined || document === undefined) return
    const live = { ...event, event: { ...event.event, provider: 'wevtapi' } }
    const enriched = this.creations.enrich(windowsRecord(document))
    this.#started(enrichedEvent(live, enriched), enriched)
  }

  /** A process that polling saw. */
  start(process: RunningProcess): void {
    const record = recordOfProcess(process, this.#options.computer)
    const event: Event = {
      '@timestamp': process.start?.replace(/(\.\d{6})\d+Z$/, '$1Z') ?? new Date().toISOString(),
      event: {
        kind: 'event',
        category: ['process'],
        type: ['start'],
        action: 'exec',
        dataset: 'hx.process',
        provider: 'toolhelp',
      },
      message: process.commandLine ?? process.image ?? process.name,
      process: processInfo(process),
    }
    const enriched = this.creations.enrich(record)
    this.#started(enrichedEvent(event, enriched), enriched)
  }

  end(process: RunningProcess): void {
    this.emit({
      '@timestamp': new Date().toISOString(),
      event: {
        kind: 'event',
        category: ['process'],
        type: ['end'],
        action: 'exit',
        dataset: 'hx.process',
        provider: 'toolhelp',
      },
      message: process.image ?? process.name,
      process: processInfo(process),
    })
  }

  /** A file that is new or was written. */
  file(path: string): void {
    const verdict = this.#verdict(path)
    if (verdict !== undefined) this.emit(verdictEvent(path, verdict, 'write'))
  }

  loss(source: string, gap: RecordGap): void {
    this.emit({
      '@timestamp': gap.to,
      event: {
        kind: 'alert',
        category: ['host'],
        type: ['error'],
        action: 'sensor.loss',
        dataset: 'hx.health',
        provider: 'agent',
        severity: 40,
      },
      message: `${gap.count} events of ${source} are missing`,
      hx: { loss: { source, ...gap } },
    })
  }

  notice(text: string): void {
    this.emit({
      '@timestamp': new Date().toISOString(),
      event: {
        kind: 'event',
        category: ['host'],
        type: ['info'],
        action: 'notice',
        dataset: 'hx.health',
        provider: 'agent',
      },
      message: text,
    })
  }

  emit(event: Event): number {
    this.#sequence += 1
    this.#options.emit({ ...event, event: { ...event.event, sequence: this.#sequence } })
    return this.#sequence
  }

  #started(event: Event, record: FlatRecord): void {
    const image = event.event.action === 'exec' ? event.process?.executable : undefined
    const isLocal = image !== undefined && !isRemote.test(image)
    const signature = isLocal ? this.#options.signatures?.check(image) : undefined
    const sequence = this.emit(
      signature === undefined || signature.status === 'unread'
        ? event
        : { ...event, hx: { ...event.hx, signature } },
    )
    const verdict = isLocal ? this.#verdict(image) : undefined
    if (verdict !== undefined && verdict.status !== 'clean')
      this.emit(verdictEvent(image ?? '', verdict, 'exec'))
    for (const detection of this.#options.sigma?.matchRecord(windows, record, sequence) ?? []) {
      this.emit(detectionEvent(detection, event, sequence))
    }
  }

  #verdict(path: string): Verdict | undefined {
    const { scanner } = this.#options
    return scanner === undefined ? undefined : this.#verdicts.of(path, () => scanner.scan(path))
  }
}

/** Undefined where it cannot be read. */
function factsAt(path: string): ImageFacts | undefined {
  try {
    using source = openFileSource(path)
    return imageFactsOf(source)
  } catch {
    // Gone, or a path of another kind: the event stands without what the file would tell.
    return undefined
  }
}

type Facts = ReturnType<typeof processFacts>

/** Of the process while it is still the one that the event is about. */
function liveFacts(pid: number, image: string): Facts {
  const facts = processFacts(pid)
  return facts.image?.toLowerCase() === image.toLowerCase() ? facts : {}
}

function detectionEvent(detection: SigmaDetection, event: Event, sequence: number): Event {
  const { ruleId, title, level, severity, techniques, correlation } = detection
  const hits = correlation?.hits.map(({ reference }) => Number(reference)).filter(Number.isSafeInteger)
  return {
    '@timestamp': event['@timestamp'],
    event: {
      kind: 'alert',
      category: ['intrusion_detection'],
      type: ['info'],
      action: 'sigma',
      dataset: 'hx.detection',
      provider: 'sigma',
      severity,
    },
    message: `${title}: ${event.message ?? ''}`,
    ...(event.process === undefined ? {} : { process: event.process }),
    ...(event.user === undefined ? {} : { user: event.user }),
    rule: { id: ruleId, name: title, ruleset: 'sigma' },
    ...(techniques.length === 0 ? {} : { threat: { technique: { id: techniques } } }),
    hx: { detection: { source: 'sigma', level, of: hits ?? [sequence] } },
  }
}
