// `node test/bench/store/run.ts [--events N]`: the event store beside the plainest opponent, a file of JSON lines that is
// appended to and searched by grep: processor time an event, bytes an event, and the time of questions.

import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { type EventRow, openStore, rowOf, type Store } from '../../../src/store/index.ts'
import { readMachine } from '../machine.ts'
import { sampleEvent } from './sample-events.ts'

const { values: options } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } })
const count = Number(options.events)
/** Rows of an append: 50 ms of a host with 20,000 events a second, and of quiet ones. */
const batches = [1000, 100, 10, 1]
const folder = mkdtempSync(join(tmpdir(), 'haechi-bench-'))

interface Cost {
  readonly us: number
  readonly cpuUs: number
}

/** A question, as a filter and as what grep looks for in the lines; no pattern: grep cannot ask it. */
const questions: readonly { readonly where: string; readonly pattern?: string }[] = [
  { where: 'action = exec', pattern: '"action":"exec"' },
  { where: 'pid = 4242', pattern: '"pid":4242[,}]' },
  { where: 'exe = /no/such', pattern: '"executable":"/no/such"' },
  { where: 'args contains file12345', pattern: 'file12345' },
  { where: 'failed 10.1.2.77 sshd', pattern: 'Failed.*10\\.1\\.2\\.77' },
  { where: 'destination.ip in 11.0.0.0/8', pattern: '"destination":{"ip":"11\\.' },
  { where: 'source.port > 70000' },
  { where: 'process.parent.pid > 90000' },
  { where: 'path ~ "/etc/**"' },
  { where: 'not dataset = process and user missing and path missing and port missing' },
]

function line(...cells: readonly (string | number)[]): void {
  const [name = '', ...rest] = cells.map(String)
  process.stdout.write(`${name.padEnd(76)}${rest.map((cell) => cell.padStart(16)).join('')}\n`)
}

function measure(work: () => void): Cost {
  const before = process.cpuUsage()
  const started = performance.now()
  work()
  const { user, system } = process.cpuUsage(before)
  return { us: (performance.now() - started) * 1000, cpuUs: user + system }
}

function open(name: string): Store {
  return openStore({
    folder: join(folder, name),
    maxBytes: 8 * 1024 ** 3,
    maxAgeMs: 100 * 365 * 86_400_000,
    onProblem: (message) => process.stderr.write(`${message}\n`),
  })
}

/** `write` takes all rows, made some thousand at a time outside of the measured time. */
function fill(total: number, batch: number, write: (rows: readonly EventRow[]) => void): Cost {
  let us = 0
  let cpuUs = 0
  for (let at = 0; at < total; at += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, total - at) }, (_, index) =>
      rowOf(sampleEvent(at + index)),
    )
    const cost = measure(() => {
      for (let from = 0; from < rows.length; from += batch) write(rows.slice(from, from + batch))
    })
    us += cost.us
    cpuUs += cost.cpuUs
  }
  return { us, cpuUs }
}

function tellCost(name: string, cost: Cost, rows: number, bytes: number): void {
  const perSecond = Math.round((rows / cost.us) * 1e6)
  line(name, perSecond, (cost.cpuUs / rows).toFixed(1), (bytes / rows).toFixed(0))
}

function writing(): void {
  line('writing', 'events/s', 'cpu µs/event', 'bytes/event')
  const path = join(folder, 'events.jsonl')
  const fd = openSync(path, 'w')
  const plain = fill(count, 1000, (rows) => {
    writeSync(fd, `${rows.map(({ json }) => json).join('\n')}\n`)
  })
  closeSync(fd)
  tellCost('JSON lines, 1,000 at a time', plain, count, statSync(path).size)
  for (const batch of batches) {
    const rows = batch === 1000 ? count : Math.min(count, 2000 * Math.sqrt(batch) * 10)
    const store = open(`store-${batch}`)
    let appends = 0
    const cost = fill(rows, batch, (some) => {
      store.append(some)
      // As the daemon does, so that joining small blocks is part of the cost.
      if (++appends % 100 === 0) while (store.maintain());
    })
    tellCost(`store, ${batch} at a time`, cost, rows, store.stats().usedBytes)
    store.close()
  }
  const events = Array.from({ length: 20_000 }, (_, index) => sampleEvent(index))
  const made = measure(() => {
    for (const event of events) rowOf(event)
  })
  line('rowOf (in the thread of the sensors)', '', (made.cpuUs / events.length).toFixed(1), '')
}

function asking(): void {
  line('')
  line(`questions over ${count} events (ms)`, 'first 100', 'all', 'grep -c, all')
  const store = open('store-1000')
  for (const { where, pattern } of questions) {
    const first = measure(() => store.query({ where, order: 'newest', limit: 100 }))
    let found = 0
    const all = measure(() => {
      found = store.count({ where }).count
    })
    const grep = pattern === undefined ? '' : (measure(() => grepCount(pattern)).us / 1000).toFixed(0)
    line(`${where} (${found})`, (first.us / 1000).toFixed(0), (all.us / 1000).toFixed(0), grep)
  }
  const [oldest = 0, newest = 0] = [store.stats().oldestUs, store.stats().newestUs]
  const middle = (oldest + newest) / 2
  const range = measure(() =>
    store.query({ since: middle, until: middle + 1e7, order: 'newest', limit: 100 }),
  )
  line('ten seconds in the middle', (range.us / 1000).toFixed(0))
  let living = 0
  const history = measure(() => {
    living = store.processesAt(middle).length
  })
  line(`processes in the middle (${living})`, '', (history.us / 1000).toFixed(0))
  store.close()
}

function grepCount(pattern: string): void {
  try {
    execFileSync('grep', ['-c', pattern, join(folder, 'events.jsonl')], { env: { LC_ALL: 'C' } })
  } catch {
    // No line: grep's exit code is 1.
  }
}

try {
  const { cpu, cores, kernel, node } = readMachine('')
  process.stdout.write(
    `${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}; load ${loadavg()[0]?.toFixed(1)}\n\n`,
  )
  writing()
  asking()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
