// What became of each response: the lines of the audit log, one response each.

import type { ResponseAction } from '../../model/index.ts'
import { readProcessStat } from '../../platform/linux/process-stat.ts'
import type { ResponsePhase, ResponseRecord } from './record.ts'

export type ResponseState =
  | Exclude<ResponsePhase, 'begun' | 'undo-begun' | 'restored'>
  /** Some process is at it. */
  | 'running'
  /** It was begun, and who began it has gone without a result: perhaps it was done, perhaps not, perhaps half of it. */
  | 'interrupted'
  /** It ended by itself. */
  | 'expired'

export interface ResponseSummary {
  readonly state: ResponseState
  /** How it began. */
  readonly first: ResponseRecord
  /** The last line about it. */
  readonly last: ResponseRecord
}

/** The host has these once for each target: who undoes one, undoes every earlier one. */
const ofKernel: ReadonlySet<ResponseAction> = new Set(['block-address', 'isolate-host'])

/** In the order in which they began. */
export function summarize(records: readonly ResponseRecord[], now: Date, boot: string): ResponseSummary[] {
  const byId = new Map<string, ResponseRecord[]>()
  for (const record of records) {
    const others = byId.get(record.id)
    if (others === undefined) byId.set(record.id, [record])
    else others.push(record)
  }
  const undone = new Map<string, string>()
  for (const { action, target, phase, time } of records) {
    if (phase === 'undone' && ofKernel.has(action)) undone.set(`${action} ${target}`, time)
  }
  return [...byId.values()].flatMap((group) => {
    const [first] = group
    const last = group.at(-1)
    if (first === undefined || last === undefined) return []
    const isOver = (undone.get(`${last.action} ${last.target}`) ?? '') > last.time
    const state =
      isOver && (last.phase === 'done' || last.phase === 'restored') ? 'undone' : stateOf(last, now, boot)
    return [{ state, first, last }]
  })
}

/** Whether it stands, as far as the log knows: then it can be undone. */
export function isStanding(state: ResponseState): boolean {
  return state === 'done' || state === 'failed' || state === 'interrupted' || state === 'undo-failed'
}

function stateOf({ phase, expires, process: by }: ResponseRecord, now: Date, boot: string): ResponseState {
  if (phase === 'begun' || phase === 'undo-begun') {
    const isAlive = by.boot === boot && readProcessStat(by.pid)?.startTicks === by.startTicks
    return isAlive ? 'running' : 'interrupted'
  }
  const isOver = expires !== undefined && Date.parse(expires) <= now.getTime()
  if (phase === 'done' || phase === 'restored') return isOver ? 'expired' : 'done'
  return phase
}
