// The Sigma rules that an action is about, read from the disk and made ready.

import { AppError } from '../../base/app-error.ts'
import { readSigmaFiles } from '../../config/index.ts'
import {
  chooseRules,
  createSigma,
  type Meter,
  readRules,
  type RuleProblem,
  type RuleSet,
  type Sigma,
} from '../../rules/sigma/index.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { hasSigmaShape } from './kinds.ts'

export interface SigmaRules {
  /** Everything that was read. */
  readonly all: RuleSet
  /** What of it is used: all where it is named on the command line, else what the configuration leaves. */
  readonly used: RuleSet
}

/** Throws AppError `not-found` when what the command line names cannot be read, or has no rules. */
export function readSigmaRules({ sigma, isSigmaNamed, config, terminal }: RulesRun): SigmaRules {
  const { files, problems } = readSigmaFiles(sigma)
  const [problem] = problems
  if (isSigmaNamed && problem !== undefined) throw new AppError('not-found', problem)
  for (const message of problems) terminal.err(`haechi: ${terminal.safe(message)}`)
  // In a folder that somebody names there may be YAML of other kinds.
  const rules = files.filter(
    ({ source, text }) => !isSigmaNamed || sigma.includes(source) || hasSigmaShape(text),
  )
  if (isSigmaNamed && rules.length === 0) {
    throw new AppError('not-found', `there are no Sigma rules in ${sigma.join(', ')}`)
  }
  const all = readRules(rules)
  if (isSigmaNamed) return { all, used: all }
  const { disable, leastLevel } = config.rules
  return { all, used: chooseRules(all, { disable, leastLevel }) }
}

/** The rules in use, ready; faults of rules go to standard error, since they are left out. */
export function sigmaInUse(run: RulesRun, meter?: Meter): Sigma {
  const sigma = createSigma(readSigmaRules(run).used, meter)
  writeFaults(
    sigma.problems.filter(({ severity }) => severity === 'error'),
    run,
  )
  return sigma
}

const mostTold = 20

function writeFaults(
  faults: readonly RuleProblem[],
  { given, terminal }: Pick<RulesRun, 'given' | 'terminal'>,
): void {
  for (const fault of faults.slice(0, mostTold)) {
    if (given.json === true) terminal.out(jsonLine(sigmaProblemLine(fault)))
    else terminal.err(`haechi: ${sigmaProblemText(fault, terminal)}`)
  }
  if (faults.length > mostTold) {
    terminal.err(
      `haechi: ${faults.length - mostTold} more Sigma rules are faulty; haechi rules lint shows them`,
    )
  }
}

export function sigmaProblemText(
  { severity, source, line, place, message }: RuleProblem,
  terminal: Terminal,
): string {
  const where = `${source}${line === undefined ? '' : `:${line}`}: `
  const what = place === undefined ? message : `${place}: ${message}`
  const style = severity === 'error' ? 'red' : 'yellow'
  return `${terminal.safe(where)}${terminal.style(style, severity)}: ${terminal.safe(what)}`
}

export function sigmaProblemLine(problem: RuleProblem): object {
  const { severity, source, line, rule, place, message } = problem
  return {
    type: 'problem',
    version: 1,
    severity,
    file: source,
    message: place === undefined ? message : `${place}: ${message}`,
    ...(line === undefined ? {} : { line }),
    ...(rule === undefined ? {} : { rule }),
  }
}
