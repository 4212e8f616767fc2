// Plans and records of responses as lines for programs.

import type { ResponseLine, ResponsePlanLine } from '../../model/response-lines.ts'
import type { Prepared, ResponseRecord } from '../../response/index.ts'

export function planLine({ plan }: Prepared): ResponsePlanLine {
  const { action, target, steps, warnings, isReversible } = plan
  return { type: 'response-plan', version: 1, action, target, steps, warnings, reversible: isReversible }
}

/** `first`: the record with which it began, where `last` is a later one. */
export function responseLine(last: ResponseRecord, state: string, first = last): ResponseLine {
  const { id, action, target, steps, warnings, isReversible, expires, results, problem } = last
  const { kind, uid, loginUid, incident } = first.by
  return {
    type: 'response',
    version: 1,
    id,
    state,
    time: first.time,
    action,
    target,
    steps,
    warnings,
    reversible: isReversible,
    by: kind,
    uid: loginUid ?? uid,
    ...(incident === undefined ? {} : { incident }),
    why: first.why,
    ...(expires === undefined ? {} : { expires }),
    ...(results === undefined ? {} : { results }),
    ...(problem === undefined ? {} : { problem }),
  }
}
