// Every response goes through here: planned, written down, done, written down again. Used by the daemon (by policy) and by the
// command line (by hand), with or without a daemon.

import { AppError, messageOf } from '../base/app-error.ts'
import type { ActionContext, Done, ResponseSettings, StepResult } from './action.ts'
import { actions } from './actions.ts'
import { appendAudit, readAudit } from './audit/audit-log.ts'
import {
  bootId,
  byOf,
  newId,
  ownProcess,
  type Recorded,
  recordOf,
  refusedRecord,
  timeNow,
} from './audit/new-record.ts'
import type { ResponseRecord } from './audit/record.ts'
import { isStanding, type ResponseSummary, summarize } from './audit/states.ts'
import { type PolicyText, readPolicy } from './policy.ts'
import { PolicyRunner } from './policy-runner.ts'
import type { Prepared, ResponseRequest, Responses } from './request.ts'

export interface ResponsesOptions {
  /** Of responses.jsonl. */
  readonly directory: string
  readonly settings: ResponseSettings
  readonly policy: PolicyText
  /** Called with every line that says what came of something, when it is on the disk. Must not throw. */
  readonly onRecord: (record: ResponseRecord) => void
}

/** Throws AppError for a policy that cannot be. */
export function createResponses(options: ResponsesOptions): Responses {
  const { directory, settings, onRecord } = options
  const policy = readPolicy(options.policy)

  function write(record: ResponseRecord): ResponseRecord {
    appendAudit(directory, record)
    if (record.phase !== 'begun' && record.phase !== 'undo-begun') onRecord(record)
    return record
  }

  function list(): ReturnType<Responses['list']> {
    const { records, damaged } = readAudit(directory)
    return { responses: summarize(records, new Date(), bootId()), damaged }
  }

  async function undo(
    id: string,
    { why, force = false }: Parameters<Responses['undo']>[1],
  ): Promise<ResponseRecord> {
    const { first, last, state } = resolve(list().responses, id)
    const action = actions[last.action]
    if (!last.isReversible) throw new AppError('unsupported', `${last.action} cannot be undone`)
    if (!isStanding(state) && state !== 'expired')
      throw new AppError('unsupported', `${last.id} cannot be undone: it is ${state}`)
    const { results: _, problem: __, ...kept } = last
    const base: ResponseRecord = { ...kept, by: byOf({ by: 'hand' }), why, process: ownProcess() }
    write({ ...base, time: timeNow(), phase: 'undo-begun' })
    const context = { ...contextOf({ force }, settings), id: last.id }
    const outcome = await attempt(() => action.undo(doneOf(first, last), context))
    return write({ ...base, time: timeNow(), phase: outcome.ok ? 'undone' : 'undo-failed', ...outcome.rest })
  }

  const responses: Responses = {
    async prepare(request) {
      const context = contextOf(request, settings)
      return { plan: await actions[request.action].plan(request.target, context), request, context }
    },
    tell(prepared, problem) {
      return write({
        ...recordOf(recorded(prepared), 'planned'),
        ...(problem === undefined ? {} : { problem }),
      })
    },
    async apply(prepared) {
      const { plan, context } = prepared
      const begun = write(recordOf(recorded(prepared), 'begun'))
      let { data } = plan
      const outcome = await attempt(async () => {
        const applied = await actions[plan.action].apply(plan, context)
        data = applied.data
        return applied.results
      })
      const phase = outcome.ok ? 'done' : 'failed'
      return write({ ...begun, time: timeNow(), phase, data, ...outcome.rest })
    },
    undo,
    list,
    async restore() {
      const restored: ResponseRecord[] = []
      // The newest first: where there are several for one target, it is the one that holds.
      for (const { first, last, state } of list().responses.toReversed()) {
        const { afterBoot } = actions[last.action]
        if (afterBoot === undefined || state !== 'done') continue
        const done = doneOf(first, last)
        if (await afterBoot.holds(done)) continue
        const context = { ...contextOf({}, settings), id: last.id }
        const outcome = await attempt(() => afterBoot.putBack(done, context))
        const { results: _, problem: __, ...kept } = last
        const phase = outcome.ok ? 'restored' : 'failed'
        restored.push(write({ ...kept, time: timeNow(), phase, process: ownProcess(), ...outcome.rest }))
      }
      return restored
    },
    onIncident: (incident) => runner.take(incident),
  }
  const runner = new PolicyRunner(policy, {
    responses,
    records: () => readAudit(directory).records,
    refuse: (request, problem) => {
      write(refusedRecord(request, problem))
    },
  })
  return responses
}

function recorded({ plan, request, context }: Prepared): Recorded {
  return { plan, request, id: context.id }
}

/** Throws AppError when no id, or more than one, begins so. */
function resolve(all: readonly ResponseSummary[], id: string): ResponseSummary {
  const exact = all.find(({ last }) => last.id === id)
  if (exact !== undefined) return exact
  const matching = all.filter(
    ({ last }) => id.length >= 4 && (last.id.startsWith(id) || last.id.endsWith(id)),
  )
  const [only, second] = matching
  if (only !== undefined && second === undefined) return only
  throw new AppError(
    'not-found',
    `${matching.length === 0 ? 'no response' : 'more than one response'} is called ${id}`,
    { hint: 'haechi respond list shows the ids' },
  )
}

interface Outcome {
  readonly ok: boolean
  readonly rest: Pick<ResponseRecord, 'results' | 'problem'>
}

async function attempt(act: () => Promise<readonly StepResult[]>): Promise<Outcome> {
  try {
    const results = [...(await act())]
    const failed = results.find(({ ok }) => !ok)
    if (failed === undefined) return { ok: true, rest: { results } }
    return { ok: false, rest: { results, problem: failed.text } }
  } catch (thrown) {
    return { ok: false, rest: { problem: messageOf(thrown) } }
  }
}

function contextOf(request: Partial<ResponseRequest>, settings: ResponseSettings): ActionContext {
  const { forMs, incident } = request
  return {
    settings,
    id: newId(),
    force: request.force ?? false,
    endSessions: request.endSessions ?? false,
    keys: request.keys ?? false,
    reason: incident === undefined ? 'chosen by hand' : `incident ${incident}`,
    ...(forMs === undefined ? {} : { forMs }),
  }
}

function doneOf({ time }: ResponseRecord, { target, data, expires }: ResponseRecord): Done {
  return { target, data, time, ...(expires === undefined ? {} : { expires }) }
}
