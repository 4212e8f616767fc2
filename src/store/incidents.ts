// The table of incidents: whole, as they are now; each change replaces what was there. They are kept when the events they
// come from have gone: an incident carries its own evidence.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { type Incident, type IncidentHead, type IncidentLevel, incidentLevels } from '../model/index.ts'
import { compress, decompress } from './compression.ts'
import { microsecondsOf } from './time.ts'

const maxBodyBytes = 64 * 1024 * 1024

export interface IncidentQuery {
  /** This level and above; all when absent. */
  readonly least?: IncidentLevel
  /** Microseconds since 1970: incidents in which something happened since. */
  readonly since?: number
  /** Open ones only. */
  readonly open?: boolean
  readonly limit: number
}

/** Replaces what is stored of these. Within a transaction of the caller. */
export class IncidentWriter {
  readonly #replace: StatementSync

  constructor(db: DatabaseSync) {
    this.#replace = db.prepare(
      'INSERT OR REPLACE INTO incidents (id, last_us, level, status, head, body) VALUES (?, ?, ?, ?, ?, ?)',
    )
  }

  write(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      const { id, last, level, status } = incident
      this.#replace.run(
        id,
        microsecondsOf(last) || 0,
        incidentLevels.indexOf(level),
        status,
        JSON.stringify(headOf(incident)),
        compress(Buffer.from(JSON.stringify(incident))),
      )
    }
  }
}

function headOf(incident: Incident): IncidentHead {
  const { id, title, level, score, status, first, last, steps, accounts, addresses, techniques } = incident
  return {
    id,
    title,
    level,
    score,
    status,
    first,
    last,
    steps: steps.length + incident.omitted.steps,
    detections: steps.reduce((sum, { detections }) => sum + detections.length, 0),
    accounts,
    addresses,
    techniques,
  }
}

/** The newest first. */
export function incidentHeads(db: DatabaseSync, query: IncidentQuery): IncidentHead[] {
  const rows = db
    .prepare(
      `SELECT head FROM incidents WHERE level >= ? AND last_us >= ? AND status <> 'merged' AND (? = 0 OR status = 'open')
       ORDER BY last_us DESC, id DESC LIMIT ?`,
    )
    .all(
      query.least === undefined ? 0 : incidentLevels.indexOf(query.least),
      query.since ?? Number.MIN_SAFE_INTEGER,
      query.open === true ? 1 : 0,
      Math.max(1, Math.trunc(query.limit)),
    )
  return rows.map(({ head }) => JSON.parse(String(head)) as IncidentHead)
}

/** Undefined when there is none. A damaged one throws. */
export function readIncident(db: DatabaseSync, id: number): Incident | undefined {
  const body = db.prepare('SELECT body FROM incidents WHERE id = ?').get(id)?.['body']
  if (!(body instanceof Uint8Array)) return undefined
  return JSON.parse(decompress(body, maxBodyBytes).toString()) as Incident
}

/** Closed ones that may be opened again, or be gone on with by another. */
const closedInMemory = 100

/** Ids of those that may still grow and of the newest closed ones, oldest first. */
export function livingIncidents(db: DatabaseSync): number[] {
  return db
    .prepare(
      `SELECT id FROM incidents WHERE status = 'open' OR id IN (
         SELECT id FROM incidents WHERE status = 'closed' ORDER BY last_us DESC, id DESC LIMIT ${closedInMemory})
       ORDER BY id`,
    )
    .all()
    .map(({ id }) => Number(id))
}

/** The highest id that was ever given; 0 when none was. */
export function lastIncident(db: DatabaseSync): number {
  return Number(db.prepare('SELECT max(id) AS last FROM incidents').get()?.['last'] ?? 0)
}

const kept = 10_000

/** Forgets those that are over and older than `beforeUs`, and the oldest beyond ten thousand. The last one stays: its number counts. */
export function forgetIncidents(db: DatabaseSync, beforeUs: number): void {
  db.prepare(
    `DELETE FROM incidents WHERE id < (SELECT max(id) FROM incidents) AND ((status <> 'open' AND last_us < ?)
       OR id IN (SELECT id FROM incidents ORDER BY status = 'open' DESC, last_us DESC LIMIT -1 OFFSET ${kept}))`,
  ).run(beforeUs)
}
