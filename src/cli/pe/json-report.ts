// The lines of haechi pe --json, as src/model/pe-lines.ts describes them.

import type { PeLine, PeSummaryLine } from '../../model/pe-lines.ts'
import type { Examined } from '../../analysis/programs/examine.ts'

export function peLine({ path, report, hashes, authentihash, trust, risk }: Examined): PeLine {
  return { type: 'pe', version: 1, path, hashes, authentihash, ...report, signature: trust, risk }
}

/** Counts of programs, by the verdict on their signature too. */
export interface PeSummary {
  programs: number
  /** Files and folders that could not be read. */
  failed: number
  valid: number
  invalid: number
  unsigned: number
  unknown: number
  high: number
  /** Those that do not match their signature. */
  broken: number
}

export function summaryLine(summary: PeSummary, ms: number): PeSummaryLine {
  return { type: 'pe-summary', version: 1, ...summary, ms }
}
