// haechi --run test/eval/sigma/run.ts: which public rules compile, which of them run on this host and why the others do
// not; whether each rule fires on its own regression event, exactly as often as it should; and what an event costs.
// HAECHI_DATA names a folder with `sigma/rules*` and `sigma/regression_data`. DETAILS=1 lists every rule and extra match.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'

import {
  createSigma,
  readRules,
  type Sigma,
  type SigmaRecord,
  windowsRecord,
} from '../../../src/rules/sigma/index.ts'
import { benignExecs, benignRequests, processRules } from './cost.ts'
import { evalData } from '../../support/eval-data.ts'

const data = join(evalData(), 'sigma')
const isDetailed = process.env['DETAILS'] !== undefined

interface Case {
  readonly rule: string
  /** Absent: at least once. */
  readonly count: number | undefined
  readonly events: readonly SigmaRecord[]
}

function loadRules(): ReturnType<typeof readRules> {
  const files = globSync(join(data, 'rules*', '**', '*.yml')).toSorted()
  const started = performance.now()
  const set = readRules(files.map((source) => ({ source, text: readFileSync(source, 'utf8') })))
  const ms = (performance.now() - started).toFixed(0)
  const errors = set.problems.filter(({ severity }) => severity === 'error')
  console.log(`${files.length} files: ${set.rules.length} rules compile, ${errors.length} errors, ${ms} ms`)
  for (const { source, line, place, message } of errors)
    console.log(`  ${source}:${line ?? 0} ${place ?? ''}: ${message}`)
  console.log(`  warnings: ${set.problems.length - errors.length}`)
  return set
}

function tellSupport(sigma: Sigma): void {
  const reasons = new Map<string, number>()
  const on = { events: 0, records: 0, nothing: 0 }
  for (const support of sigma.support) {
    on[support.on]++
    const reason = `${support.on}: ${support.reason ?? 'runs'}`
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  console.log(`run on events ${on.events}, on records ${on.records}, on nothing ${on.nothing}`)
  const sorted = [...reasons].toSorted(([, a], [, b]) => b - a)
  for (const [reason, count] of isDetailed ? sorted : sorted.slice(0, 12))
    console.log(`  ${count}  ${reason}`)
}

function readCases(): Case[] {
  return globSync(join(data, 'regression_data', '**', 'info.yml'))
    .toSorted()
    .map((path) => {
      const info = parse(readFileSync(path, 'utf8')) as {
        rule_metadata: readonly { id: string }[]
        regression_tests_info: readonly { match_count?: number; path: string }[]
      }
      const [test] = info.regression_tests_info
      const json = join(
        path,
        '..',
        `${
          (test?.path ?? '')
            .split('/')
            .at(-1)
            ?.replace(/\.evtx$/, '') ?? ''
        }.json`,
      )
      return {
        rule: info.rule_metadata[0]?.id ?? '',
        count: test?.match_count,
        events: eventsOf(readFileSync(json, 'utf8')).map((event) => windowsRecord(event)),
      }
    })
}

/** One document, or one after another. */
function eventsOf(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  } catch {
    return text
      .split(/\n(?=\{)/)
      .filter((part) => part.trim() !== '')
      .map((part): unknown => JSON.parse(part))
  }
}

function runCases(sigma: Sigma): boolean {
  const cases = readCases()
  let exact = 0
  const extra = new Map<string, number>()
  for (const { rule, count, events } of cases) {
    let fired = 0
    for (const event of events) {
      for (const { ruleId, level, title } of sigma.matchRecord({ product: 'windows' }, event)) {
        if (ruleId === rule) fired++
        else extra.set(`${level}  ${title}`, (extra.get(`${level}  ${title}`) ?? 0) + 1)
      }
    }
    if (count === undefined ? fired > 0 : fired === count) exact++
    else
      console.log(
        `  ${rule}: fired ${fired} times instead of ${count ?? 'at least once'} in ${events.length} events`,
      )
  }
  console.log(`regression: ${exact} of ${cases.length} exactly as often as they should`)
  const sum = [...extra.values()].reduce((a, b) => a + b, 0)
  console.log(`other rules fired ${sum} times on these events (${extra.size} rules)`)
  if (isDetailed) for (const [title, count] of extra) console.log(`  ${count}  ${title}`)
  return exact === cases.length
}

/** CPU time of this thread, the median of several stretches: other work on the machine counts less. */
function timeOf(what: string, run: () => void, events: number): void {
  const warmRounds = 300
  const stretches = 9
  const rounds = 100
  for (let i = 0; i < warmRounds; i++) run()
  const each = Array.from({ length: stretches }, () => {
    const before = process.threadCpuUsage().user
    for (let i = 0; i < rounds; i++) run()
    return (process.threadCpuUsage().user - before) / (rounds * events)
  }).toSorted((a, b) => a - b)
  console.log(`${what}: ${(each[(stretches - 1) / 2] ?? Number.NaN).toFixed(2)} µs`)
}

const set = loadRules()
const sigma = createSigma(set)
tellSupport(sigma)
const isExact = runCases(sigma)
const cases = readCases().flatMap(({ events }) => events)
timeOf(
  `a Windows event, all ${set.rules.length} rules`,
  () => {
    for (const event of cases) sigma.matchRecord({ product: 'windows' }, event)
  },
  cases.length,
)
const execs = benignExecs()
timeOf(
  'a process event of ours, all rules',
  () => {
    for (const event of execs) sigma.match(event)
  },
  execs.length,
)
const requests = benignRequests()
const webRules = sigma.support.filter(({ views }) => views.includes('webserver')).length
timeOf(
  `a request of a web server, ${webRules} rules`,
  () => {
    for (const request of requests) sigma.matchRequest(request)
  },
  requests.length,
)
const many = processRules(set, 3000)
timeOf(
  `an event of one log source with ${many.count} rules`,
  () => {
    for (const record of cases)
      many.sigma.matchRecord({ product: 'windows', category: 'process_creation' }, record)
  },
  cases.length,
)
process.exitCode = isExact ? 0 : 1
