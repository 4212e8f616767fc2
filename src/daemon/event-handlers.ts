// What may be asked about events over the control socket. Requests come from root, but from another version perhaps:
// every field is checked.

import { AppError } from '../base/app-error.ts'
import { type Event, type Incident, incidentLevels } from '../model/index.ts'
import type { EventQuery, IncidentQuery, QueryResult } from '../store/index.ts'
import { parseTime } from '../base/parse-time.ts'
import type { Handlers } from './control-socket.ts'
import type { IncidentChangeRequest } from './detection/messages.ts'
import type { IncidentList, OneIncident } from './pipeline/messages.ts'
import type { Pipeline } from './pipeline/pipeline.ts'

const maxLimit = 10_000
const maxWaitMs = 30_000
const changes = ['close', 'reopen', 'merge', 'split'] as const

type Request = Readonly<Record<string, unknown>>

export function eventHandlers(pipeline: Pipeline): Handlers {
  return {
    events: (request) =>
      pipeline.ask<QueryResult>({
        kind: 'query',
        query: queryOf(request),
        waitMs: numberOf(request, 'waitMs', maxWaitMs) ?? 0,
      }),
    processes: (request) =>
      pipeline.ask<readonly Event[]>({
        kind: 'processes',
        timeUs: timeOf(request, 'at') ?? Date.now() * 1000,
      }),
    incidents: (request) =>
      pipeline.ask<IncidentList>({ kind: 'incidents', query: incidentQueryOf(request) }),
    incident: async (request) => {
      const id = numberOf(request, 'id') ?? 0
      return foundIncident(id, await pipeline.ask<OneIncident>({ kind: 'incident', id }))
    },
    'incident-change': (request) =>
      pipeline.askRules<Incident>({ kind: 'change', change: changeOf(request) }),
  }
}

/** Throws AppError when there is none. */
export function foundIncident(id: number, { incident }: OneIncident): Incident {
  if (incident !== undefined) return incident
  throw new AppError('not-found', `there is no incident ${id}`, { hint: 'haechi incidents lists them' })
}

/** Also for questions to a store without a daemon. */
export function incidentQueryOf(request: Request): IncidentQuery {
  const since = timeOf(request, 'since')
  const level = textOf(request, 'level')
  const least = incidentLevels.find((one) => one === level)
  if (level !== undefined && least === undefined) {
    throw new AppError('usage', `${level} is no level`, { hint: incidentLevels.join(', ') })
  }
  return {
    limit: numberOf(request, 'limit', maxLimit) ?? 100,
    open: request['all'] !== true,
    ...(since === undefined ? {} : { since }),
    ...(least === undefined ? {} : { least }),
  }
}

function changeOf(request: Request): IncidentChangeRequest {
  const change = changes.find((one) => one === request['change'])
  if (change === undefined) throw new AppError('usage', `change is one of ${changes.join(', ')}`)
  const other = numberOf(request, 'other')
  const from = textOf(request, 'from')
  const to = textOf(request, 'to')
  return {
    change,
    id: numberOf(request, 'id') ?? 0,
    why: textOf(request, 'why') ?? '',
    ...(other === undefined ? {} : { other }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

/** Also for questions to a store without a daemon. */
export function queryOf(request: Request): EventQuery {
  const where = textOf(request, 'where')
  const since = timeOf(request, 'since')
  const until = timeOf(request, 'until')
  const after = numberOf(request, 'after')
  return {
    limit: numberOf(request, 'limit', maxLimit) ?? 100,
    order: textOf(request, 'order') === 'oldest' ? 'oldest' : 'newest',
    ...(where === undefined ? {} : { where }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(after === undefined ? {} : { after }),
  }
}

/** Microseconds since 1970; undefined when none is given. */
export function timeOf(request: Request, name: string): number | undefined {
  const text = textOf(request, name)
  if (text === undefined || text === '') return undefined
  const time = parseTime(text, Date.now())
  if (time !== undefined) return time
  throw new AppError('usage', `${name}: ${text} is no time`, {
    hint: 'for example 10m, 2h, 3d, today, yesterday, 14:30, "2026-11-22 10:00"',
  })
}

function textOf(request: Request, name: string): string | undefined {
  const { [name]: value } = request
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new AppError('usage', `${name} is not a text`)
  return value
}

function numberOf(request: Request, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const { [name]: value } = request
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= 0 && value <= most)) {
    throw new AppError('usage', `${name} is not a number from 0 to ${most}`)
  }
  return value
}
