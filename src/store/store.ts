// The event store: appends batches of events, forgets the oldest, answers questions. Synchronous; it lives in a thread of its
// own. Each append is one transaction in the write-ahead log: what it returned for survives kill -9; a power cut may take
// what came after the last checkpoint (about ten seconds while `maintain` is called).

import type { DatabaseSync } from 'node:sqlite'

import type { Event, Incident, IncidentHead } from '../model/index.ts'
import { blockOf, packBlock, splitRows } from './block.ts'
import { isDamage, moveAside, openDatabase, storeFault } from './database.ts'
import { FreshBlocks } from './fresh-blocks.ts'
import { BlockWriter } from './block-writer.ts'
import { forgetIncidents, type IncidentQuery, IncidentWriter } from './incidents.ts'
import { LogPlaces } from './log-places.ts'
import { type Progress, saveProgress, type StoredProgress, storedProgress } from './progress.ts'
import {
  type CountQuery,
  type CountResult,
  type EventQuery,
  newestSequence,
  type QueryResult,
} from './query.ts'
import { EventReader, type StoredFigures } from './reader.ts'
import { deleteOldest, giveBackPages, lastDeleted } from './retention.ts'
import type { EventRow } from './row.ts'
import type { Stretch } from './stream.ts'
import { inTransaction } from './transaction.ts'

export interface StoreOptions {
  /** Made with mode 0700 when it is not there. */
  readonly folder: string
  /** Of the events on the disk; the oldest go first. */
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** What an administrator should know, one sentence. */
  readonly onProblem: (message: string) => void
}

export interface StoreStats extends StoredFigures {
  /** Since the start. */
  readonly appended: number
  /** Log lines that were stored already and came again. */
  readonly repeated: number
  /** Events that went because of size or age, since the start. */
  readonly deleted: number
  /** Small blocks that wait to be joined. */
  readonly freshBlocks: number
}

/** What an append has stored. */
export interface Appended {
  /** Sequence of the first row; the others follow. */
  readonly first: number
  /** Without the log lines that were stored already. */
  readonly rows: readonly EventRow[]
}

/** A batch of so many is a block for good. */
const finalRows = 256
const checkpointEveryMs = 10_000
const forgetEveryMs = 3_600_000
/** Incidents outlive the events that they were made of. */
const keptIncidentsMs = 400 * 86_400_000
/** Time that one `maintain` takes at most, about. */
const maintainMs = 50

interface Open {
  readonly db: DatabaseSync
  readonly reader: EventReader
  readonly writer: BlockWriter
  readonly fresh: FreshBlocks
  readonly places: LogPlaces
  readonly incidents: IncidentWriter
}

/** Throws AppError when the folder cannot be used; a damaged store is told of, moved aside and begun anew. */
export function openStore(options: StoreOptions): Store {
  return new Store(options)
}

export class Store {
  readonly #options: StoreOptions
  #open: Open
  #next: number
  #appended = 0
  #repeated = 0
  #deleted = 0
  #isCheckpointDue = false
  #checkpointedAt = performance.now()
  #forgetAt = performance.now()

  constructor(options: StoreOptions) {
    this.#options = options
    this.#open = openParts(options)
    this.#next = nextSequence(this.#open.db)
  }

  /**
   * Stores all rows or none. Throws AppError when they cannot be stored (disk full, …): the caller counts them; the next
   * append may succeed. Log lines that are stored already are left out.
   */
  append(rows: readonly EventRow[], progress?: Progress): Appended {
    try {
      return this.#write(rows, progress)
    } catch (thrown) {
      if (!isDamage(thrown)) throw storeFault('cannot be written', thrown)
      this.#beginAnew(thrown)
    }
    try {
      return this.#write(rows, progress)
    } catch (thrown) {
      throw storeFault('cannot be written', thrown)
    }
  }

  /** Sequence of the newest event that was ever stored. */
  get newest(): number {
    return this.#next - 1
  }

  /** The next events behind the sequence `after`, as they are stored. */
  stretch(after: number): Stretch {
    return this.#open.reader.stretch(after)
  }

  /** How far the rules had come, and what may still grow. */
  progress(): StoredProgress {
    return storedProgress(this.#open.db)
  }

  incidents(query: IncidentQuery): IncidentHead[] {
    return this.#open.reader.incidents(query)
  }

  incident(id: number): Incident | undefined {
    return this.#open.reader.incident(id)
  }

  query(query: EventQuery): QueryResult {
    return this.#open.reader.query(query)
  }

  count(query: CountQuery = {}): CountResult {
    return this.#open.reader.count(query)
  }

  /** The processes of that moment (microseconds since 1970) by pid: for each the event that describes it. */
  processesAt(timeUs: number): Event[] {
    return this.#open.reader.processesAt(timeUs)
  }

  /**
   * A slice of what has to be done some time: joining small blocks, forgetting what is too old or too much, syncing.
   * True when more waits. Never throws: problems are told.
   */
  maintain(): boolean {
    const end = performance.now() + maintainMs
    try {
      for (;;) {
        if (!this.#maintainOnce()) return false
        if (performance.now() > end) return true
      }
    } catch (thrown) {
      if (isDamage(thrown)) this.#tryAnew(thrown)
      else this.#options.onProblem(storeFault('cannot be maintained', thrown).message)
      return false
    }
  }

  stats(): StoreStats {
    return {
      ...this.#open.reader.figures(),
      appended: this.#appended,
      repeated: this.#repeated,
      deleted: this.#deleted,
      freshBlocks: this.#open.fresh.size,
    }
  }

  /** Syncs everything. */
  close(): void {
    const { db, reader } = this.#open
    if (!db.isOpen) return
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (thrown) {
      this.#options.onProblem(storeFault('could not be synced', thrown).message)
    }
    reader.close()
  }

  #write(rows: readonly EventRow[], progress: Progress | undefined): Appended {
    const { db, writer, fresh, places, incidents } = this.#open
    const sifted = places.sift(rows)
    if (sifted.rows.length === 0 && progress === undefined) {
      this.#repeated += sifted.repeated
      return { first: this.#next, rows: [] }
    }
    const batches = splitRows(sifted.rows)
    const blocks = batches.map((batch) => {
      const stage = batch.length >= finalRows ? 'final' : 'fresh'
      return { stage, packed: packBlock(blockOf(batch), stage) }
    })
    const first = this.#next
    let next = first
    const joining: Parameters<FreshBlocks['add']>[0][] = []
    inTransaction(db, () => {
      for (const { stage, packed } of blocks) {
        writer.insert(next, packed)
        if (stage === 'fresh') joining.push({ first: next, count: packed.count, textBytes: packed.textBytes })
        next += packed.count
      }
      places.save(sifted.places)
      if (progress === undefined) return
      incidents.write(progress.incidents)
      saveProgress(db, progress)
    })
    for (const block of joining) fresh.add(block)
    places.saved(sifted.places)
    this.#next = next
    this.#appended += sifted.rows.length
    this.#repeated += sifted.repeated
    this.#isCheckpointDue = true
    return { first, rows: sifted.rows }
  }

  #maintainOnce(): boolean {
    const { db, fresh, reader } = this.#open
    const deleted = deleteOldest(db, this.#options)
    if (deleted !== undefined) {
      this.#deleted += deleted.events
      fresh.forgetUpTo(deleted.last)
    }
    const isJoined = fresh.join(this.#next - 1, (first) => reader.tellDamage(first))
    const hasFreePages = giveBackPages(db, this.#options)
    const now = performance.now()
    if (this.#isCheckpointDue && now - this.#checkpointedAt >= checkpointEveryMs) {
      this.#checkpointedAt = now
      this.#isCheckpointDue = false
      db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    }
    if (now >= this.#forgetAt) {
      this.#forgetAt = now + forgetEveryMs
      forgetIncidents(db, (Date.now() - keptIncidentsMs) * 1000)
    }
    return deleted !== undefined || isJoined || hasFreePages
  }

  #beginAnew(thrown: unknown): void {
    this.#open.reader.close()
    moveAside(this.#options.folder, thrown, this.#options.onProblem)
    this.#open = openParts(this.#options)
    // Sequences go on: who follows the events does not see one of them twice.
    this.#next = Math.max(this.#next, nextSequence(this.#open.db))
  }

  #tryAnew(thrown: unknown): void {
    try {
      this.#beginAnew(thrown)
    } catch (again) {
      this.#options.onProblem(storeFault('cannot be begun anew', again).message)
    }
  }
}

function openParts(options: StoreOptions): Open {
  const db = openDatabase(options)
  try {
    const writer = new BlockWriter(db)
    return {
      db,
      writer,
      reader: new EventReader(db, options.onProblem),
      fresh: new FreshBlocks(db, writer),
      places: new LogPlaces(db),
      incidents: new IncidentWriter(db),
    }
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

function nextSequence(db: DatabaseSync): number {
  return Math.max(newestSequence(db), lastDeleted(db)) + 1
}
