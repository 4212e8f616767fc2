// Finds objects that a signature of a ClamAV database describes. The name reported is the one that clamscan prints.

import type { Image } from '../../image.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { Sweep } from '../../signatures/sweep.ts'
import type { DetectContext, Detector } from '../detector.ts'
import { matchContainers } from './container-members.ts'
import { digesterOf, digesterOfSource } from './hash-lists.ts'
import { ClamavScanner } from './scanner.ts'

export interface ClamavOptions {
  readonly image: Image
  readonly sweep: Sweep
}

/** An object whose members may still come. */
interface Ancestor {
  readonly depth: number
  readonly type: string
  readonly size: number
  /** On an allow list: nothing in it is reported either. */
  readonly isAllowed: boolean
}

export function createClamavDetector({ image, sweep }: ClamavOptions): Detector {
  // Made for the first object: a thread that never scans pays nothing.
  let scanner: ClamavScanner | undefined
  let ancestors: Ancestor[] = []
  return {
    id: 'clamav',
    detect(object, context) {
      scanner ??= new ClamavScanner(image)
      ancestors = ancestors.filter(({ depth }) => depth < object.depth)
      const present = look(object, context, { sweep, scanner, ancestors })
      ancestors.push(present)
    },
  }
}

interface Work {
  readonly sweep: Sweep
  readonly scanner: ClamavScanner
  /** From the outermost. */
  readonly ancestors: readonly Ancestor[]
}

function look(object: ScanObject, context: DetectContext, { sweep, scanner, ancestors }: Work): Ancestor {
  const { bytes, hits } = sweep.of(object, context)
  const { budget } = context
  const isWhole = bytes.length < budget.limits.maxMatchedBytes
  const size = isWhole ? bytes.length : object.source.size
  const digest = isWhole ? digesterOf(bytes) : digesterOfSource(object.source, budget)
  const surroundings = { types: ancestors.map(({ type }) => type) }
  const request = { bytes, hits, size, digest, surroundings, budget }
  const { depth } = object
  const isAllowed = ancestors.at(-1)?.isAllowed === true || scanner.isAllowed(request)
  if (isAllowed) return { depth, type: scanner.typeOf(request), size, isAllowed }
  const members = matchContainers(scanner.containers, { object, size, parent: ancestors.at(-1) })
  const { detections, type } = scanner.scan(request)
  for (const { name, offset } of [...members, ...detections]) context.report(name, offset)
  return { depth, type, size, isAllowed }
}
