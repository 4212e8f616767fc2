// `haechi rules list` of Sigma rules: which of them run on this host, and why the others do not.

import { compileGlobs } from '../../base/glob.ts'
import type { SigmaRuleLine, SigmaRulesLine } from '../../model/sigma-lines.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { plural } from './figures.ts'
import { type SigmaRows, sigmaRows } from './sigma-rows.ts'
import { readSigmaRules } from './sigma-rules.ts'

export function listSigma(run: RulesRun): ExitCode {
  const { given, operands, terminal } = run
  const { rows, problems } = sigmaRows(readSigmaRules(run))
  // Where nobody has any there is nothing to say.
  if (rows.length + problems.length === 0) return exitCodes.clean
  const globs = operands.length === 0 ? undefined : compileGlobs(operands)
  const shown = rows.filter(
    ({ id, name = '', title }) => globs === undefined || [id, name, title].some((one) => globs.matches(one)),
  )
  for (const row of shown) terminal.out(given.json === true ? jsonLine(row) : rowText(row, terminal))
  const figures = sigmaFigures({ rows, problems }, shown.length)
  terminal.out(given.json === true ? jsonLine(figures) : figuresText(figures))
  return exitCodes.clean
}

const stateStyles = { active: 'green', idle: 'dim', off: 'yellow' } as const satisfies Record<
  SigmaRuleLine['state'],
  Style
>

/** `sigma  Title  [level]  where it runs, or why not  file`. */
export function rowText(
  { title, level, state, views, reason, file }: SigmaRuleLine,
  terminal: Terminal,
): string {
  const where = state === 'active' ? views.join(', ') : `${state}: ${reason ?? ''}`
  return `sigma  ${terminal.style('bold', title)}  [${level}]  ${terminal.style(stateStyles[state], where)}  ${terminal.safe(file)}`
}

export function sigmaFigures({ rows, problems }: SigmaRows, shown: number): SigmaRulesLine {
  const inState = (wanted: SigmaRuleLine['state']): number =>
    rows.filter(({ state }) => state === wanted).length
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return {
    type: 'sigma-rules',
    version: 1,
    rules: rows.length,
    shown,
    active: inState('active'),
    idle: inState('idle'),
    off: inState('off'),
    errors,
    warnings: problems.length - errors,
  }
}

export function figuresText({ rules, shown, active, idle, off, errors, warnings }: SigmaRulesLine): string {
  return [
    `${shown === rules ? '' : `${shown} of `}${plural(rules, 'Sigma rule')}`,
    `${active} run on this host`,
    ...(idle > 0 ? [`${idle} cannot`] : []),
    ...(off > 0 ? [`${off} switched off`] : []),
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ].join(', ')
}
