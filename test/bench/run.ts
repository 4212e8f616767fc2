// `npm run bench`: how fast and how small the guard is, beside no guard and beside ClamAV's, in one run on one machine.
// Needs root and gcc. Options: --quick (one round, less time), --json, --tmpfs (instead of ext4).

import { parseArgs } from 'node:util'

import { CleanUp } from './clean-up.ts'
import { clamonacc, hasClamav } from './clamonacc.ts'
import { type Contestant, type ContestantId, type Stage, unguarded } from './contestant.ts'
import { createExec } from './exec.ts'
import { prepareGround } from './ground.ts'
import { haechi, isPrepared } from './haechi.ts'
import { readMachine } from './machine.ts'
import { compileOpener, measureOpens, warmCaches } from './open-latency.ts'
import { resultJson, resultText } from './report.ts'
import { awaitRest, measureIdle, measureMemory } from './resources.ts'
import { Samples } from './samples.ts'
import { measureThroughput } from './throughput.ts'
import { writeTrees } from './trees.ts'
import { measureWorkloads } from './workloads.ts'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, tmpfs: { type: 'boolean' } },
})
const plan =
  options.quick === true
    ? { rounds: 2, clamRounds: 1, idleRounds: 1, idleMs: 2000, limitMs: 60_000, lastRoundMs: 35_000 }
    : { rounds: 7, clamRounds: 2, idleRounds: 3, idleMs: 5000, limitMs: 235_000, lastRoundMs: 190_000 }

function mustBe(condition: boolean, message: string): void {
  if (condition) return
  console.error(`bench: ${message}`)
  process.exit(2)
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`)
}

const started = performance.now()
mustBe(process.getuid?.() === 0, 'guarding needs root')
mustBe(isPrepared(), 'this clone is not set up: run bin/haechi once')
const withClamav = hasClamav()

const cleanUp = new CleanUp(plan.limitMs)
const samples = new Samples()
const remarks: string[] = []
const rounds: Partial<Record<ContestantId, number>> = {}

/** One contestant's part of a round. */
async function perform(contestant: Contestant, stage: Stage, round: number): Promise<void> {
  const { id } = contestant
  const into = { samples, who: id, round }
  progress(`round ${round + 1}: ${id}`)
  const running = await contestant.start(stage)
  if (running.pids.length > 0) {
    samples.add({ id: 'start.second', title: 'start, not the first', unit: 'ms' }, id, round, running.readyMs)
    await measureMemory(running, 'start', into)
  }
  await measureOpens(stage, opener, into)
  await measureWorkloads(stage, into)
  if (running.pids.length > 0) {
    await measureMemory(running, 'end', into)
    if (round < plan.idleRounds) {
      await awaitRest()
      await measureMemory(running, 'rest', into)
      await measureIdle(running, plan.idleMs, into)
    }
  }
  await running.stop()
  rounds[id] = (rounds[id] ?? 0) + 1
}

progress('preparing the ground')
const exec = createExec(cleanUp)
const hasGcc = await exec('gcc', ['--version']).then(
  () => true,
  () => false,
)
mustBe(hasGcc, 'gcc is needed for the program that measures')
const ground = prepareGround(cleanUp, options.tmpfs === true ? 'tmpfs' : 'ext4')
const opener = await compileOpener(ground, exec)
const trees = await writeTrees(ground, exec)
const stage: Stage = { cleanUp, exec, ground, trees }
await warmCaches(stage, opener)

// The first start of all fills the compile cache; it is no round.
const first = await haechi.start(stage)
samples.add({ id: 'start.first', title: 'start, the very first', unit: 'ms' }, 'haechi', 0, first.readyMs)
await first.stop()

for (let round = 0; round < plan.rounds && performance.now() - started < plan.lastRoundMs; round++) {
  // Who goes first takes turns.
  const pair = round % 2 === 0 ? [unguarded, haechi] : [haechi, unguarded]
  for (const contestant of pair) await perform(contestant, stage, round)
  if (withClamav && round < plan.clamRounds) await perform(clamonacc, stage, round)
  if (round < 3) await measureThroughput(stage, samples, { round, withClamscan: withClamav && round === 0 })
}

if (!withClamav) {
  remarks.push(
    'NOT COMPARED WITH CLAMAV: clamonacc is missing (Debian: apt-get install clamav-daemon clamav).',
  )
}
const contestants = [unguarded, haechi, ...(withClamav ? [clamonacc] : [])]
const result = { machine: readMachine(ground.fileSystem), contestants, rounds, samples, remarks }
progress('')
process.stdout.write(options.json === true ? resultJson(result) : resultText(result))
cleanUp.run()
