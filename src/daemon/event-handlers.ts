// What may be asked about events over the control socket. Requests come from root, but from another version perhaps:
// every field is checked.

import { AppError } from '../base/app-error.ts'
import type { Event } from '../model/index.ts'
import type { EventQuery, QueryResult } from '../store/index.ts'
import { parseTime } from '../base/parse-time.ts'
import type { Handlers } from './control-socket.ts'
import type { Pipeline } from './pipeline/pipeline.ts'

const maxLimit = 10_000
const maxWaitMs = 30_000

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
