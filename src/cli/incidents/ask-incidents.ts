// Questions about incidents: to the running daemon, or, when none runs, to its store on the disk.

import { AppError } from '../../base/app-error.ts'
import type { Event, Incident, IncidentHead } from '../../model/index.ts'
import { openHost } from '../host/ask-host.ts'
import type { AskValues } from '../host/options.ts'
import type { SensorLoss } from './report.ts'

export interface ListRequest {
  /** Closed and merged ones too. */
  readonly all?: boolean
  /** This one and above. */
  readonly level?: string
  /** As people write times. */
  readonly since?: string
  readonly limit?: number
}

export interface ChangeRequest {
  readonly change: 'close' | 'reopen' | 'merge' | 'split'
  readonly id: number
  /** merge: the one that ends. */
  readonly other?: number
  /** split: ids of two nodes that are to be in different incidents. */
  readonly from?: string
  readonly to?: string
  readonly why?: string
}

export interface IncidentLink {
  /** False when the answers come from the disk: nothing changes. */
  readonly isLive: boolean
  list(request: ListRequest): Promise<readonly IncidentHead[]>
  show(id: number): Promise<Incident>
  /** What it has become. */
  change(request: ChangeRequest): Promise<Incident>
  /** Events that the sensors lost in its time. */
  losses(incident: Incident): Promise<readonly SensorLoss[]>
  /** Waits until an incident was told of, or `waitMs` are over; what it gives is for the next call. */
  news(after: number | undefined, waitMs: number): Promise<number>
}

const timeoutMs = 60_000
const mostLosses = 100

/** Throws AppError when no daemon answers and there is no store either. */
export async function openIncidents(given: AskValues): Promise<IncidentLink> {
  const { loadConfig } = await import('../../config/index.ts')
  const { ask, openOffline } = await import('../../daemon/index.ts')
  const { config } = await loadConfig({ file: given.config })
  const host = await openHost(given)
  const socket = given.socket ?? config.daemon.socket
  const offline = host.isLive ? undefined : openOffline(config)
  return {
    isLive: host.isLive,
    async list(request) {
      const answer = await (offline?.incidents({ ...request }) ??
        ask(socket, { command: 'incidents', ...request }, timeoutMs))
      return (answer as { readonly incidents: readonly IncidentHead[] }).incidents
    },
    async show(id) {
      return (await (offline?.incident(id) ??
        ask(socket, { command: 'incident', id }, timeoutMs))) as Incident
    },
    async change(request) {
      if (!host.isLive) {
        throw new AppError('not-running', 'no daemon runs, and only it changes incidents', {
          hint: 'start one with haechi up',
        })
      }
      return (await ask(socket, { command: 'incident-change', ...request }, timeoutMs)) as Incident
    },
    async losses({ first, last }) {
      const { events } = await host.events({
        where: 'action = sensor.loss',
        since: first,
        until: last,
        limit: mostLosses,
        order: 'oldest',
      })
      return events.flatMap(lossOf)
    },
    async news(after, waitMs) {
      const where = 'dataset = hx.incident'
      if (after === undefined) {
        const { events } = await host.events({ limit: 1, order: 'newest' })
        return events[0]?.event.sequence ?? 0
      }
      return (await host.events({ where, order: 'oldest', limit: 1000, after, waitMs })).last
    },
  }
}

function lossOf({ '@timestamp': time, hx }: Event): SensorLoss[] {
  return hx?.loss === undefined ? [] : [{ source: hx.loss.source, count: hx.loss.count, time }]
}
