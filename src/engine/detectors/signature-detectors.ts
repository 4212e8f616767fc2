// The detectors that search for compiled signatures. Loaded where there are some.

import type { Image } from '../image.ts'
import { Sweep } from '../signatures/sweep.ts'
import { createClamavDetector } from './clamav/detector.ts'
import type { Detector } from './detector.ts'
import { createYaraDetector } from './yara/detector.ts'
import type { Variables } from './yara/scanner.ts'

export function createSignatureDetectors(image: Image, variables: Variables): readonly Detector[] {
  const sweep = new Sweep(image, { all: false })
  return [
    ...(image.has('yaraRules') ? [createYaraDetector({ image, sweep, variables })] : []),
    ...(image.has('clamav-about') ? [createClamavDetector({ image, sweep })] : []),
  ]
}
