// How far the rules have come with the events, and what they remember: one row each, written in the same transaction as the
// detections and incidents that they made, so that after kill -9 none is missing and none is there twice.

import type { DatabaseSync } from 'node:sqlite'

import type { Incident } from '../model/index.ts'
import { compress, decompress } from './compression.ts'
import { newestSequence } from './query.ts'
import { lastIncident, livingIncidents, readIncident } from './incidents.ts'

const name = 'rules'
const maxMemoryBytes = 64 * 1024 * 1024

/** What the rules made of the events so far; stored with the events that they add, or not at all. */
export interface Progress {
  /** Sequence of the last event that they have seen. */
  readonly upTo: number
  /** Those that changed. */
  readonly incidents: readonly Incident[]
  /** What they remember; as before when absent. */
  readonly memory?: string
}

export interface StoredProgress {
  /** Undefined when they have never run. */
  readonly upTo: number | undefined
  /** Open ones and the newest closed ones, oldest first. */
  readonly incidents: readonly Incident[]
  readonly memory: string | undefined
  readonly lastIncident: number
  /** Sequence of the newest event. */
  readonly newest: number
}

/** Within a transaction of the caller. */
export function saveProgress(db: DatabaseSync, { upTo, memory }: Progress): void {
  db.prepare('INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)').run(name, upTo)
  if (memory === undefined) return
  db.prepare('INSERT OR REPLACE INTO memories (name, value) VALUES (?, ?)').run(
    name,
    compress(Buffer.from(memory)),
  )
}

/** What cannot be read any more is left out. */
export function storedProgress(db: DatabaseSync): StoredProgress {
  const upTo = db.prepare('SELECT value FROM counters WHERE name = ?').get(name)?.['value']
  return {
    upTo: upTo === undefined ? undefined : Number(upTo),
    incidents: livingIncidents(db).flatMap((id) => readable(() => readIncident(db, id)) ?? []),
    memory: readable(() => storedMemory(db)),
    lastIncident: lastIncident(db),
    newest: newestSequence(db),
  }
}

function storedMemory(db: DatabaseSync): string | undefined {
  const value = db.prepare('SELECT value FROM memories WHERE name = ?').get(name)?.['value']
  return value instanceof Uint8Array ? decompress(value, maxMemoryBytes).toString() : undefined
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
