// Questions about events: to the running daemon, or, when none runs, to its store on the disk.

import { AppError } from '../../base/app-error.ts'
import type { Event } from '../../model/index.ts'
import type { AskValues } from './options.ts'

/** A page of events, in the order that was asked for. */
export interface EventPage {
  readonly events: readonly Event[]
  /** Where the search stands: `after` of the next page. */
  readonly last: number
  /** There may be more behind `last`. */
  readonly more: boolean
}

export interface EventRequest {
  readonly where?: string | undefined
  /** As people write times. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  /** Go on behind this one: `last` of the page before. */
  readonly after?: number
  /** Waits so long for the first event, when there is none. */
  readonly waitMs?: number
}

export interface HostLink {
  /** False when the answers come from the disk: nothing new will come. */
  readonly isLive: boolean
  events(request: EventRequest): Promise<EventPage>
  /** Processes as they were; `at` as people write times, empty for now. */
  processes(at: string): Promise<readonly Event[]>
}

/** Throws AppError when no daemon answers and there is no store either. */
export async function openHost(given: AskValues): Promise<HostLink> {
  const { loadConfig } = await import('../../config/index.ts')
  const { ask, openOffline } = await import('../../daemon/index.ts')
  const { config } = await loadConfig({ file: given.config })
  const socket = given.socket ?? config.daemon.socket
  try {
    await ask(socket, { command: 'ping' })
  } catch (thrown) {
    const isGone = thrown instanceof AppError && thrown.code === 'not-running'
    const offline = isGone && given.socket === undefined ? openOffline(config) : undefined
    if (offline === undefined) throw thrown
    return { isLive: false, ...offline }
  }
  return {
    isLive: true,
    events: (request) =>
      ask(socket, { command: 'events', ...request }, 60_000 + (request.waitMs ?? 0)) as Promise<EventPage>,
    processes: (at) => ask(socket, { command: 'processes', at }, 60_000) as Promise<readonly Event[]>,
  }
}

/** The newest `limit` events that fit, oldest first, in pages that fit through the socket. */
export async function newestEvents(host: HostLink, request: Omit<EventRequest, 'order'>): Promise<Event[]> {
  const pageSize = 2000
  const pages: (readonly Event[])[] = []
  let left = request.limit
  let after: number | undefined
  while (left > 0) {
    const page = await host.events({
      ...request,
      order: 'newest',
      limit: Math.min(left, pageSize),
      ...(after === undefined ? {} : { after }),
    })
    pages.push(page.events)
    left -= page.events.length
    after = page.last
    if (!page.more) break
  }
  return pages.flat().toReversed()
}
