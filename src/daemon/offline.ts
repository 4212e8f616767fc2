// Questions about events when no daemon runs: the same answers, from the store on the disk.

import { existsSync } from 'node:fs'

import type { Config } from '../config/index.ts'
import type { Event } from '../model/index.ts'
import { openReader, type QueryResult } from '../store/index.ts'
import { queryOf, timeOf } from './event-handlers.ts'

export interface OfflineHost {
  events(request: object): Promise<QueryResult>
  processes(at: string): Promise<readonly Event[]>
}

/** Undefined when there is no store. Throws AppError when it may not be read. */
export function openOffline({ store }: Config): OfflineHost | undefined {
  const folder = `${store.directory}/events`
  if (!existsSync(folder)) return undefined
  const reader = openReader(folder)
  return {
    events: (request) => Promise.resolve(reader.query(queryOf({ ...request }))),
    processes: (at) => Promise.resolve(reader.processesAt(timeOf({ at }, 'at') ?? Date.now() * 1000)),
  }
}
