// `haechi rules explain`: why rules match a file, or do not.

import { existsSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { contentOf, limitsOf } from '../../config/index.ts'
import type { RuleSource } from '../../engine/detectors/yara/index.ts'
import {
  type ExplainedRule,
  explainRules,
  type ExplainRequest,
  type FileExplanation,
} from '../../engine/signatures/explain.ts'
import { readRuleSources } from '../../engine/signatures/sources.ts'
import type { RuleExplanationLine } from '../../model/rule-lines.ts'
import { engineContent } from '../content.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeProblems } from '../render/problems.ts'
import type { RulesRun } from './action.ts'
import { explanationText } from './explanation-text.ts'

/** All matches of all strings take longer than a scan, and somebody waits who wants to know. */
const maxMs = 120_000

export async function explainFile(run: RulesRun): Promise<ExitCode> {
  const { config, given, operands, terminal } = run
  const [asked = '', path = ''] = operands
  const { sources, chooses } = await chosen(run, asked)
  const { variables } = contentOf(config.engine)
  const explanation = explainRules({
    path,
    sources,
    variables,
    chooses,
    member: given.member ?? [],
    visit: {
      limits: { ...limitsOf(config.scan), maxMs },
      passwords: [...config.scan.passwords, ...(given.password ?? [])],
    },
  })
  const json = given.json === true
  const errors = explanation.problems.filter(
    ({ severity, rule = '' }) => severity === 'error' && chooses({ name: rule }),
  )
  writeProblems(errors, { terminal, json })
  const { object } = explanation
  if (object === undefined) throw noObject(explanation, given.member ?? [])
  if (object.rules.length === 0) throw noRule(asked, errors.length > 0)
  for (const rule of object.rules) {
    if (json) terminal.out(jsonLine(lineOf(rule, object.chain)))
    else for (const line of explanationText(rule, terminal)) terminal.out(line)
  }
  if (!json) for (const line of otherObjects(explanation)) terminal.out(terminal.safe(line))
  for (const { chain, message } of explanation.verdict.reasons) {
    terminal.err(`haechi: ${terminal.safe(`${chain.join(' → ')}: ${message}`)}`)
  }
  return exitCodes.clean
}

interface Chosen {
  readonly sources: readonly RuleSource[]
  readonly chooses: ExplainRequest['chooses']
}

/** All rules of a path, or the rules of that name among those of the configuration. */
async function chosen({ config, given }: RulesRun, asked: string): Promise<Chosen> {
  if (given.rules === undefined && (asked.includes('/') || existsSync(asked))) {
    return { sources: readRuleSources({ rules: [asked], folders: [] }), chooses: () => true }
  }
  const { rules = [], folders = [] } = await engineContent(config)
  const sources = readRuleSources({ rules, folders })
  // A rule sees those of its namespace: nothing else needs to be compiled.
  const declared = sources.filter(({ text }) => declares(text, asked))
  const namespaces = new Set(declared.map(({ namespace }) => namespace))
  const around =
    declared.length === 0 ? sources : sources.filter(({ namespace }) => namespaces.has(namespace))
  return { sources: around, chooses: ({ name }) => name === asked }
}

function declares(text: Uint8Array, name: string): boolean {
  if (!/^\w+$/.test(name)) return false
  return new RegExp(String.raw`\brule\s+${name}\b`).test(Buffer.from(text).toString('latin1'))
}

function noRule(asked: string, isBroken: boolean): AppError {
  if (isBroken)
    return new AppError('list-invalid', `there is nothing to explain: the rules of ${asked} have errors`)
  return new AppError('not-found', `there is no rule ${asked}`, {
    hint: 'haechi rules list shows all; a path of rules may be given instead, or --rules PATH',
  })
}

function noObject({ others, verdict }: FileExplanation, member: readonly string[]): AppError {
  const [reason] = verdict.reasons
  if (member.length === 0) {
    return new AppError('not-found', `the file was not read: ${reason?.message ?? 'nothing came of it'}`)
  }
  const known = others.slice(0, 10).map(({ chain }) => chain.slice(1).join(' → '))
  const there = known.filter((name) => name !== '')
  return new AppError('not-found', `there is no member ${member.join(' → ')}`, {
    hint:
      there.length === 0
        ? 'the file has no members'
        : `there are ${there.join(', ')}${others.length > 10 ? ' …' : ''}`,
  })
}

/** Where else the rules match: members are explained when they are named. */
function otherObjects({ others }: FileExplanation): string[] {
  return others
    .filter(({ matching }) => matching.length > 0)
    .slice(0, 20)
    .map(
      ({ chain, matching }) => `also in ${chain.join(' → ')}: ${matching.join(', ')} (--member explains it)`,
    )
}

function lineOf({ rule, ...explained }: ExplainedRule, chain: readonly string[]): RuleExplanationLine {
  const { name, namespace, file, line } = rule
  return {
    type: 'rule-explanation',
    version: 1,
    name,
    namespace,
    file,
    line,
    chain: [...chain],
    matches: explained.holds && explained.shutBy === undefined,
    private: explained.private,
    ...(explained.shutBy === undefined ? {} : { shut_by: explained.shutBy }),
    strings: explained.strings.map(({ identifier, count, matches }) => ({
      identifier,
      count,
      matches: matches.map(({ offset, length, bytes }) => ({
        offset,
        length,
        hex: Buffer.from(bytes).toString('hex'),
      })),
    })),
    condition: { ...explained.condition, children: [...explained.condition.children] },
  }
}
