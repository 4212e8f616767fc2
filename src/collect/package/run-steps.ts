// Steps one after the other, each with its time. One that does not end in time is cut off, one that throws is noted, and the
// next begins.

import { messageOf } from '../../base/app-error.ts'
import type { CollectItem, CollectStep, HostContext, Profile } from '../step.ts'
import { Deadline, untilDeadline } from './deadline.ts'
import { PackageFault } from './sink.ts'

export interface StepReport {
  readonly id: string
  readonly title: string
  readonly started: string
  readonly ms: number
  readonly maxMs: number
  readonly items: number
  /** Of content that is in the package. */
  readonly bytes: number
  readonly outcome: 'done' | 'cut-off' | 'failed' | 'not-run'
  readonly fault?: string
}

export interface RunOptions {
  readonly profile: Profile
  readonly root: string
  readonly host: HostContext
  readonly maxFileBytes: number
  readonly maxMs: number
  readonly signal?: AbortSignal
  note(step: string, text: string): void
  /** Takes an item into the package. Returns its bytes. */
  take(item: CollectItem, step: CollectStep, deadline: Deadline): Promise<number>
  /** The step is over; what was held of it is written. */
  ended(step: CollectStep): Promise<void>
  report(report: StepReport): void
}

/** A step that looks at its clock ends by itself within this time after its end. */
const graceMs = 500

/** Throws PackageFault only, when `take` does. */
export async function runSteps(steps: readonly CollectStep[], options: RunOptions): Promise<void> {
  const end = performance.now() + options.maxMs
  for (const step of steps) {
    if (!step.profiles.includes(options.profile)) continue
    const leftMs = Math.min(step.maxMs[options.profile], end - performance.now())
    if (leftMs <= 0 || options.signal?.aborted === true) {
      const fault =
        options.signal?.aborted === true
          ? 'the collection was stopped'
          : 'the time of the collection was over'
      options.report({ ...emptyReport(step, options.profile), outcome: 'not-run', fault })
    } else options.report(await runStep(step, leftMs, options))
  }
}

async function runStep(step: CollectStep, maxMs: number, options: RunOptions): Promise<StepReport> {
  const report = { ...emptyReport(step, options.profile), maxMs: Math.round(maxMs) }
  const start = performance.now()
  using deadline = new Deadline(maxMs + graceMs, options.signal)
  let items = 0
  let bytes = 0
  let result: Pick<StepReport, 'outcome' | 'fault'> = { outcome: 'done' }
  try {
    const found = untilDeadline(
      step.collect({
        profile: options.profile,
        root: options.root,
        maxFileBytes: options.maxFileBytes,
        ...options.host,
        note: (text) => options.note(step.id, text),
        leftMs: () => Math.max(0, deadline.leftMs() - graceMs),
      }),
      deadline,
    )
    for (let next = await found.next(); ; next = await found.next()) {
      if (next.done === true) {
        if (!next.value) result = { outcome: 'cut-off', fault: 'it did not end in its time' }
        break
      }
      bytes += await options.take(next.value, step, deadline)
      items += 1
    }
  } catch (thrown) {
    if (thrown instanceof PackageFault) throw thrown
    result = { outcome: 'failed', fault: messageOf(thrown) }
  }
  await options.ended(step)
  return { ...report, ms: Math.round(performance.now() - start), items, bytes, ...result }
}

function emptyReport(step: CollectStep, profile: Profile): Omit<StepReport, 'outcome'> {
  return {
    id: step.id,
    title: step.title,
    started: new Date().toISOString(),
    ms: 0,
    maxMs: step.maxMs[profile],
    items: 0,
    bytes: 0,
  }
}
