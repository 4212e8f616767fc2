// What the engine says about one object. Schema version 1; zod schemas are in schema.ts.

/**
 * `clean`: everything was read and nothing found. `found`: at least one detection.
 * `partial`: nothing found, but something could not be read; never the same as clean.
 * `failed`: the object itself could not be read at all.
 */
export type VerdictStatus = 'clean' | 'found' | 'partial' | 'failed'

export interface Detection {
  /** The malware's name, e.g. `Eicar-Test-Signature`. */
  readonly name: string
  /** The detector's id, e.g. `eicar`, `hash`. */
  readonly detector: string
  /** From the scanned file's base name to the member, e.g. `invoice.zip`, `inner.tar.gz`, `eicar.com`. */
  readonly chain: readonly string[]
  /** Byte offset inside the member at which the detection starts. */
  readonly offset: number
  /** SHA-256 of the member, lower-case hexadecimal; empty when the budget ended before it was computed. */
  readonly sha256: string
  /** Only when it was concluded from traits and no signature names it. */
  readonly heuristic?: Heuristic
}

/** How a heuristic came to its finding. */
export interface Heuristic {
  /** How sure it is: 1–100. */
  readonly score: number
  /** One sentence each, for people; at least one. */
  readonly reasons: readonly string[]
  /** MITRE ATT&CK techniques, such as `T1505.003`. */
  readonly techniques: readonly string[]
}

/** Whether a detection is enough to act on: a signature always is, a heuristic from `score` on. */
export function isDecisive({ heuristic }: Detection, score: number): boolean {
  return heuristic === undefined || heuristic.score >= score
}

/** Whether anything was found that is enough to act on. */
export function isActionable({ detections }: Pick<Verdict, 'detections'>, score: number): boolean {
  return detections.some((detection) => isDecisive(detection, score))
}

export type ReasonCode =
  // a limit of the budget
  | 'depth'
  | 'members'
  | 'bytes'
  | 'ratio'
  | 'time'
  // something inside could not be read
  | 'encrypted'
  | 'unsupported-method'
  | 'damaged'
  | 'missing-volume'
  // a plugin or format threw
  | 'fault'
  // the object itself could not be read
  | 'unreadable'
  // the scan was given up so that others could go on; it is repeated elsewhere
  | 'preempted'
  // the kernel's question passed its deadline before the scan ended
  | 'deadline'

/** Why a verdict is `partial` or `failed` (or what was not read although something was found). */
export interface Reason {
  readonly code: ReasonCode
  readonly chain: readonly string[]
  /** One sentence for people. */
  readonly message: string
}

export interface Verdict {
  readonly status: VerdictStatus
  readonly detections: readonly Detection[]
  readonly reasons: readonly Reason[]
  /** Bytes of the object itself, before unpacking. */
  readonly size: number
  /** Wall time of the scan in milliseconds. */
  readonly ms: number
}
