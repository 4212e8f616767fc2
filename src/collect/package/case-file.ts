// The case file: who collected what from which host with which program, how long each step took, what could not be had and why.

import type { Profile } from '../step.ts'
import type { StepReport } from './run-steps.ts'

/** What the command knows. Nothing secret stands in it: `command` must come without passwords and keys. */
export interface CaseFacts {
  readonly caseId: string
  readonly examiner: string
  readonly notes: string
  readonly tool: {
    readonly name: string
    readonly version: string
    /** Of its own files, see `toolDigest`. */
    readonly sha256: string
  }
  readonly command: readonly string[]
  /** E.g. `hostname`, `machineId`, `bootId`, `kernel`, `system`. */
  readonly host: Readonly<Record<string, string>>
  /** Of the host that collects: name of the time zone, and offset of its clock if somebody measured it. */
  readonly clock: { readonly timeZone: string; readonly offsetMs?: number }
}

export interface PackageLimits {
  /** Of content in the package. */
  readonly maxBytes: number
  /** A file with more data is left out. */
  readonly maxFileBytes: number
  /** For all steps together. */
  readonly maxMs: number
  /** A file that takes longer to read ends with zeros. */
  readonly maxFileMs: number
}

export interface CaseNote {
  readonly step: string
  readonly time: string
  readonly text: string
}

export interface CaseFile extends CaseFacts {
  readonly format: 'haechi-case/1'
  readonly profile: Profile
  readonly root: string
  readonly limits: PackageLimits
  readonly started: string
  readonly ended: string
  readonly ms: number
  readonly steps: readonly StepReport[]
  readonly counts: CaseCounts
  readonly log: readonly CaseNote[]
  /** Lines of the log beyond the first 10,000. */
  readonly droppedLog: number
}

export interface CaseCounts {
  /** Lines of the manifest. */
  readonly items: number
  readonly files: number
  /** Of content that is in the package. */
  readonly bytes: number
  /** Items without their content, by reason. */
  readonly left: Readonly<Record<string, number>>
  /** Items that were not read without fault. */
  readonly withProblems: number
}

const mostNotes = 10_000
const mostReasons = 100

/** Collects what the case file tells. */
export class CaseLog {
  readonly #notes: CaseNote[] = []
  readonly #left = new Map<string, number>()
  readonly steps: StepReport[] = []
  #dropped = 0
  files = 0
  bytes = 0
  withProblems = 0

  note(step: string, text: string): void {
    if (this.#notes.length >= mostNotes) this.#dropped += 1
    else this.#notes.push({ step, time: new Date().toISOString(), text: text.slice(0, 2000) })
  }

  leftOut(reason: string): void {
    if (this.#left.has(reason) || this.#left.size < mostReasons)
      this.#left.set(reason, (this.#left.get(reason) ?? 0) + 1)
  }

  get notes(): { readonly notes: readonly CaseNote[]; readonly dropped: number } {
    return { notes: this.#notes, dropped: this.#dropped }
  }

  counts(items: number): CaseCounts {
    return {
      items,
      files: this.files,
      bytes: this.bytes,
      left: Object.fromEntries(this.#left),
      withProblems: this.withProblems,
    }
  }
}
