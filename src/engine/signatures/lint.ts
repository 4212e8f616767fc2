// What in rules makes scans slow: strings that the first pass cannot look for well, rules that are evaluated whatever
// the object is. Beside it stand the errors and warnings of the language.

import type { CheckedRule, CheckedString } from '../detectors/yara/language/index.ts'
import type { RuleProblem, RuleSource, Variables } from '../detectors/yara/index.ts'
import { ruleFlag } from '../detectors/yara/layout.ts'
import { RuleTable } from '../detectors/yara/rule-table.ts'
import { stringUses } from '../detectors/yara/usage.ts'
import type { Shape } from '../matcher/compile/shape.ts'
import { textShapes } from '../matcher/compile/text-shapes.ts'
import { treeShapes } from '../matcher/compile/tree-shapes.ts'
import type { Pattern } from '../matcher/pattern.ts'
import { profiles } from '../profiles.ts'
import { SourceLines } from './source-lines.ts'
import { compileSources } from './signatures.ts'

export interface Finding extends Omit<RuleProblem, 'severity'> {
  readonly severity: 'error' | 'warning' | 'performance'
}

/** Kinds of findings about speed, with what to do about them. */
export const performanceHints = {
  'no-atom': 'searched for in the whole object whenever a condition asks: give it four fixed bytes in a row',
  'common-atom': 'its rarest bytes are common in ordinary files, so many places are looked at in vain',
  'short-atom': 'only two or three bytes of it can be looked for: four are found faster',
  'unanchored-regex': 'what it begins or ends with matches anything: leave it out, it says nothing',
  'always-evaluated': 'its condition is evaluated for objects in which none of its strings occurs',
} as const

type PerformanceCode = keyof typeof performanceHints

export interface LintCounts {
  readonly rules: number
  readonly strings: number
  /** Different ones: equal strings are searched for once. */
  readonly patterns: number
  readonly errors: number
  readonly warnings: number
  readonly performance: Readonly<Record<PerformanceCode, number>>
}

/** Rarer than one place in 1,024 (quarters of a bit; see matcher/compile/atom.ts): commoner atoms are told. */
const rareScore = 40
const wholeAtom = 4
/** A repetition that may be this much longer than it must be matches nearly anything. */
const endless = 1000

/** Compiles the sources and looks at what comes out. Findings are in the order of the sources. */
export function lintRules(
  sources: readonly RuleSource[],
  variables: Variables,
): { findings: readonly Finding[]; counts: LintCounts } {
  const { rules, image, about } = compileSources(sources, { variables, complete: false })
  const table = new RuleTable(image)
  const lines = new SourceLines(sources)
  const slow = rules.flatMap((rule, number) => [
    ...alwaysFinding(rule, number, table, lines),
    ...stringFindings(rule, lines),
  ])
  const findings: Finding[] = [...about.problems, ...slow]
  const order = new Map(sources.map(({ name }, index) => [name, index]))
  const placeOf = ({ file }: Finding): number => order.get(file) ?? sources.length
  return {
    findings: findings.toSorted(
      (left, right) => placeOf(left) - placeOf(right) || left.line - right.line || left.column - right.column,
    ),
    counts: {
      rules: rules.length,
      strings: about.counts.strings,
      patterns: about.counts.patterns,
      errors: about.problems.filter(({ severity }) => severity === 'error').length,
      warnings: about.problems.filter(({ severity }) => severity === 'warning').length,
      performance: countsOf(slow),
    },
  }
}

function countsOf(slow: readonly Finding[]): Record<PerformanceCode, number> {
  const codes = Object.keys(performanceHints) as PerformanceCode[]
  const counts = Object.fromEntries(codes.map((code) => [code, 0])) as Record<PerformanceCode, number>
  for (const { code } of slow) counts[code as PerformanceCode]++
  return counts
}

function alwaysFinding(rule: CheckedRule, number: number, table: RuleTable, lines: SourceLines): Finding[] {
  if ((table.flags(number) & ruleFlag.always) === 0) return []
  const kinds = profiles.filter((_, index) => ((table.profiles(number) >>> index) & 1) === 1).length
  if (kinds === 0) return []
  const why = rule.strings.length === 0 ? 'it has no strings' : 'it can match without any of its strings'
  const where =
    kinds === profiles.length
      ? 'every object'
      : `every object of ${kinds} of ${profiles.length} kinds (by size and first bytes)`
  return [
    {
      severity: 'performance',
      code: 'always-evaluated',
      message: `the rule is evaluated for ${where}: ${why}`,
      ...lines.find(rule.file, rule.line, rule.name),
      rule: rule.name,
    },
  ]
}

function stringFindings(rule: CheckedRule, lines: SourceLines): Finding[] {
  const uses = stringUses(rule.condition, rule.strings.length)
  return rule.strings.flatMap((string, index) => {
    const found = [
      // What is asked about only at fixed offsets is looked at there, and searched for nowhere.
      ...(uses[index]?.anchors === undefined ? atomMessage(string) : []),
      ...looseMessage(string),
    ]
    return found.map(({ code, message }): Finding => ({
      severity: 'performance',
      code,
      message: `\`${string.identifier}\` ${message}`,
      ...lines.find(rule.file, string.line, string.identifier),
      rule: rule.name,
    }))
  })
}

interface Message {
  readonly code: PerformanceCode
  readonly message: string
}

/** About the worst of the string's shapes. */
function atomMessage({ pattern }: CheckedString): Message[] {
  const atoms = shapesOf(pattern).map(({ atom }) => atom)
  if (atoms.includes(undefined)) {
    return [{ code: 'no-atom', message: 'has nothing that can be looked for quickly' }]
  }
  const scores = atoms.map((atom) => atom?.score ?? 0)
  const score = Math.min(...scores)
  if (score < rareScore) {
    const often = Math.round(2 ** (score / 4))
    return [{ code: 'common-atom', message: `is looked for by bytes that stand at one of ${often} places` }]
  }
  const size = Math.min(...atoms.map((atom) => atom?.size ?? 0))
  if (size >= wholeAtom) return []
  return [{ code: 'short-atom', message: `is looked for by ${size === 2 ? 'two' : 'three'} bytes only` }]
}

function shapesOf(pattern: Pattern): Shape[] {
  if (pattern.kind === 'text') return textShapes(pattern)
  return treeShapes(pattern).flatMap((form) => (Array.isArray(form) ? form : form.parts.flat()))
}

function looseMessage({ pattern }: CheckedString): Message[] {
  if (pattern.kind === 'text') return []
  const { tree } = pattern
  const items = tree.kind === 'concat' ? tree.items : [tree]
  const ends = (
    [
      ['begins', items[0]],
      ['ends', items.at(-1)],
    ] as const
  ).filter(
    ([, item]) => item?.kind === 'repeat' && item.item.kind === 'class' && item.most - item.least >= endless,
  )
  if (ends.length === 0) return []
  return [
    {
      code: 'unanchored-regex',
      message: `${ends.map(([verb]) => verb).join(' and ')} with a repetition without end`,
    },
  ]
}
