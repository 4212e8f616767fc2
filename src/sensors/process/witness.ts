// A second source that only counts program starts: the kernel's proc connector, which shares nothing with BPF. When the
// two disagree for longer than events can be under way, somebody blinds one of them, or something is lost untold.

import type { Event } from '../../model/index.ts'
import { openExecWitness } from '../../platform/linux/proc-connector.ts'
import { bootNow, isoOf } from './moment.ts'

/** As often as the tier accounts for its losses. */
const defaultEveryMs = 1000
/** Looks in a row with a difference. */
const lastingLooks = 4

/** Program starts so far, as the tier has them: handed on and lost ones. */
export type CountExecs = () => number

export class Witness {
  readonly #count: CountExecs
  readonly #onMismatch: (event: Event) => void
  readonly #source = openExecWitness()
  readonly #everyMs: number
  #dueAt: number
  /** Both counts from here on are compared. */
  #base = 0
  #seen = 0
  #differing = 0
  #mismatches = 0

  /** Throws AppError where there is no proc connector. */
  constructor(count: CountExecs, onMismatch: (event: Event) => void, everyMs = defaultEveryMs) {
    this.#everyMs = everyMs
    this.#dueAt = performance.now() + everyMs
    this.#count = count
    this.#onMismatch = onMismatch
    this.#source.take()
    this.#base = count()
  }

  /** Differences that were told. */
  get mismatches(): number {
    return this.#mismatches
  }

  tick(): void {
    const now = performance.now()
    if (now < this.#dueAt) return
    this.#dueAt = now + this.#everyMs
    // What happens between the two readings is in one count and not in the other: the right one lies between.
    const before = this.#count() - this.#base
    const { execs, overruns } = this.#source.take()
    const after = this.#count() - this.#base
    this.#seen += execs
    if (overruns > 0) {
      // It does not know itself how many it has missed.
      this.#agree(after)
      return
    }
    if (this.#seen >= before && this.#seen <= after) {
      this.#differing = 0
      return
    }
    this.#differing += 1
    if (this.#differing < lastingLooks) return
    this.#mismatches += 1
    this.#onMismatch(mismatch(after, this.#seen))
    this.#agree(after)
  }

  close(): void {
    this.#source.close()
  }

  #agree(count: number): void {
    this.#base += count
    this.#seen = 0
    this.#differing = 0
  }
}

function mismatch(execs: number, witnessed: number): Event {
  return {
    '@timestamp': isoOf(bootNow()),
    event: {
      kind: 'alert',
      category: ['host'],
      type: ['error'],
      action: 'sensor.mismatch',
      dataset: 'hx.health',
      provider: 'proc-connector',
      severity: 73,
    },
    message: `the process sensor counted ${execs} program starts, its witness ${witnessed}`,
    hx: { mismatch: { sensor: 'process', counted: execs, witnessed } },
  }
}
