// Finds objects that a YARA rule describes. The name reported is the rule's.

import type { Image } from '../../image.ts'
import type { Sweep } from '../../signatures/sweep.ts'
import type { HitList } from '../../matcher/hit-list.ts'
import type { Detector } from '../detector.ts'
import { officialPrefix, unofficialPrefix } from './database-namespace.ts'
import type { RuleHead } from './layout.ts'
import { RuleTable } from './rule-table.ts'
import { type Variables, YaraScanner } from './scanner.ts'
import { fileVariables } from './variables.ts'

export interface YaraOptions {
  readonly image: Image
  readonly sweep: Sweep
  /** External variables that the user defined. */
  readonly variables: Variables
}

export function createYaraDetector({ image, sweep, variables }: YaraOptions): Detector {
  const rules = new RuleTable(image)
  // Made for the first object: a thread that never scans pays nothing.
  let scanner: YaraScanner | undefined
  return {
    id: 'yara',
    detect(object, context) {
      const { bytes, profile, hits } = sweep.of(object, context)
      scanner ??= new YaraScanner(rules)
      const matching = scanner.matching({
        bytes,
        profile,
        hits,
        budget: context.budget,
        variables: { ...fileVariables(object, bytes, context.file), ...variables },
      })
      for (const rule of matching) {
        context.report(reportedName(rules.head(rule)), firstOffset(rules.patterns(rule), hits))
      }
    },
  }
}

/** Rules of ClamAV databases are called as clamscan calls them. */
function reportedName({ name, namespace }: RuleHead): string {
  if (namespace.startsWith(officialPrefix)) return `YARA.${name}`
  return namespace.startsWith(unofficialPrefix) ? `YARA.${name}.UNOFFICIAL` : name
}

/** Where the first of the rule's strings begins; 0 for a rule that goes by other things. */
function firstOffset(patterns: readonly number[], hits: HitList): number {
  let first = Number.POSITIVE_INFINITY
  for (const pattern of patterns) first = Math.min(first, hits.firstKnown(pattern))
  return Number.isFinite(first) ? first : 0
}
