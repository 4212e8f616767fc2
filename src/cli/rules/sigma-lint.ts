// `haechi rules lint` of Sigma rules: what is wrong with them, and which cannot run on this host.

import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { RulesRun } from './action.ts'
import { figuresText, rowText, sigmaFigures } from './sigma-list.ts'
import { sigmaRows } from './sigma-rows.ts'
import { readSigmaRules, sigmaProblemLine, sigmaProblemText } from './sigma-rules.ts'

/** 1 when a rule is faulty. */
export function lintSigma(run: RulesRun): ExitCode {
  const { given, terminal } = run
  const isJson = given.json === true
  const { rows, problems } = sigmaRows(readSigmaRules(run))
  if (rows.length + problems.length === 0) return exitCodes.clean
  const wanted = problems.filter(({ severity }) => given.quiet !== true || severity === 'error')
  for (const problem of wanted) {
    terminal.out(isJson ? jsonLine(sigmaProblemLine(problem)) : sigmaProblemText(problem, terminal))
  }
  for (const row of given.quiet === true ? [] : rows) {
    if (isJson) terminal.out(jsonLine(row))
    else if (row.state === 'idle') terminal.out(rowText(row, terminal))
  }
  const figures = sigmaFigures({ rows, problems }, rows.length)
  terminal.out(isJson ? jsonLine(figures) : figuresText(figures))
  return figures.errors > 0 ? exitCodes.found : exitCodes.clean
}
