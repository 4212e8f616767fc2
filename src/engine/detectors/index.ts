// The table of all detectors, in the order in which they look at an object.

import { createRequire } from 'node:module'

import type { Image } from '../image.ts'
import type { Detector } from './detector.ts'
import { disguiseDetector } from './disguise/index.ts'
import { documentDetector } from './document/index.ts'
import { eicarDetector } from './eicar/index.ts'
import type { HashDatabase } from './hash/database.ts'
import { createHashDetector } from './hash/detector.ts'
import { macroDetector } from './macro/index.ts'
import { programDetector } from './program/index.ts'
import { scriptDetector } from './script/index.ts'
import type * as signatureDetectorsModule from './signature-detectors.ts'
import { tempered } from './tempered.ts'
import { webshellDetector } from './webshell/index.ts'
import type { Variables } from './yara/index.ts'

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

// `require` of an ES module is synchronous, and so is attaching.
const requireModule = createRequire(import.meta.url)

/** A third of the engine is about signatures: where there are none it is not loaded. */
function signatureDetectors(image: Image, variables: Variables): readonly Detector[] {
  const module = requireModule('./signature-detectors.ts') as typeof signatureDetectorsModule
  return module.createSignatureDetectors(image, variables)
}
