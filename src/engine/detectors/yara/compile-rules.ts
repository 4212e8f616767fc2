// From checked rules to the tables that scans read. Two steps, because the matcher's tables are built between them.

import { BytePool } from '../../byte-pool.ts'
import type { MatcherBuilder, PatternUse } from '../../matcher/compile/builder.ts'
import { profiles } from '../../profiles.ts'
import { possible } from './condition/require.ts'
import type { CheckedRule } from './language/index.ts'
import { type RuleHead, ruleField, ruleFlag, ruleWords } from './layout.ts'
import { type StringUse, stringUses } from './usage.ts'

/** Modules that have nothing to say about an object that does not begin like an executable. */
const windowsModules = ['pe', 'dotnet']

export interface RuleCompilation {
  /** Every match of every string can be asked for, on every object: for explanations. Scans are slower. */
  readonly complete: boolean
}

/** Adds the rules' strings to the matcher and returns the rules' own tables. */
export function compileRules(
  rules: readonly CheckedRule[],
  matcher: MatcherBuilder,
  { complete }: RuleCompilation,
): Readonly<Record<string, Uint8Array>> {
  const text = new BytePool()
  const words = new Int32Array(rules.length * ruleWords)
  const strings: number[] = []
  const namespaces = new Map<string, number>()
  for (const [index, rule] of rules.entries()) {
    const at = index * ruleWords
    const where = complete ? everyProfile : profilesOf(rule)
    const uses = stringUses(rule.condition, rule.strings.length)
    words[at + ruleField.strings] = strings.length
    words[at + ruleField.stringCount] = rule.strings.length
    for (const [string, { pattern }] of rule.strings.entries()) {
      strings.push(
        matcher.add(pattern, { profiles: where, ...(complete ? everyMatch : useOf(uses[string])) }),
      )
    }
    const head = text.addText(JSON.stringify(headOf(rule)))
    const condition = text.addText(JSON.stringify(rule.condition))
    words[at + ruleField.head] = head.offset
    words[at + ruleField.headLength] = head.length
    words[at + ruleField.condition] = condition.offset
    words[at + ruleField.conditionLength] = condition.length
    words[at + ruleField.profiles] = where
    words[at + ruleField.namespace] = numberOf(namespaces, rule.namespace)
    words[at + ruleField.flags] =
      (rule.private ? ruleFlag.private : 0) |
      (rule.global ? ruleFlag.global : 0) |
      (needsNoString(rule) ? ruleFlag.always : 0)
  }
  return {
    yaraRules: new Uint8Array(words.buffer),
    yaraStrings: new Uint8Array(Int32Array.from(strings).buffer),
    yaraText: text.bytes(),
  }
}

const everyProfile = 2 ** profiles.length - 1
const everyMatch = { existence: false }

function useOf(use: StringUse | undefined): Pick<PatternUse, 'existence' | 'anchors'> {
  if (use === undefined) return everyMatch
  const { existence, anchors } = use
  return anchors === undefined ? { existence } : { existence, anchors: [...anchors] }
}

function profilesOf(rule: CheckedRule): number {
  let mask = 0
  for (const [index, profile] of profiles.entries()) {
    const modulesAbsent = profile.head?.[0] === 0x4d ? [] : windowsModules
    if (possible(rule.condition, { ...profile, modulesAbsent })) mask |= 1 << index
  }
  return mask
}

function needsNoString(rule: CheckedRule): boolean {
  const everything = { least: 0, most: Number.POSITIVE_INFINITY }
  return rule.strings.length === 0 || possible(rule.condition, { size: everything, noPatterns: true })
}

function headOf(rule: CheckedRule): RuleHead {
  const { name, namespace, tags, meta, file, line } = rule
  return {
    name,
    namespace,
    tags,
    meta,
    file,
    line,
    strings: rule.strings.map((string) => ({
      identifier: string.identifier,
      private: string.private,
      line: string.line,
    })),
  }
}

function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  numbers.set(name, numbers.size)
  return numbers.size - 1
}
