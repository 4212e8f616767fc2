// Questions about events when no daemon runs: the same answers, from the store on the disk. A daemon has the store in a thread
// of its own, so it is loaded only when it is asked.

import { existsSync } from 'node:fs'

import type { Config } from '../config/index.ts'
import type { Event, Incident } from '../model/index.ts'
import type { EventReader, QueryResult } from '../store/index.ts'
import { foundIncident, incidentQueryOf, queryOf, timeOf } from './event-handlers.ts'
import type { IncidentList } from './pipeline/messages.ts'

export interface OfflineHost {
  events(request: object): Promise<QueryResult>
  processes(at: string): Promise<readonly Event[]>
  incidents(request: object): Promise<IncidentList>
  incident(id: number): Promise<Incident>
}

/** Undefined when there is no store. The questions reject with AppError when it may not be read. */
export function openOffline({ store }: Config): OfflineHost | undefined {
  const folder = `${store.directory}/events`
  if (!existsSync(folder)) return undefined
  let opened: EventReader | undefined
  const reader = async (): Promise<EventReader> => {
    opened ??= (await import('../store/index.ts')).openReader(folder)
    return opened
  }
  return {
    events: async (request) => (await reader()).query(queryOf({ ...request })),
    incidents: async (request) => ({
      incidents: (await reader()).incidents(incidentQueryOf({ ...request })),
    }),
    incident: async (id) => foundIncident(id, { incident: (await reader()).incident(id) }),
    processes: async (at) => (await reader()).processesAt(timeOf({ at }, 'at') ?? Date.now() * 1000),
  }
}
