// What the gate is told to do; config/ and the command line fill it in. Structured-cloneable: workers get a copy.

/** `observe`: files are judged when they were written, moved or found there; nobody is asked or refused. */
export type GateMode = 'open' | 'exec' | 'observe'
export type Policy = 'allow' | 'deny'

/** What is guarded. `directory`: everything below it; `mount`, `filesystem`: the whole one that contains `path`. */
export interface Place {
  /** Absolute, resolved; bytes in a latin1 string. */
  readonly path: string
  readonly kind: 'directory' | 'mount' | 'filesystem'
}

export interface Exclusions {
  /** Globs over the path (base/glob.ts). */
  readonly paths: readonly string[]
  /** Globs over the executable of the process that opens. */
  readonly processes: readonly string[]
  readonly uids: readonly number[]
}

export interface GateSettings {
  readonly mode: GateMode
  readonly places: readonly Place[]
  /** Engine instances: worker threads that answer. */
  readonly instances: number
  readonly exclude: Exclusions
  /** Without a dot, lower case; empty: every file. */
  readonly extensions: readonly string[]
  /** The opener waits at most this long. */
  readonly deadlineMs: number
  readonly onDeadline: Policy
  readonly onPartial: Policy
  readonly onFailed: Policy
  /** Score from which a heuristic's finding is refused as a signature's is. */
  readonly decisiveScore: number
  /** The kernel kills the guard when it has been stuck for this long. */
  readonly watchdogMs: number
  /** Entries of the shared verdict table. */
  readonly cacheEntries: number
  /** Scan once in the background what lies in the places already. */
  readonly sweep: boolean
  /** Report every decision, not only those worth a line. */
  readonly verbose: boolean
}
