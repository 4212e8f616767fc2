// The table of all detectors, in the order in which they look at an object.

import type { Image } from '../image.ts'
import { Sweep } from '../signatures/sweep.ts'
import type { Detector } from './detector.ts'
// Not by the index of their folders: what scans needs nothing of what compiles.
import { createClamavDetector } from './clamav/detector.ts'
import { disguiseDetector } from './disguise/index.ts'
import { documentDetector } from './document/index.ts'
import { eicarDetector } from './eicar/index.ts'
import type { HashDatabase } from './hash/database.ts'
import { createHashDetector } from './hash/detector.ts'
import { macroDetector } from './macro/index.ts'
import { programDetector } from './program/index.ts'
import { scriptDetector } from './script/index.ts'
import { tempered } from './tempered.ts'
import { webshellDetector } from './webshell/index.ts'
import { createYaraDetector } from './yara/detector.ts'
import type { Variables } from './yara/scanner.ts'

export interface DetectorDatabase {
  readonly hash: HashDatabase
  /** Compiled rules and databases. */
  readonly signatures: Image | undefined
  readonly variables: Variables
  /** False: without them, where nobody is told of what they find. */
  readonly hasHeuristics?: boolean
}

export function createDetectors(database: DetectorDatabase): readonly Detector[] {
  const { hash, signatures, variables, hasHeuristics = true } = database
  return [
    eicarDetector,
    ...(hash.count > 0 ? [createHashDetector(hash)] : []),
    ...(signatures === undefined ? [] : signatureDetectors(signatures, variables)),
    ...(hasHeuristics ? heuristics : []),
  ]
}

/** They conclude from traits; no signature names what they find. */
export const heuristics: readonly Detector[] = [
  documentDetector,
  tempered(macroDetector),
  tempered(scriptDetector),
  tempered(webshellDetector),
  disguiseDetector,
  programDetector,
]

function signatureDetectors(image: Image, variables: Variables): readonly Detector[] {
  const sweep = new Sweep(image, { all: false })
  return [
    ...(image.has('yaraRules') ? [createYaraDetector({ image, sweep, variables })] : []),
    ...(image.has('clamav-about') ? [createClamavDetector({ image, sweep })] : []),
  ]
}
