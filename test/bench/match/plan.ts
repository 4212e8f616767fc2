// How much is measured. Rounds are short, so that both sides of a ratio are measured within seconds of each other.

import type { CleanUp } from '../clean-up.ts'
import type { Exec } from '../exec.ts'

/** On a busy machine a process's own time says more than the time on the wall. */
export type Clock = 'wall' | 'processor'

export interface Plan {
  readonly rounds: number
  /** Rounds in which the opponents that take long are measured too. */
  readonly slowRounds: number
  /** Whether YARA-X is measured with several instances: each compiles the rules for itself. */
  readonly manyYaraX: boolean
  readonly limitMs: number
  /** No round begins after this time. */
  readonly lastRoundMs: number
  readonly rules: number
  /** Bytes taken of each large file. */
  readonly largeBytes: number
  readonly smallFiles: number
  /** Different binaries of 1 MB in each round. */
  readonly binaries: number
  readonly hashSignatures: number
  readonly bodySignatures: number
}

export const fullPlan: Plan = {
  rounds: 6,
  slowRounds: 2,
  manyYaraX: true,
  limitMs: 600_000,
  lastRoundMs: 470_000,
  rules: 6900,
  largeBytes: 64 * 1024 ** 2,
  smallFiles: 1500,
  binaries: 50,
  hashSignatures: 1_000_000,
  bodySignatures: 50_000,
}

export const quickPlan: Plan = {
  ...fullPlan,
  rounds: 2,
  slowRounds: 1,
  manyYaraX: false,
  limitMs: 150_000,
  lastRoundMs: 60_000,
  largeBytes: 16 * 1024 ** 2,
  smallFiles: 500,
  binaries: 20,
}

/** What every part of the run works with. */
export interface Bench {
  readonly plan: Plan
  readonly clock: Clock
  readonly cleanUp: CleanUp
  readonly exec: Exec
  /** A folder of this run's own. */
  readonly aside: string
  readonly progress: (text: string) => void
  /** Printed below the figures. */
  readonly remarks: string[]
}
