// Who is compared with whom, and what each of them can be asked.

import type { Scanned } from './engines/messages.ts'
import type { ContestantId } from './figures.ts'

/** A start in a process of its own, which ends after it. */
export interface Start {
  /** From the call that reads the signatures to its return. */
  readonly openMs: number
  /** From the start of the process to the verdict on the first file. */
  readonly firstMs: number
  /** Resident memory after some files were scanned. */
  readonly rss: number
}

export interface Contestant {
  readonly id: ContestantId
  readonly version: string
  /** Where it can tell. */
  readonly signatures?: number
  /** Takes part in few rounds, with few files. */
  readonly isSlow?: boolean
  /** Is not measured with several instances. */
  readonly isAlone?: boolean
  /** Makes its signatures from their text. */
  readonly compile?: () => Promise<Start>
  /** Takes them compiled from its cache. */
  readonly start?: () => Promise<Start>
  /** Bytes of the compiled signatures on disk. */
  readonly cacheBytes?: () => number
  /** With this many instances at a time; rejected where it cannot. */
  readonly scan: (files: readonly string[], instances: number) => Promise<Scanned>
  /** Milliseconds for each file, where `scan` cannot tell. */
  readonly each?: (files: readonly string[]) => Promise<readonly number[]>
  /** Resident memory with this many instances, when they have scanned. */
  readonly rss: (instances: number) => Promise<number>
  readonly stop: () => Promise<void>
}

export const manyInstances = 4
