// Reads logs for `haechi evtx`: chooses records, runs rules over them, and makes the lines that are shown.

import { messageOf } from '../../base/app-error.ts'
import {
  carveEvtx,
  type EvtxRecord,
  readEvtx,
  readEvtxHeader,
  TemplateLibrary,
  windowsEvent,
} from '../../evidence/evtx/index.ts'
import { Notes } from '../../evidence/note.ts'
import { type FileSource, openFileSource } from '../../evidence/source.ts'
import { windowsRecord } from '../../rules/sigma/index.ts'
import { parseWhere } from '../../store/where/parser.ts'
import { compilePredicate, type Predicate } from '../../store/where/predicate.ts'
import { HeapKeeper } from './heap-keeper.ts'
import type { EvtxPlan, FileSum, Told } from './job.ts'
import { detectionText, recordText } from './lines.ts'
import { detectionJson, recordJson } from './json-lines.ts'
import { type LoadedRules, loadRules } from './rules.ts'

const linesPerBatch = 256
/** A batch is handed over after so many records even when few of them are shown. */
const recordsPerBatch = 4096
const recordsPerLook = 256
const windows = { product: 'windows' }

interface Batch {
  readonly lines: readonly Told[]
}

/** Owns the rules, and the templates of all logs that it has read. Throws AppError for rules or filters that are wrong. */
export class LogReader {
  readonly problems: readonly string[]
  private readonly plan: EvtxPlan
  private readonly library = new TemplateLibrary()
  private readonly fits: Predicate | undefined
  private readonly rules: LoadedRules | undefined
  private readonly heap = new HeapKeeper()

  constructor(plan: EvtxPlan) {
    this.plan = plan
    this.fits = plan.where === undefined ? undefined : compilePredicate(parseWhere(plan.where, Date.now()))
    this.rules = plan.sigma.length === 0 ? undefined : loadRules(plan.sigma, plan.leastLevel)
    this.problems = this.rules?.problems ?? []
  }

  /** Batches of lines; gives the sum of the file at its end. Never throws for what a file is. */
  *read(file: string): Generator<Batch, FileSum, undefined> {
    const counts = { records: 0, shown: 0 }
    const notes = new Notes(100)
    let bytes = 0
    const sum = (failure?: string): FileSum => ({
      file,
      bytes,
      ...counts,
      notes: notes.kept,
      droppedNotes: notes.dropped,
      ...(failure === undefined ? {} : { failure }),
    })
    try {
      using source = openFileSource(file)
      bytes = source.size
      if (!this.plan.carve && readEvtxHeader(source, new Notes()) === undefined && !this.hasChunk(source)) {
        return sum('it is no event log (.evtx); --carve searches any file')
      }
      yield* this.batches(this.records(source, notes), file, counts)
      return sum()
    } catch (thrown) {
      return sum(messageOf(thrown))
    }
  }

  /** A log whose first page is damaged. */
  private hasChunk(source: FileSource): boolean {
    return Buffer.from(source.read(4096, 8)).toString('latin1') === 'ElfChnk\0'
  }

  private records(source: FileSource, notes: Notes): Generator<EvtxRecord, void, undefined> {
    const { library } = this
    return this.plan.carve ? carveEvtx(source, { notes, library }) : readEvtx(source, { notes, library })
  }

  private *batches(
    records: Iterable<EvtxRecord>,
    file: string,
    counts: { records: number; shown: number },
  ): Generator<Batch, void, undefined> {
    let lines: Told[] = []
    let handedOver = 0
    for (const record of records) {
      counts.records += 1
      const before = lines.length
      if (this.isWanted(record)) this.addLines(record, file, lines)
      if (counts.records % recordsPerLook === 0) this.heap.keep()
      if (lines.length > before) counts.shown += 1
      if (lines.length < linesPerBatch && counts.records - handedOver < recordsPerBatch) continue
      yield { lines }
      lines = []
      handedOver = counts.records
    }
    if (lines.length > 0) yield { lines }
  }

  private isWanted(record: EvtxRecord): boolean {
    const { sinceMs, untilMs } = this.plan
    const { timeMs } = record
    if (timeMs < sinceMs || timeMs > untilMs) return false
    if (this.fits === undefined) return true
    const event = windowsEvent(record)
    return event !== undefined && this.fits(event)
  }

  private addLines(record: EvtxRecord, file: string, to: Told[]): void {
    const { rules } = this
    if (rules === undefined) {
      const text = this.textOf(record, file)
      if (text !== undefined) to.push({ timeMs: record.timeMs, text, level: '' })
      return
    }
    const event = record.event()
    if (event === undefined) return
    const flat = windowsRecord(event)
    for (const detection of rules.sigma.matchRecord(windows, flat, `${file}#${record.id}`)) {
      const place = { record, file, event }
      const text =
        this.plan.format === 'json' ? detectionJson(detection, place) : detectionText(detection, place)
      to.push({ timeMs: record.timeMs, text, level: detection.level })
    }
  }

  private textOf(record: EvtxRecord, file: string): string | undefined {
    if (this.plan.format === 'xml') return record.xml()
    return this.plan.format === 'json' ? recordJson(record, file) : recordText(record)
  }
}
