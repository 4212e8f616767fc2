// The proof that nothing is missed: programs that exit at once, as fast as a shell can start them.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../../test/support/sensor.ts'
import type { Event } from '../../../model/index.ts'
import { enableRunStatistics } from '../../../platform/linux/bpf/system-call.ts'
import type { SensorFactory } from '../../sensor.ts'
import { ProcessSensor } from '../sensor.ts'
import { EbpfTier, type EbpfOptions } from './tier.ts'

/** exit(0) as the only instructions, by architecture. */
const exitCode: Readonly<Record<string, { machine: number; code: string }>> = {
  x64: { machine: 62, code: 'b83c00000031ff0f05' },
  arm64: { machine: 183, code: 'a80b8052000080d2010000d4' },
}

/** The smallest static program: an ELF header, one segment, and a call of exit(2). */
function tinyProgram(t: TestContext): string | undefined {
  const own = exitCode[process.arch]
  if (own === undefined) {
    t.skip(`no smallest program for ${process.arch}`)
    return undefined
  }
  const code = Buffer.from(own.code, 'hex')
  const elf = Buffer.alloc(120 + code.length)
  Buffer.from('7f454c4602010100', 'hex').copy(elf)
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(own.machine, 18)
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(0x40_0078n, 24)
  elf.writeBigUInt64LE(64n, 32)
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(1, 64)
  elf.writeUInt32LE(5, 68)
  elf.writeBigUInt64LE(0x40_0000n, 80)
  elf.writeBigUInt64LE(0x40_0000n, 88)
  elf.writeBigUInt64LE(BigInt(elf.length), 96)
  elf.writeBigUInt64LE(BigInt(elf.length), 104)
  elf.writeBigUInt64LE(0x1_0000n, 112)
  code.copy(elf, 120)
  const folder = mkdtempSync(join(tmpdir(), 'haechi-tiny-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'tiny')
  writeFileSync(path, elf, { mode: 0o755 })
  return path
}

interface Load {
  readonly child: ChildProcess
  readonly done: Promise<number>
}

/** Starts the program `count` times, one after the other: its arguments are `tag` and the number. Gives the rate. */
function startLoad(t: TestContext, path: string, tag: string, count: number): Load {
  const script = 'i=0; while [ $i -lt $3 ]; do "$1" "$2" $i; i=$((i+1)); done'
  const from = performance.now()
  const child = spawn('/bin/sh', ['-c', script, 'sh', path, tag, String(count)], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const done = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve((count * 1000) / (performance.now() - from))
      else reject(new Error(`the load ended with ${code}`))
    })
  })
  return { child, done }
}

function ebpf(options: EbpfOptions = {}): { factory: SensorFactory; tier: () => EbpfTier } {
  let made: EbpfTier | undefined
  return {
    factory: (context) =>
      new ProcessSensor(context, {
        tiers: [{ id: 'ebpf', open: (sink) => (made = new EbpfTier(sink, options)) }],
      }),
    tier: () => {
      assert.ok(made)
      return made
    },
  }
}

const isExec = (event: Event): boolean => event.event.action === 'exec'

/** Numbers that came with the tag, in a set. */
function numbersOf(events: readonly Event[], path: string, tag: string): Set<string> {
  const numbers = new Set<string>()
  for (const { event, process } of events) {
    if (event.action !== 'exec' || process?.executable !== path || process.args?.[1] !== tag) continue
    assert.equal(process.args.length, 3)
    assert.equal(process.args[0], path)
    numbers.add(process.args[2] ?? '')
  }
  return numbers
}

const count = 5000

test('5,000 programs that exit at once are all seen, each with its arguments and its end', async (t) => {
  const path = requireRoot(t) ? tinyProgram(t) : undefined
  if (path === undefined) return
  const { factory, tier } = ebpf()
  const under = await startSensor(t, factory)
  using statistics = enableRunStatistics()
  assert.ok(statistics.fd > 0)
  const load = startLoad(t, path, 'alone', count)
  let rate = 0
  void load.done.then((got) => (rate = got))
  await under.until(() => rate > 0 && tier().programs?.ring.pending() === 0, 20_000)
  assert.equal(numbersOf(under.events, path, 'alone').size, count)
  const ends = under.events.filter(
    ({ event, process }) => event.action === 'exit' && process?.executable === path,
  )
  assert.equal(ends.length, count)
  assert.ok(ends.every(({ process }) => process?.exit_code === 0))
  assert.deepEqual(under.losses, [])
  assert.ok(rate >= 2000, `only ${Math.round(rate)} programs a second`)
  for (const { name, runs, runTimeNs } of tier().programs?.statistics() ?? [])
    t.diagnostic(`${name}: ${runs} runs, ${Math.round(runTimeNs / Math.max(1, runs))} ns each`)
  t.diagnostic(`${Math.round(rate)} programs a second`)
})

test('two loads at once: nothing is lost either', async (t) => {
  const path = requireRoot(t) ? tinyProgram(t) : undefined
  if (path === undefined) return
  const { factory, tier } = ebpf()
  const under = await startSensor(t, factory)
  const loads = ['one', 'two'].map((tag) => startLoad(t, path, tag, count))
  let done = false
  void Promise.all(loads.map((load) => load.done)).then(() => (done = true))
  await under.until(() => done && tier().programs?.ring.pending() === 0, 20_000)
  assert.equal(numbersOf(under.events, path, 'one').size, count)
  assert.equal(numbersOf(under.events, path, 'two').size, count)
  assert.deepEqual(under.losses, [])
})

/** Delivered and lost of each kind beside what ran, and what was told as lost beside what was. */
function figuresOf(under: SensorUnderTest, tier: EbpfTier): [told: number, counted: number][] {
  const facts = tier.facts()
  const counts = tier.programs?.counters.read() ?? []
  const [execs = 0, execsLost = 0, forks = 0, forksLost = 0, exits = 0, exitsLost = 0, , callsLost = 0] =
    counts
  const lost = under.losses.reduce((sum, loss) => sum + loss.count, 0)
  return [
    [Number(facts['execs']) + execsLost, execs],
    [Number(facts['forks']) + forksLost, forks],
    [Number(facts['exits']) + exitsLost, exits],
    [lost, execsLost + forksLost + exitsLost + callsLost],
  ]
}

test('a ring that is too small: delivered and lost are exactly what ran, and it is told', async (t) => {
  const path = requireRoot(t) ? tinyProgram(t) : undefined
  if (path === undefined) return
  const { factory, tier } = ebpf({ ringBytes: 1 << 16 })
  const under = await startSensor(t, factory)
  using statistics = enableRunStatistics()
  assert.ok(statistics.fd > 0)
  // Nobody ticks meanwhile: the ring fills after some hundred records. The shell is not held up by that.
  const rate = await startLoad(t, path, 'overload', 2000).done
  assert.ok(rate > 500, `the host was held up: ${Math.round(rate)} programs a second`)
  await under.until(() => under.losses.length > 0)
  // What others start between two of these numbers is in one of them only: they agree as soon as nobody does.
  await under.until(() => figuresOf(under, tier()).every(([told, counted]) => told === counted), 15_000)
  const [execs = 0, execsLost = 0] = tier().programs?.counters.read() ?? []
  assert.ok(execsLost > 1000)
  assert.ok(under.losses.every(({ source, from = 0, to = 0 }) => source === 'ebpf' && from > 0 && to >= from))
  // The kernel's own count of runs says the same (programs of other hosts' processes included).
  const exec = tier()
    .programs?.statistics()
    .find(({ name }) => name === 'haechi_exec')
  assert.ok((exec?.runs ?? 0) >= 2000 && (exec?.runs ?? 0) <= execs)
  // What is true now is told again soon after.
  await under.until(() => under.sensor.status().facts['resyncs'] === 2, 15_000)
  assert.ok(under.events.some(isExec))
})
