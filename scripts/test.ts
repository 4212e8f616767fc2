// Runs every test of the project and ends with one summary of node:test. End-to-end tests that measure latency or memory, or
// count what the whole host does, come after all others and one file at a time; `node --test` can give all files only one
// concurrency, and two runs of it would end in two summaries.
//
//   npm test                      everything but what takes long
//   npm test -- test/long         tests that take half a minute, and those that strain the guard
//   npm run scenarios             attacks on real servers (test/scenario)
//   npm run planted               known artefacts, collected and analysed (test/planted)
//   npm run wine                  the Windows agent under Wine (test/wine)
//   npm test -- src/engine        the tests below a folder, or single files

import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'

// A test that needs longer says so itself: test('…', { timeout: 300_000 }, …).
const testTimeoutMs = 120_000
// Ends files that a test's own timeout cannot end: an endless loop, a handle left open after the last test.
const silenceMs = 360_000

// Of the guard's tests, those that only look at answers.
const looksAtAnswers = /^test\/e2e\/guard-(?:ask|change|lines|open|policy|respond|ways)\./

const takesLong = /^test\/(?:scenario|long|planted|wine)\//

const countsAll = /^src\/platform\/linux\/(?:audit|proc-connector)[^/]*$/

const root = dirname(import.meta.dirname)
const wanted = process.argv.slice(2).map((path) => resolve(path))

// The summary lines of both runs, added up: `tests`, `pass`, `fail` …, in the order in which node:test gives them.
const totals = new Map<string, number>()
let summary: TestEvent | undefined
let success = true

// One reporter for both runs. It lists the failures when it gets a summary, so it gets only the last one.
const reporter = new spec()
reporter.pipe(process.stdout)

/** All test files, or those that are one of the arguments or lie below one. */
function testFiles(): string[] {
  for (const path of wanted) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) fail(`there is no ${relative(root, path)}`)
  }
  return globSync('{src,scripts,test}/**/*.test.ts', { cwd: root, exclude: ['test/bench/**'] })
    .filter((file) => wanted.length > 0 || !takesLong.test(file))
    .map((file) => join(root, file))
    .filter((file) => wanted.length === 0 || wanted.some((path) => isBelow(file, path)))
    .toSorted()
}

/** Tests of the guard that go by its time, of the whole daemon, and of what counts every process of the host. */
function isAlone(file: string): boolean {
  const path = relative(root, file)
  return (
    (/^test\/e2e\/(?:guard|up(?=[-.]))[^/]*$/.test(path) && !looksAtAnswers.test(path)) ||
    path.startsWith('src/sensors/process/') ||
    takesLong.test(path) ||
    countsAll.test(path)
  )
}

function isBelow(file: string, path: string): boolean {
  return file === path || file.startsWith(path + sep)
}

async function runFiles(files: string[], concurrency: number): Promise<void> {
  if (files.length === 0) return
  const silence = new AbortController()
  const timer = setTimeout(() => {
    silence.abort()
  }, silenceMs)
  const events = run({ files, concurrency, timeout: testTimeoutMs, signal: silence.signal, cwd: root })
  for await (const event of events as AsyncIterable<TestEvent>) {
    timer.refresh()
    if (event.type === 'test:summary') success &&= event.data.success
    // What belongs to no file is about the whole run.
    if (event.type === 'test:summary' && event.data.file === undefined) summary = event
    else if (event.type === 'test:diagnostic' && event.data.file === undefined) addLine(event.data.message)
    else reporter.write(event)
  }
  clearTimeout(timer)
}

function addLine(line: string): void {
  const [name = '', count = '0'] = line.split(' ')
  totals.set(name, (totals.get(name) ?? 0) + Number(count))
}

function fail(message: string): never {
  console.error(`test: ${message}`)
  process.exit(1)
}

const files = testFiles()
const alone = files.filter((file) => isAlone(file))

await runFiles(
  files.filter((file) => !isAlone(file)),
  availableParallelism(),
)
await runFiles(alone, 1)
for (const [name, count] of totals) {
  const data = { nesting: 0, message: `${name} ${count}`, level: 'info' }
  reporter.write({ type: 'test:diagnostic', data })
}
if (summary !== undefined) reporter.write(summary)
reporter.end()
await finished(reporter)

if ((totals.get('tests') ?? 0) === 0) fail('no test ran')
process.exitCode = success ? 0 : 1
