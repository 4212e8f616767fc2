// Runs compiled programs over bytes in time linear in bytes × program size, whatever the pattern and the bytes are. One
// machine for each thread: its memory is reused by all runs and grows to what the largest program needs.

import { flag, header } from './program-format.ts'
import { OrderedRunner, until } from './ordered-runner.ts'
import type { EndsRun, Run } from './run.ts'
import { SetRunner, wanted } from './set-runner.ts'
import { StepMeter } from './step-meter.ts'

export class Machine {
  readonly #meter = new StepMeter()
  readonly #sets = new SetRunner(this.#meter)
  readonly #ordered = new OrderedRunner(this.#meter)

  /** Work done since the caller set it to 0: instructions visited, of the order of nanoseconds each. */
  get steps(): number {
    return this.#meter.steps
  }

  set steps(value: number) {
    this.#meter.steps = value
  }

  /** Called about every million steps, also inside a long run; what it throws ends that run. */
  set check(check: (() => void) | undefined) {
    this.#meter.check = check
  }

  /** The nearest or farthest end of a match that begins exactly at `run.at`, −1 for none. Forward programs. */
  ends(run: EndsRun): number {
    return this.#sets.run(run, run.longest ? wanted.farthest : wanted.nearest)
  }

  /** Reports every start of a match that ends exactly at `run.at`, falling. Backward programs. */
  starts(run: Run, report: (start: number) => void): void {
    this.#sets.run(run, wanted.all, report)
  }

  /** The first start of a match in the `run.limit` bytes from `run.at`, −1 for none. Forward programs. */
  search(run: Run): number {
    return this.#ordered.run(run, { until: until.first, later: false })
  }

  /** Whether there is any match in the `run.limit` bytes from `run.at`. Forward programs. */
  has(run: Run): boolean {
    return this.#ordered.run(run, { until: until.any, later: false }) >= 0
  }

  /**
   * Reports every start of a match within the `run.limit` bytes before `run.at`, falling, with its farthest or nearest
   * end. Backward programs: one pass, whatever the lengths of the matches.
   */
  findAll(run: EndsRun, report: (start: number, end: number) => void): void {
    if ((run.code[run.base + header.flags]! & flag.backward) === 0) {
      throw new TypeError('findAll needs a backward program')
    }
    this.#ordered.run(run, { until: until.end, later: !run.longest, report })
  }
}
