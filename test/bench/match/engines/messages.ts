// What the run and the processes of the contestants say to each other.

import type { Clock } from '../plan.ts'
import type { EngineSpec } from './engine.ts'
import type { ProfileRow } from './profiler.ts'

export type Request =
  | { readonly type: 'open'; readonly spec: EngineSpec; readonly clock: Clock }
  /** From now on this many threads scan; one is the process itself. */
  | { readonly type: 'threads'; readonly count: number }
  | { readonly type: 'scan'; readonly files: readonly string[]; readonly clock: Clock }
  /** The next request's time by part of the program. */
  | { readonly type: 'profile'; readonly request: Request; readonly times: number }

export interface Opened {
  readonly ms: number
  readonly version: string
  readonly signatures?: number
}

export interface Scanned {
  readonly ms: number
  /** Milliseconds for each file, in the order of the files; empty where several threads scanned. */
  readonly each: readonly number[]
  /** Sorted names for each file. */
  readonly found: readonly (readonly string[])[]
}

export interface Profiled {
  readonly ms: number
  readonly rows: readonly ProfileRow[]
}

/** From a process to the run. */
export interface Answer {
  readonly result?: unknown
  readonly error?: string
}
