// `npm run soak`: the daemon under a moderate load for hours: is its memory flat, and is everything stored that was made?
// Options: --minutes M (480), --rate R (what happens a second, all kinds together), --compress (what the minutes would
// bring, as fast as the host takes it; hours are then those that are simulated), --json. Exit code 1: not flat, or missing.

import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { CleanUp } from '../bench/clean-up.ts'
import { createExec } from '../bench/exec.ts'
import { isPrepared } from '../bench/haechi.ts'
import { readMachine } from '../bench/machine.ts'
import { table } from '../bench/match/table.ts'
import type { Bench } from '../bench/sensors/bench.ts'
import { loadText } from '../bench/sensors/figures.ts'
import { type RunningHaechi, startHaechi } from '../bench/sensors/haechi.ts'
import { ownLogFolder } from '../bench/sensors/log-folder.ts'
import { Load } from './load.ts'
import { type Kind, kinds, totals } from './plan.ts'
import { type Counts, judgeCounts, judgeMemory } from './verdict.ts'
import { type Look, look, lookText } from './watch.ts'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '480' },
    rate: { type: 'string', default: '20' },
    compress: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
/** Compressed, what one portion makes is one minute's. */
const portionMs = options.compress ? 60_000 : 1000
const lookEveryMs = options.compress ? 250 : 10_000
const drainTimeoutMs = 120_000
const takeTimeoutMs = 10_000
const mostUnderWay = 1000

function mustBe(condition: boolean, message: string): void {
  if (condition) return
  console.error(`soak: ${message}`)
  process.exit(2)
}

const plan = { minutes: Number(options.minutes), rate: Number(options.rate) }
mustBe(plan.minutes > 0 && plan.rate > 0, '--minutes and --rate take numbers above 0')
mustBe(process.getuid?.() === 0, 'seeing the host needs root')
mustBe(isPrepared(), 'this clone is not set up: run bin/haechi once')
mustBe(existsSync('/usr/bin/gcc'), 'gcc is needed for the program that makes the load')

const totalMs = plan.minutes * 60_000
const cleanUp = new CleanUp(totalMs + 60 * 60_000)
const folder = mkdtempSync(join(tmpdir(), 'haechi-soak-'))
cleanUp.add(() => {
  rmSync(folder, { recursive: true, force: true })
})
const bench: Bench = {
  cleanUp,
  exec: createExec(cleanUp),
  folder,
  isQuick: false,
  rounds: 1,
  progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`)
  },
}

/** Of what is planned, so much is due after this time; nothing is left over by rounding. */
function dueAt(planned: Counts, made: Counts, atMs: number): Counts {
  const share = Math.min(1, atMs / totalMs)
  return Object.fromEntries(
    kinds.map((kind) => [kind, Math.max(0, Math.round(planned[kind] * share) - made[kind])]),
  ) as Record<Kind, number>
}

/** Makes everything, and looks at the daemon meanwhile. */
async function soak(haechi: RunningHaechi, load: Load): Promise<Look[]> {
  const planned = totals(plan)
  const looks: Look[] = []
  const began = performance.now()
  let lookedAt = Number.NEGATIVE_INFINITY
  for (let atMs = portionMs; atMs <= totalMs; atMs += portionMs) {
    await load.perform(dueAt(planned, load.made, atMs))
    const now = performance.now()
    if (now - lookedAt >= lookEveryMs) {
      lookedAt = now
      const one = await look(haechi, atMs)
      looks.push(one)
      bench.progress(lookText(one))
    }
    if (options.compress) await untilTaken(haechi)
    else await delay(Math.max(0, began + atMs - performance.now()))
  }
  return looks
}

/** As fast as the host takes it: the next portion waits until the last one has been looked at. */
async function untilTaken(haechi: RunningHaechi): Promise<void> {
  const end = performance.now() + takeTimeoutMs
  while (performance.now() < end) {
    const { queued, pending } = await look(haechi, 0)
    if (queued + pending < mostUnderWay) return
    await delay(20)
  }
}

/** Until nothing is on its way any more. */
async function drain(haechi: RunningHaechi): Promise<void> {
  const end = performance.now() + drainTimeoutMs
  let before = -1
  for (let quiet = 0; quiet < 3 && performance.now() < end;) {
    await delay(1500)
    const { stored, queued } = await look(haechi, 0)
    // Others make an event now and then.
    quiet = queued === 0 && stored - before < 50 ? quiet + 1 : 0
    before = stored
  }
}

async function countStored(haechi: RunningHaechi, load: Load): Promise<Counts> {
  const stored: Record<Kind, number> = { exec: 0, connection: 0, file: 0, line: 0, login: 0 }
  const filters: Readonly<Record<Kind, string>> = {
    exec: `action = exec and exe = "${load.program}"`,
    connection: `action = connect and destination.port = ${load.port}`,
    file: `action = create and path ~ "${load.files}/**/program-*"`,
    line: 'dataset = log and "GET /soak/"',
    login: 'action = logon-failed and source.ip in 198.51.100.0/24',
  }
  for (const kind of kinds) {
    bench.progress(`counting: ${kind}`)
    stored[kind] = await haechi.count(filters[kind])
  }
  return stored
}

const { folder: logs, options: around } = ownLogFolder(bench)
for (const name of ['auth.log', 'nginx/access.log']) closeSync(openSync(join(logs, name), 'a'))
const haechi = await startHaechi(bench, around)
bench.progress('the first look at all files')
await haechi.untilSettled()
const load = await Load.prepare(bench, logs)
const began = performance.now()
const looks = await soak(haechi, load)
const tookMs = performance.now() - began
await drain(haechi)
const memory = judgeMemory(looks, plan.minutes / 60)
const stored = await countStored(haechi, load)
const { host } = await haechi.status()
const missing = judgeCounts(load.made, stored)
await haechi.stop()
load.close()

const machine = readMachine(folder)
const result = {
  machine,
  plan,
  tookMs,
  memory,
  made: load.made,
  stored,
  missing,
  ledger: host?.ledger,
  looks,
}
bench.progress('')
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : resultText())
cleanUp.run()
process.exitCode = memory.isFlat && missing.length === 0 ? 0 : 1

function resultText(): string {
  const [first, last] = [looks[0], looks.at(-1)]
  const cpu = (((last?.cpuMs ?? 0) - (first?.cpuMs ?? 0)) / tookMs) * 100
  const rows = [
    ['', ...kinds],
    ['made', ...kinds.map((kind) => `${load.made[kind]}`)],
    ['stored', ...kinds.map((kind) => `${stored[kind]}`)],
  ]
  const every = Math.max(1, Math.floor(looks.length / 12))
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}, ${machine.date}; ${loadText()} at the end`,
    `${plan.minutes} minutes with ${plan.rate} a second${options.compress ? ', compressed' : ''}: took ${(tookMs / 60_000).toFixed(1)} minutes; ${cpu.toFixed(1)} % of one core`,
    '',
    ...table(rows, rows[0]?.map((_, column) => (column === 0 ? 'left' : 'right')) ?? []),
    '',
    ...looks.filter((_, index) => index % every === 0).map((one) => lookText(one)),
    '',
    `most on the way to the store: ${Math.max(...looks.map(({ queued }) => queued))}`,
    `told as lost: ${host?.ledger.map(({ source, lost, times }) => `${source} ${lost} (${times} times)`).join(', ') || 'nothing'}`,
    `memory: ${memory.text}`,
    ...missing.map((one) => `MISSING: ${one}`),
  ]
  return `${lines.join('\n')}\n`
}
