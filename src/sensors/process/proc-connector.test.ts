import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { ProcessTable } from '../process-table.ts'
import type { Loss } from '../sensor.ts'
import { pollingTier } from './polling.ts'
import { procConnectorTier } from './proc-connector.ts'
import { ProcessLives } from './proc-connector-lives.ts'
import type { ExecFact, ExitFact, ForkFact, ProcessSink, ProcessTier } from './tier.ts'

interface Seen {
  readonly execs: ExecFact[]
  readonly exits: ExitFact[]
  readonly forks: ForkFact[]
  readonly losses: Loss[]
  resyncs: number
}

function sinkFor(seen: Seen): ProcessSink {
  const ignore = (): void => undefined
  return {
    context: {
      emit: ignore,
      lost: (loss) => seen.losses.push(loss),
      notice: ignore,
      listen: ignore,
      processes: new ProcessTable('00000000'),
      state: { load: ignore, save: ignore },
      root: '',
    },
    exec: (fact) => seen.execs.push(fact),
    exit: (fact) => seen.exits.push(fact),
    fork: (fact) => seen.forks.push(fact),
    change: ignore,
    ptrace: ignore,
    memfd: ignore,
    module: ignore,
    resyncSoon: () => seen.resyncs++,
  }
}

function nothing(): Seen {
  return { execs: [], exits: [], forks: [], losses: [], resyncs: 0 }
}

async function until(tier: { tick(): unknown }, done: () => boolean, timeoutMs = 5000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !done(); await delay(10)) {
    assert.ok(performance.now() < end, `not within ${timeoutMs} ms`)
    tier.tick()
  }
}

async function startTier(
  t: TestContext,
  make: (sink: ProcessSink) => ProcessTier,
): Promise<[ProcessTier, Seen]> {
  const seen = nothing()
  const tier = make(sinkFor(seen))
  t.after(() => tier.stop())
  await tier.start()
  return [tier, seen]
}

test('process events: a program that lives is told whole, with the start that /proc has', async (t) => {
  if (!requireRoot(t)) return
  const [tier, { execs, exits, forks }] = await startTier(t, procConnectorTier)
  const child = spawn('/bin/sleep', ['30'])
  t.after(() => child.kill('SIGKILL'))
  const pid = must(child.pid)
  await until(tier, () => execs.some((fact) => fact.pid === pid))
  const exec = must(execs.find((fact) => fact.pid === pid))
  assert.deepEqual(exec.args, ['/bin/sleep', '30'])
  assert.equal(exec.parentPid, process.pid)
  assert.equal(exec.argsTruncated, false)
  assert.match(exec.executable, /\/sleep$|coreutils/)
  assert.equal(exec.startNs, must(readProcessStat(pid)).startTicks * 10_000_000)
  assert.equal(must(forks.find((fact) => fact.pid === pid)).startNs, exec.startNs)
  child.kill('SIGTERM')
  await once(child, 'exit')
  await until(tier, () => exits.some((fact) => fact.pid === pid))
  assert.equal(must(exits.find((fact) => fact.pid === pid)).status, 15)
})

test('process events: programs that are gone are told too, marked, and counted', async (t) => {
  if (!requireRoot(t)) return
  const [tier, { execs, exits, losses }] = await startTier(t, procConnectorTier)
  const script = 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done'
  // Nothing is read before it has ended.
  const { pid } = spawnSync('/bin/sh', ['-c', script])
  await until(tier, () => exits.some((fact) => fact.pid === pid))
  const own = execs.filter(({ parentPid }) => parentPid === pid)
  assert.equal(own.length, 200)
  assert.ok(own.every((fact) => fact.args.length === 0 && fact.argsTruncated && fact.startNs > 0))
  assert.ok(Number(tier.facts()['unread']) >= 200)
  assert.deepEqual(losses, [])
})

test('process events: what the kernel dropped is told, and everything is looked up again', async (t) => {
  if (!requireRoot(t)) return
  const seen = nothing()
  const ignore = (): void => undefined
  const lives = new ProcessLives(sinkFor(seen), { exec: ignore, exit: ignore }, 4096)
  t.after(() => lives.close())
  for (let round = 0; round < 20; round++) {
    spawnSync('/bin/true')
    lives.tick()
  }
  spawnSync('/bin/sh', ['-c', 'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done'])
  lives.tick()
  const told = (): number => seen.losses.reduce((sum, { count }) => sum + count, 0)
  await until(lives, () => {
    // A drop is known when a later event of the same processor comes.
    spawnSync('/bin/true')
    return told() > 100
  })
  assert.ok(told() <= lives.dropped)
  assert.ok(
    seen.losses.every(({ source, from, to }) => source === 'proc-connector' && must(from) <= must(to)),
  )
  assert.ok(seen.resyncs > 0)
})

test('polling: a process of three seconds is seen whole and its end too; one that is gone at once is not', async (t) => {
  const [tier, { execs, exits, forks }] = await startTier(t, pollingTier)
  const child = spawn('/bin/sleep', ['3'])
  const pid = must(child.pid)
  t.after(() => child.kill('SIGKILL'))
  const gone = spawnSync('/bin/true').pid
  await until(tier, () => execs.some((fact) => fact.pid === pid), 2500)
  const exec = must(execs.find((fact) => fact.pid === pid))
  assert.deepEqual(exec.args, ['/bin/sleep', '3'])
  assert.equal(exec.startNs, must(readProcessStat(pid)).startTicks * 10_000_000)
  assert.equal(must(forks.find((fact) => fact.pid === pid)).parentPid, process.pid)
  await until(tier, () => exits.some((fact) => fact.pid === pid), 6000)
  assert.ok(execs.every((fact) => fact.pid !== gone))
  assert.match(String(tier.facts()['sight']), /not seen/)
})
