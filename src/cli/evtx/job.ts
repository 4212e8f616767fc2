// What a run is asked to do, as plain data: it goes to the reading threads as it is.

import type { SigmaDetection } from '../../rules/sigma/index.ts'

export interface EvtxPlan {
  readonly format: 'text' | 'json' | 'xml'
  readonly where: string | undefined
  readonly sinceMs: number
  readonly untilMs: number
  readonly carve: boolean
  readonly sigma: readonly string[]
  readonly leastLevel: SigmaDetection['level']
}

/** One line, or with --xml one document, and when its record was written. */
export interface Told {
  readonly timeMs: number
  readonly text: string
  /** For a colour. */
  readonly level: string
}

export interface FileSum {
  readonly file: string
  readonly bytes: number
  readonly records: number
  readonly shown: number
  readonly notes: readonly { readonly offset?: number; readonly text: string }[]
  readonly droppedNotes: number
  /** Why it could not be read at all. */
  readonly failure?: string
}

export type ToReader =
  | { readonly kind: 'file'; readonly index: number; readonly file: string }
  /** A batch has been taken. */
  | { readonly kind: 'taken' }

export type FromReader =
  | { readonly kind: 'ready'; readonly problems: readonly string[] }
  | { readonly kind: 'lines'; readonly index: number; readonly lines: readonly Told[] }
  | { readonly kind: 'done'; readonly index: number; readonly sum: FileSum }
