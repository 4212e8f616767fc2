// `haechi rules explain` with events: why a Sigma rule holds for them, or does not.

import { existsSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { createSigma } from '../../rules/sigma/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { RulesRun } from './action.ts'
import { describeEvent, eventsOf, Trial } from './sigma-events.ts'
import { explanationLines } from './sigma-explanation-text.ts'
import { readSigmaRules } from './sigma-rules.ts'

/** Rules of a path that are explained; nobody reads more. */
const mostRules = 100

/** The operand is a rule (id, name or title), or a path: then all of its rules. */
export async function explainSigma(run: RulesRun): Promise<ExitCode> {
  const { given, operands, terminal } = run
  const [asked = ''] = operands
  const isPath = !run.isSigmaNamed && (asked.includes('/') || existsSync(asked))
  // Also a rule that is switched off can be explained.
  const { all } = readSigmaRules(isPath ? { ...run, sigma: [asked], isSigmaNamed: true } : run)
  const ids = isPath ? all.rules.slice(0, mostRules).map(({ id }) => id) : [asked]
  const trial = new Trial(createSigma(all))
  const events = await eventsOf(run)
  if (events.length === 0) throw new AppError('not-found', 'there is no such event')
  for (const event of events) {
    if (given.json !== true) terminal.out(terminal.safe(describeEvent(event)))
    for (const id of ids) {
      const explanation = trial.explanation(event, id)
      if (explanation === undefined)
        throw noRule(
          asked,
          all.correlations.some(({ id: known, name, title }) => [known, name, title].includes(id)),
        )
      if (given.json === true)
        terminal.out(jsonLine({ type: 'sigma-explanation', version: 1, ...explanation }))
      else for (const line of explanationLines(explanation, terminal)) terminal.out(line)
    }
  }
  return exitCodes.clean
}

function noRule(asked: string, isCorrelation: boolean): AppError {
  if (isCorrelation) {
    return new AppError('unsupported', `${asked} is a correlation, which no single event meets`, {
      hint: 'explain the rules that it refers to, or see what it found: haechi rules test',
    })
  }
  return new AppError('not-found', `there is no Sigma rule ${asked}`, {
    hint: 'haechi rules list shows all; a path of rules may be given instead, or --rules PATH',
  })
}
