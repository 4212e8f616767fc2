// Reading the store: for tools while the daemon runs or not, and for the store itself.

import type { DatabaseSync } from 'node:sqlite'

import type { Event, Incident, IncidentHead } from '../model/index.ts'
import { openForReading, storeFault } from './database.ts'
import { incidentHeads, type IncidentQuery, readIncident } from './incidents.ts'
import { processesAt } from './process-history.ts'
import {
  type CountQuery,
  type CountResult,
  type EventQuery,
  newestSequence,
  type QueryResult,
  Search,
} from './query.ts'
import { readStretch, type Stretch } from './stream.ts'
import { AppError } from '../base/app-error.ts'

export interface StoredFigures {
  readonly events: number
  /** 0 when there is none. */
  readonly firstSequence: number
  readonly lastSequence: number
  /** Microseconds since 1970; undefined when there is none. */
  readonly oldestUs: number | undefined
  readonly newestUs: number | undefined
  /** Bytes of the events' JSON, and of what the store takes on the disk for it without free pages. */
  readonly jsonBytes: number
  readonly usedBytes: number
  readonly blocks: number
  /** Blocks that could not be read since the start. */
  readonly damagedBlocks: number
}

/** A question that cannot be answered throws AppError: `usage` when its filter is wrong. */
export class EventReader {
  readonly #db: DatabaseSync
  readonly #search: Search
  readonly #damaged = new Set<number>()
  readonly #onProblem: (message: string) => void

  constructor(db: DatabaseSync, onProblem: (message: string) => void) {
    this.#db = db
    this.#onProblem = onProblem
    this.#search = new Search(db, (first) => this.tellDamage(first))
  }

  query(query: EventQuery): QueryResult {
    return reading(() => this.#search.query(query))
  }

  count(query: CountQuery = {}): CountResult {
    return reading(() => this.#search.count(query))
  }

  /** The processes of that moment (microseconds since 1970) by pid: for each the event that describes it. */
  processesAt(timeUs: number): Event[] {
    return reading(() => processesAt(this.#db, timeUs, (first) => this.tellDamage(first)))
  }

  stretch(after: number): Stretch {
    return reading(() => readStretch(this.#db, after, (first) => this.tellDamage(first)))
  }

  /** The newest first. */
  incidents(query: IncidentQuery): IncidentHead[] {
    return reading(() => incidentHeads(this.#db, query))
  }

  /** Undefined when there is none with this number. */
  incident(id: number): Incident | undefined {
    return reading(() => readIncident(this.#db, id))
  }

  figures(): StoredFigures {
    return reading(() => {
      const row = this.#db
        .prepare(
          `SELECT count(*) AS blocks, sum(count) AS events, min(first) AS first, min(min_us) AS oldest,
             max(max_us) AS newest, sum(text_bytes) AS json FROM blocks`,
        )
        .get()
      const number = (name: string): number => Number(row?.[name] ?? 0)
      const isEmpty = number('blocks') === 0
      return {
        events: number('events'),
        firstSequence: number('first'),
        lastSequence: newestSequence(this.#db),
        oldestUs: isEmpty ? undefined : number('oldest'),
        newestUs: isEmpty ? undefined : number('newest'),
        jsonBytes: number('json'),
        usedBytes: usedBytes(this.#db),
        blocks: number('blocks'),
        damagedBlocks: this.#damaged.size,
      }
    })
  }

  /** Each damaged block is told of once. */
  tellDamage(first: number): void {
    if (this.#damaged.has(first)) return
    this.#damaged.add(first)
    this.#onProblem(`events of the store cannot be read: the block from number ${first} on is damaged`)
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }
}

/** For tools: also beside a running daemon. `folder` as in openStore. Throws AppError `not-found` when there is none. */
export function openReader(folder: string, onProblem: (message: string) => void = () => {}): EventReader {
  const db = openForReading(folder)
  try {
    return new EventReader(db, onProblem)
  } catch (thrown) {
    db.close()
    throw storeFault('cannot be read', thrown)
  }
}

export function usedBytes(db: DatabaseSync): number {
  const number = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
  return (number('page_count') - number('freelist_count')) * number('page_size')
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : storeFault('cannot be read', thrown)
  }
}
