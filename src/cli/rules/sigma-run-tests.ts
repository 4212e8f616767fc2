// `haechi rules test` of Sigma rules: the tests beside them, or what they say of events.

import { AppError } from '../../base/app-error.ts'
import { readSigmaFiles } from '../../config/index.ts'
import type { RuleTestLine } from '../../model/rule-lines.ts'
import { createSigma, readRules, type RuleHead, type Sigma } from '../../rules/sigma/index.ts'
import { usage } from '../args.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { RulesRun } from './action.ts'
import type { GivenEvent } from './event-files.ts'
import { asksForEvents } from './options.ts'
import { TestTally } from './run-tests.ts'
import { describeEvent, eventsOf, Trial } from './sigma-events.ts'
import { sigmaInUse } from './sigma-rules.ts'
import {
  readSigmaTestFile,
  type SigmaTest,
  type SigmaTestFile,
  sigmaTestFilesOf,
  type TestedEvent,
} from './sigma-test-file.ts'

export function testSigma(run: RulesRun): Promise<ExitCode> | ExitCode {
  return asksForEvents(run.given) ? tryOnEvents(run) : runTests(run)
}

/** What the rules say of events. 1 when something matches. */
async function tryOnEvents(run: RulesRun): Promise<ExitCode> {
  const { given, terminal } = run
  const trial = new Trial(sigmaInUse(run))
  const events = await eventsOf(run)
  const titles = new Set<string>()
  let matches = 0
  for (const [i, event] of events.entries()) {
    for (const detection of trial.detections(event, i)) {
      titles.add(detection.title)
      matches++
      if (given.json === true) {
        terminal.out(jsonLine({ type: 'sigma-match', version: 1, entry: i, ...whatOf(event), ...detection }))
      } else {
        const { level, title } = detection
        terminal.out(terminal.safe(`${level.padEnd(13)}  ${title}: ${describeEvent(event)}`))
      }
    }
  }
  if (given.json !== true) terminal.out(`${events.length} events, ${matches} matches of ${titles.size} rules`)
  return matches > 0 ? exitCodes.found : exitCodes.clean
}

function whatOf(given: GivenEvent): object {
  return given.kind === 'event' ? { event: given.event } : { record: given.record }
}

function runTests({ given, operands, terminal }: RulesRun): ExitCode {
  const files = [...new Set(operands.flatMap((path) => sigmaTestFilesOf(path)))]
  if (files.length === 0) {
    throw usage(
      { name: 'rules', usage: ['test PATH... [--events FILE]... [--since TIME] [--where FILTER]'] },
      'there are no tests: no *.test.yml beside the rules; --events and --since try them on events',
    )
  }
  const tally = new TestTally({ terminal, json: given.json === true })
  for (const path of files) for (const line of linesOf(readSigmaTestFile(path))) tally.add(line)
  return tally.end()
}

function linesOf({ path, rules, tests }: SigmaTestFile): RuleTestLine[] {
  const {
    files,
    problems: [unread],
  } = readSigmaFiles(rules)
  if (unread !== undefined) throw new AppError('not-found', unread)
  const set = readRules(files)
  const heads = [...set.rules, ...set.correlations]
  const fault = createSigma(set).problems.find(({ severity }) => severity === 'error')
  if (fault !== undefined) {
    const { source, line, message } = fault
    throw new AppError('list-invalid', `${source}${line === undefined ? '' : `:${line}`}: ${message}`, {
      hint: 'haechi rules lint shows everything that is wrong',
    })
  }
  return tests.map((test) => {
    // Correlations remember: each test begins with none of what was before.
    const matched = matchedBy(createSigma(set), test.events)
    const problems = test.isMatch
      ? missing(test, matched, heads)
      : [...matched].map((head) => `${head} matches`)
    const result = problems.length === 0 ? 'ok' : 'failed'
    return {
      type: 'rule-test',
      version: 1,
      file: path,
      name: test.name,
      result,
      matched: [...matched],
      problems,
    }
  })
}

/** Titles of what matches one of the events. */
function matchedBy(sigma: Sigma, events: readonly TestedEvent[]): ReadonlySet<string> {
  const trial = new Trial(sigma)
  const detections = events.flatMap((event, i) =>
    event.kind === 'request' ? sigma.matchRequest(event.request, i) : trial.detections(event, i),
  )
  return new Set(detections.map(({ title }) => title))
}

function missing({ rules }: SigmaTest, matched: ReadonlySet<string>, heads: readonly RuleHead[]): string[] {
  if (rules.length === 0) return matched.size === 0 ? ['no rule matches'] : []
  return rules.flatMap((wanted) => {
    const head = heads.find(({ id, name, title }) => [id, name, title].includes(wanted))
    if (head === undefined) return [`there is no rule ${wanted}`]
    return matched.has(head.title) ? [] : [`${head.title} does not match`]
  })
}
