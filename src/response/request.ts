// What is asked of the responses, by hand or by policy, and what they offer.

import type { Incident, ResponseAction } from '../model/index.ts'
import type { ActionContext, Plan } from './action.ts'
import type { ResponseRecord } from './audit/record.ts'
import type { ResponseSummary } from './audit/states.ts'

export interface ResponseRequest {
  readonly action: ResponseAction
  readonly target: string
  /** For those who read the log later. */
  readonly why: string
  readonly by: 'hand' | 'policy'
  readonly incident?: number
  readonly force?: boolean
  /** Absent: as configured. */
  readonly forMs?: number | 'forever'
  readonly endSessions?: boolean
  readonly keys?: boolean
}

/** A plan that can be carried out. */
export interface Prepared {
  readonly plan: Plan
  readonly request: ResponseRequest
  readonly context: ActionContext
}

export interface Responses {
  /** Changes nothing and writes nothing. Throws AppError when it is refused. */
  prepare(request: ResponseRequest): Promise<Prepared>
  /** Writes the plan down as a dry run; `problem` says why it is not done. Throws AppError. */
  tell(prepared: Prepared, problem?: string): ResponseRecord
  /** Throws AppError when it cannot be written down; what goes wrong afterwards stands in the record. */
  apply(prepared: Prepared): Promise<ResponseRecord>
  /** `id` may be shortened to what is unique. Throws AppError. */
  undo(id: string, options: { readonly why: string; readonly force?: boolean }): Promise<ResponseRecord>
  /** Oldest first, and how many lines of the log cannot be read. Throws AppError. */
  list(): { readonly responses: readonly ResponseSummary[]; readonly damaged: number }
  /** Puts back what the kernel has lost by a boot, and has not expired. Throws AppError. */
  restore(): Promise<readonly ResponseRecord[]>
  /** Does what the policy says about it; resolves when that is done. Never rejects. */
  onIncident(incident: Incident): Promise<void>
}
