// What the main thread and the scanning threads tell each other.

import type { SharedEngine } from '../../engine/index.ts'
import type { Verdict } from '../../model/index.ts'
import type { FileEntry } from './entry.ts'

export interface WorkerStart {
  readonly shared: SharedEngine
  /** See `slot`; readable while the thread is busy or after it died. */
  readonly slot: Int32Array
}

/** Places in the slot: which file the thread is at, and since when (ms since `epochMs`). */
export const slot = { batch: 0, index: 1, startedMs: 2, length: 3 } as const

export interface Batch {
  readonly id: number
  readonly files: readonly FileEntry[]
}

/** What a file was when it was judged: whoever acts on it later compares. */
export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly ctimeNs: bigint
}

export type Outcome =
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly identity?: Identity }
  | { readonly kind: 'skipped'; readonly why: string }

export type FromWorker =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'results'
      readonly batch: number
      /** Index of the first outcome within the batch. */
      readonly from: number
      readonly outcomes: readonly Outcome[]
    }
