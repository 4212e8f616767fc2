// Rules as tests write them, compiled and applied in one step.

import assert from 'node:assert/strict'

import type { Image } from '../../src/engine/image.ts'
import { RuleTable } from '../../src/engine/detectors/yara/rule-table.ts'
import { type Variables, YaraScanner } from '../../src/engine/detectors/yara/scanner.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'
import { Matcher } from '../../src/engine/matcher/matcher.ts'
import { profileOf } from '../../src/engine/profiles.ts'
import { compileSources } from '../../src/engine/signatures/signatures.ts'

export interface RuleText {
  readonly namespace: string
  readonly text: string
}

/** Fails when a rule has a fault. */
export function compileText(rules: string | readonly RuleText[], variables: Variables = {}): Image {
  const parts = typeof rules === 'string' ? [{ namespace: 'default', text: rules }] : rules
  const sources = parts.map(({ namespace, text }) => ({
    name: `${namespace}.yar`,
    namespace,
    text: Buffer.from(text),
  }))
  const { image, about } = compileSources(sources, { variables, complete: false })
  const errors = about.problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [])
  return image
}

export interface RuleScan {
  readonly rules: RuleTable
  /** The names of the rules that match, in their order. */
  match(bytes: Uint8Array | string, more?: { variables?: Variables; budget?: Budget }): string[]
  /** The same one at a time. */
  each(bytes: Uint8Array | string, more?: { variables?: Variables; budget?: Budget }): Generator<string, void>
}

export function scanWith(image: Image): RuleScan {
  const matcher = new Matcher(image)
  const rules = new RuleTable(image)
  const scanner = new YaraScanner(rules)
  function* each(
    data: Uint8Array | string,
    more: { variables?: Variables; budget?: Budget } = {},
  ): Generator<string, void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    const { variables = {}, budget = new Budget(defaultLimits) } = more
    const profile = profileOf(bytes)
    const hits = matcher.run({ bytes, profile, all: false, budget })
    const matching = scanner.matching({ bytes, profile, hits, budget, variables })
    for (const rule of matching) yield rules.head(rule).name
  }
  return { rules, each, match: (data, more) => [...each(data, more)] }
}
