// `haechi rules lint`: what is wrong in rules, and what makes scans with them slow.

import { contentOf } from '../../config/index.ts'
import { type Finding, type LintCounts, lintRules, performanceHints } from '../../engine/signatures/lint.ts'
import { readRuleSources } from '../../engine/signatures/sources.ts'
import type { RulesLintLine } from '../../model/rule-lines.ts'
import { engineContent } from '../content.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { excerptLines, placeOf, problemLineOf } from '../render/problems.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { number, plural } from './figures.ts'

/** Errors cost a rule and are all told; of everything else nobody reads more. */
const mostTold = 500

const words = {
  error: ['red', 'error'],
  warning: ['yellow', 'warning'],
  performance: ['cyan', 'slow'],
} as const satisfies Record<Finding['severity'], readonly [Style, string]>

export async function lintPaths({ config, given, operands, terminal }: RulesRun): Promise<ExitCode> {
  const { variables } = contentOf(config.engine)
  const { rules = [], folders = [] } = await engineContent(config)
  const sources = readRuleSources(operands.length > 0 ? { rules: operands, folders: [] } : { rules, folders })
  const { findings, counts } = lintRules(sources, variables)
  const wanted = findings.filter(({ severity }) => given.quiet !== true || severity === 'error')
  const json = given.json === true
  let left = json ? Number.POSITIVE_INFINITY : mostTold
  for (const finding of wanted) {
    if (finding.severity !== 'error' && left-- <= 0) continue
    if (json) terminal.out(jsonLine(problemLineOf(finding, finding.severity)))
    else for (const line of findingText(finding, terminal)) terminal.out(line)
  }
  if (json) terminal.out(jsonLine(lineOf(counts)))
  else for (const line of figures(counts, Math.max(0, -left))) terminal.out(line)
  return counts.errors > 0 ? exitCodes.found : exitCodes.clean
}

function findingText(finding: Finding, terminal: Terminal): string[] {
  const [style, word] = words[finding.severity]
  const place = terminal.safe(`${placeOf(finding)}: `)
  return [
    `${place}${terminal.style(style, word)}: ${terminal.safe(`${finding.message} [${finding.code}]`)}`,
    ...excerptLines(finding, terminal),
  ]
}

function lineOf(counts: LintCounts): RulesLintLine {
  return { type: 'rules-lint', version: 1, ...counts, performance: { ...counts.performance } }
}

function figures(counts: LintCounts, untold: number): string[] {
  const { rules, strings, patterns, errors, warnings, performance } = counts
  const slow = Object.entries(performance).filter(([, count]) => count > 0)
  return [
    ...(untold > 0 ? [`${number(untold)} more are not shown; --json shows all`] : []),
    `${plural(rules, 'rule')} with ${plural(strings, 'string')} (${number(patterns)} different): ` +
      `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`,
    ...slow.map(
      ([code, count]) =>
        `${number(count).padStart(6)}  ${code}: ${performanceHints[code as keyof typeof performanceHints]}`,
    ),
  ]
}
