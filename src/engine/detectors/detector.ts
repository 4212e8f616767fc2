// The interface of every detector; detectors/index.ts is the table of all of them.

import type { Budget } from '../limits.ts'
import type { ScanObject } from '../scan-object.ts'

export interface DetectContext {
  readonly budget: Budget
  /** Something was found: its name and the byte offset in the object at which it starts. */
  report(name: string, offset: number): void
}

export interface Detector {
  /** As the user sees it: `eicar`, `hash`. */
  readonly id: string
  /** Judges one object; called once for every object of a scan. */
  detect(object: ScanObject, context: DetectContext): void
}
