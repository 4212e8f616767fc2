// Sigma rules tried by hand: what is wrong with them and whether they run here, what they say of stored events, and why.

import { AppError } from '../../base/app-error.ts'
import type { RuleProblem, Sigma, SigmaDetection } from '../../rules/sigma/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { AskValues } from '../host/options.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { readEvents, type Tried } from './event-files.ts'
import { explanationLines } from './explanation-text.ts'
import { sigmaOf } from './rule-files.ts'

export interface SigmaRun {
  /** Files and folders of rules. */
  readonly rules: readonly string[]
  /** Files of events; none: those that the host has stored. */
  readonly events: readonly string[]
  /** Of stored events: which, from when, and how many at most. */
  readonly where?: string | undefined
  readonly since?: string | undefined
  readonly limit?: number | undefined
  readonly ask: AskValues
  readonly json: boolean
  readonly terminal: Terminal
}

const defaultLimit = 100_000

/** What is wrong with the rules, and which of them cannot run on this host and why. 1 when a rule is faulty. */
export function lintSigma({ rules, json, terminal }: SigmaRun): ExitCode {
  const sigma = sigmaOf(rules)
  for (const problem of sigma.problems)
    terminal.out(json ? jsonLine(problemLine(problem)) : problemText(problem, terminal))
  for (const support of sigma.support) {
    if (json) terminal.out(jsonLine({ type: 'sigma-support', version: 1, ...support }))
    else if (support.on !== 'events') {
      terminal.out(
        `${terminal.style('dim', 'idle')}  ${terminal.safe(`${support.title}: ${support.reason ?? ''}`)}`,
      )
    }
  }
  const running = sigma.support.filter(({ on }) => on === 'events').length
  if (!json) terminal.out(`${sigma.support.length} rules, ${running} of them run on this host's events`)
  return sigma.problems.some(({ severity }) => severity === 'error') ? exitCodes.found : exitCodes.clean
}

/** What the rules say of the events. 1 when something matches. */
export async function testSigma(run: SigmaRun): Promise<ExitCode> {
  const { json, terminal } = run
  const sigma = sigmaOf(run.rules)
  const counts = new Map<string, number>()
  const tried = await eventsOf(run)
  for (const [i, one] of tried.entries()) {
    for (const detection of detectionsOf(sigma, one, i)) {
      counts.set(detection.title, (counts.get(detection.title) ?? 0) + 1)
      if (json)
        terminal.out(jsonLine({ type: 'sigma-match', version: 1, entry: i, ...whatOf(one), ...detection }))
      else terminal.out(terminal.safe(`${detection.level.padEnd(13)}  ${detection.title}: ${describe(one)}`))
    }
  }
  const matches = [...counts.values()].reduce((a, b) => a + b, 0)
  if (!json) terminal.out(`${tried.length} events, ${matches} matches of ${counts.size} rules`)
  return matches > 0 ? exitCodes.found : exitCodes.clean
}

/** Why one rule (by id, name or title) holds for the events, or does not. Throws AppError when there is no such rule. */
export async function explainSigma(run: SigmaRun, ruleId: string): Promise<ExitCode> {
  const { json, terminal } = run
  const sigma = sigmaOf(run.rules)
  let holds = false
  for (const one of await eventsOf(run)) {
    const explanation =
      one.kind === 'event'
        ? sigma.explain(one.event, ruleId)
        : sigma.explainRecord({ product: 'windows' }, one.record, ruleId)
    if (explanation === undefined) throw new AppError('not-found', `there is no rule ${ruleId}`)
    holds ||= explanation.holds
    if (json) terminal.out(jsonLine({ type: 'sigma-explanation', version: 1, ...explanation }))
    else
      for (const line of [terminal.safe(describe(one)), ...explanationLines(explanation, terminal)])
        terminal.out(line)
  }
  return holds ? exitCodes.found : exitCodes.clean
}

async function eventsOf({ events, where, since, limit, ask }: SigmaRun): Promise<Tried[]> {
  if (events.length > 0) return events.flatMap((path) => readEvents(path))
  const { newestEvents, openHost } = await import('../host/ask-host.ts')
  const host = await openHost(ask)
  const stored = await newestEvents(host, { where, since, limit: limit ?? defaultLimit })
  return stored.map((event) => ({ kind: 'event', event }))
}

function detectionsOf(sigma: Sigma, tried: Tried, entry: number): SigmaDetection[] {
  if (tried.kind === 'event') return sigma.match(tried.event)
  return sigma.matchRecord({ product: 'windows' }, tried.record, entry)
}

function whatOf(tried: Tried): object {
  return tried.kind === 'event' ? { event: tried.event } : { record: tried.record }
}

function describe(tried: Tried): string {
  if (tried.kind === 'windows') {
    const { Channel: channel, EventID: id, SystemTime: time } = tried.record
    return [time, channel, id].map(String).join(' ')
  }
  const { event } = tried
  return `${event['@timestamp']} ${event.message ?? event.event.action}`
}

function problemLine(problem: RuleProblem): object {
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

function problemText({ severity, source, line, place, message }: RuleProblem, terminal: Terminal): string {
  const where = `${source}${line === undefined ? '' : `:${line}`}`
  const what = place === undefined ? message : `${place}: ${message}`
  return `${terminal.style(severity === 'error' ? 'red' : 'yellow', severity)}  ${terminal.safe(`${where}: ${what}`)}`
}
