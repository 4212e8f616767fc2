// Counts the work of runs and lets the caller look at the clock during long ones.

/** Steps between two calls of `check`; some milliseconds. */
const stepsPerCheck = 1 << 20

export class StepMeter {
  /** Work since the caller set it to 0: instructions looked at, bytes included. */
  steps = 0
  /** Called now and then during long runs; what it throws ends the run. */
  check: (() => void) | undefined
  #unchecked = 0

  /** Called by runs at least once per 64 Ki steps. */
  add(steps: number): void {
    this.steps += steps
    this.#unchecked += steps
    if (this.#unchecked < stepsPerCheck) return
    this.#unchecked = 0
    this.check?.()
  }
}
