// The counters of a run, and the exit code that follows from them.

import type { Verdict } from '../../model/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'

export interface Tally {
  clean: number
  found: number
  partial: number
  failed: number
  skipped: number
  excluded: number
  bytes: number
  /** Files that should have been moved or deleted and were not. */
  notResponded: number
}

export function emptyTally(): Tally {
  return { clean: 0, found: 0, partial: 0, failed: 0, skipped: 0, excluded: 0, bytes: 0, notResponded: 0 }
}

export function countVerdict(tally: Tally, verdict: Verdict): void {
  tally[verdict.status]++
  tally.bytes += verdict.size
}

export function filesOf(tally: Tally): number {
  return tally.clean + tally.found + tally.partial + tally.failed
}

/** The worst thing that happened decides; what was found comes before what went wrong. */
export function exitCodeOf(tally: Tally): ExitCode {
  if (tally.found > 0) return exitCodes.found
  if (tally.failed > 0 || tally.notResponded > 0) return exitCodes.error
  return tally.partial > 0 ? exitCodes.partial : exitCodes.clean
}
