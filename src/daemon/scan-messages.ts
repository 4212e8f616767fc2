// What the scan pool and its threads tell each other. Everything is structured-cloneable.

import type { Judged, ScanTarget } from '../api/clamd/index.ts'
import type { SharedEngine } from '../engine/index.ts'

export interface ScanThreadStart {
  readonly shared: SharedEngine
}

export interface ScanJob {
  readonly kind: 'scan'
  readonly target: ScanTarget
  readonly allMatches: boolean
}

export type ToScanThread = ScanJob | { readonly kind: 'engine'; readonly shared: SharedEngine }

/** `ready` once, then one answer for each job, in their order. */
export type FromScanThread = Judged | { readonly kind: 'ready' }
