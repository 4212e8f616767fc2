// What rules a compiled image has: for lists.

import { type RuleHead, ruleFlag } from '../detectors/yara/layout.ts'
import { RuleTable } from '../detectors/yara/rule-table.ts'
import type { Image } from '../image.ts'

export interface CatalogRule extends RuleHead {
  /** Never reported itself. */
  readonly private: boolean
  /** Decides whether the others of its namespace match at all. */
  readonly global: boolean
}

export function* rulesOf(image: Image): Generator<CatalogRule, void> {
  const table = new RuleTable(image)
  for (let rule = 0; rule < table.count; rule++) {
    const flags = table.flags(rule)
    yield {
      ...table.head(rule),
      private: (flags & ruleFlag.private) !== 0,
      global: (flags & ruleFlag.global) !== 0,
    }
  }
}
