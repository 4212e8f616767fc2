// The table of all detectors, in the order in which they look at an object.

import type { Detector } from './detector.ts'
import { eicarDetector } from './eicar/index.ts'
import { createHashDetector, type HashDatabase } from './hash/index.ts'

export interface DetectorDatabase {
  readonly hash: HashDatabase
}

export function createDetectors(database: DetectorDatabase): readonly Detector[] {
  return [eicarDetector, ...(database.hash.count > 0 ? [createHashDetector(database.hash)] : [])]
}
