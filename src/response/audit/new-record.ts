// Lines of the audit log as they are made: who, when, and what is to be done.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { readProcessStat } from '../../platform/linux/process-stat.ts'
import type { Plan } from '../action.ts'
import { loginUid } from '../ancestors.ts'
import type { ResponseRequest } from '../request.ts'
import type { ResponsePhase, ResponseRecord } from './record.ts'

export interface Recorded {
  readonly plan: Plan
  readonly request: ResponseRequest
  readonly id: string
}

export function recordOf({ plan, request, id }: Recorded, phase: ResponsePhase): ResponseRecord {
  return {
    version: 1,
    id,
    time: timeNow(),
    phase,
    action: plan.action,
    target: plan.target,
    by: byOf(request),
    why: request.why,
    steps: [...plan.steps],
    warnings: [...plan.warnings],
    isReversible: plan.isReversible,
    ...(plan.expires === undefined ? {} : { expires: plan.expires }),
    data: plan.data,
    process: ownProcess(),
  }
}

export function refusedRecord(request: ResponseRequest, problem: string): ResponseRecord {
  const { action, target } = request
  const plan: Plan = {
    action,
    target,
    steps: [],
    warnings: [],
    isReversible: false,
    touches: {},
    data: {},
  }
  return { ...recordOf({ plan, request, id: newId() }, 'refused'), problem }
}

/** Sorts by time. */
export function newId(): string {
  return `${timeNow().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`
}

export function byOf({ by, incident }: Pick<ResponseRequest, 'by' | 'incident'>): ResponseRecord['by'] {
  const login = loginUid()
  return {
    kind: by,
    uid: process.getuid?.() ?? 0,
    ...(login === undefined ? {} : { loginUid: login }),
    ...(incident === undefined ? {} : { incident }),
  }
}

export function ownProcess(): ResponseRecord['process'] {
  return {
    pid: process.pid,
    startTicks: readProcessStat(process.pid)?.startTicks ?? 0,
    boot: bootId(),
  }
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
}

export function timeNow(): string {
  return new Date().toISOString()
}
