// The interface of every detector; detectors/index.ts is the table of all of them.

import type { Heuristic, ReasonCode } from '../../model/index.ts'
import type { Budget } from '../limits.ts'
import type { ScanObject } from '../scan-object.ts'

export interface DetectContext {
  readonly budget: Budget
  /** Something was found: its name and the byte offset in the object at which it starts. */
  report(name: string, offset: number): void
  /** A heuristic's finding. Whether its score is high enough to be told is not the detector's business. */
  suspect(finding: Suspicion): void
  /** Something of the object was not looked at: the scan cannot end `clean`. */
  incomplete(code: ReasonCode, message: string): void
  /** What is known about the scanned file apart from its bytes. */
  readonly file: FileFacts
}

export interface Suspicion extends Heuristic {
  /** `Heuristic.Webshell.PHP`. */
  readonly name: string
  readonly offset: number
}

export interface FileFacts {
  /** As the caller named it; empty where the bytes came without a path. */
  readonly path: string
  /** The owner's name; empty where unknown. */
  readonly owner: string
}

export interface Detector {
  /** As the user sees it: `eicar`, `hash`. */
  readonly id: string
  /** Judges one object; called once for every object of a scan. */
  detect(object: ScanObject, context: DetectContext): void
}
