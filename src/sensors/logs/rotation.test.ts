import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'

import { type Folder, withFolder } from '../../../test/support/folder.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { logsSensorWith } from './logs-sensor.ts'

const factory = logsSensorWith({
  paths: ['/logs/*.log'],
  journal: false,
  times: { lookMs: 200, quietMs: 1000, graceMs: 300 },
})

interface Place {
  readonly root: Folder
  readonly log: string
  /** Starts a run of the sensor on the same state. */
  readonly run: () => Promise<SensorUnderTest>
}

function place(t: TestContext): Place {
  const root = withFolder(t)
  const state = withFolder(t)
  mkdirSync(join(root.path, 'logs'))
  const log = join(root.path, 'logs', 'app.log')
  writeFileSync(log, '')
  return { root, log, run: () => startSensor(t, factory, { root: root.path, stateFolder: state.path }) }
}

/** A process that appends numbered lines, a burst each time it is told to, and answers when they are written. */
class Writer {
  readonly #child: ChildProcess
  #out = ''
  written = 0

  constructor(t: TestContext, path: string) {
    const script = `
      const fs = require('fs')
      let fd = fs.openSync(process.argv[1], 'a'), n = 0
      require('readline').createInterface({ input: process.stdin }).on('line', (order) => {
        const [what, count] = order.split(' ')
        if (what === 'reopen') { fs.closeSync(fd); fd = fs.openSync(process.argv[1], 'a') }
        for (let left = Number(count ?? 0); left > 0;) {
          const part = Math.min(left, 50)
          let text = ''
          for (let i = 0; i < part; i++) text += 'Nov 22 09:56:31 host app[7]: line ' + n++ + ' and what it says\\n'
          fs.writeSync(fd, text)
          left -= part
        }
        process.stdout.write('done\\n')
      })`
    this.#child = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.on('data', (part: Buffer) => (this.#out += part.toString()))
    t.after(() => this.#child.kill('SIGKILL'))
  }

  /** Resolves when the lines are in the file. */
  async write(sensor: SensorUnderTest | undefined, count: number): Promise<void> {
    this.written += count
    await this.#order(sensor, `write ${count}`)
  }

  async reopen(sensor: SensorUnderTest | undefined): Promise<void> {
    await this.#order(sensor, 'reopen')
  }

  async #order(sensor: SensorUnderTest | undefined, order: string): Promise<void> {
    this.#out = ''
    this.#child.stdin?.write(`${order}\n`)
    if (sensor !== undefined) await sensor.until(() => this.#out.includes('done'), 20_000)
    else while (!this.#out.includes('done')) await once(this.#child.stdout as NodeJS.EventEmitter, 'data')
  }
}

function linesOf(events: readonly Event[]): Event[] {
  return events.filter(({ event }) => event.action === 'line')
}

function numbers(events: readonly Event[]): number[] {
  return linesOf(events).map(({ message }) => Number(/line (\d+) /.exec(message ?? '')?.[1] ?? -1))
}

function actions(events: readonly Event[]): string[] {
  return events.map(({ event }) => event.action).filter((action) => action !== 'line')
}

/** Every line from 0 to `count` is there once. */
function assertAll(events: readonly Event[], count: number): void {
  const seen = new Uint8Array(count)
  let repeated = 0
  let strange = 0
  for (const number of numbers(events)) {
    if (number < 0 || number >= count) strange++
    else if (seen[number] === 1) repeated++
    else seen[number] = 1
  }
  const lost = seen.reduce((sum, one) => sum + (1 - one), 0)
  assert.deepEqual({ lost, repeated, strange }, { lost: 0, repeated: 0, strange: 0 })
  const ids = new Set(linesOf(events).map(({ hx }) => (hx?.['log'] as { id: string } | undefined)?.id))
  assert.equal(ids.size, linesOf(events).length, 'ids are unique')
}

test('no line is lost or repeated while a busy log is renamed, and its writer goes on in the old file', async (t) => {
  const { log, run } = place(t)
  const sensor = await run()
  const writer = new Writer(t, log)
  for (let round = 0; round < 6; round++) {
    await writer.write(sensor, 3000)
    renameSync(log, `${log}.${round}`)
    writeFileSync(log, '')
    // Late lines: the writer has not been told yet.
    await writer.write(sensor, 500)
    await writer.reopen(sensor)
  }
  await writer.write(sensor, 1000)
  await sensor.until(() => linesOf(sensor.events).length >= writer.written, 10_000)
  assertAll(sensor.events, writer.written)
  assert.equal(actions(sensor.events).filter((action) => action === 'log-rotated').length, 6)
  assert.deepEqual(sensor.losses, [])
})

test('no line is lost or repeated by copytruncate, at once and read late', async (t) => {
  const { log, run } = place(t)
  const sensor = await run()
  const writer = new Writer(t, log)
  for (let round = 0; round < 6; round++) {
    await writer.write(round % 2 === 0 ? sensor : undefined, 4000)
    copyFileSync(log, `${log}.${round}`)
    truncateSync(log, 0)
    await writer.write(round % 2 === 0 ? undefined : sensor, 2500)
  }
  await sensor.until(() => linesOf(sensor.events).length >= writer.written, 10_000)
  assertAll(sensor.events, writer.written)
  assert.ok(actions(sensor.events).every((action) => action === 'log-rotated'))
  assert.deepEqual(sensor.losses, [])
})

test('logrotate rotates twice with copytruncate and compression while nobody watches, and nothing is lost', async (t) => {
  if (!existsSync('/usr/sbin/logrotate')) {
    t.skip('logrotate is not installed')
    return
  }
  const { root, log, run } = place(t)
  const configuration = root.file(
    'rotate.conf',
    `"${log}" {\n copytruncate\n compress\n rotate 5\n missingok\n su root root\n}\n`,
  )
  const rotate = (): void => {
    const { status, stderr } = spawnSync('/usr/sbin/logrotate', [
      '-f',
      '-s',
      join(root.path, 'state'),
      configuration,
    ])
    assert.equal(status, 0, stderr.toString())
  }
  const writer = new Writer(t, log)
  const first = await run()
  await writer.write(first, 2000)
  await first.until(() => linesOf(first.events).length > 500)
  await first.sensor.stop()
  await writer.write(undefined, 2000)
  rotate()
  await writer.write(undefined, 1000)
  rotate()
  await writer.write(undefined, 700)
  assert.ok(existsSync(`${log}.2.gz`))
  // Longer than the tick of file times: nothing is found only because it has just happened.
  await delay(60)
  const second = await run()
  const all = (): Event[] => [...first.events, ...second.events]
  await second.until(() => linesOf(all()).length >= writer.written, 10_000)
  assertAll(all(), writer.written)
  assert.deepEqual(second.losses, [])
})

for (const [ending, pack] of [
  ['gz', (data: Buffer) => gzipSync(data)],
  ['zst', (data: Buffer) => zstdCompressSync(data)],
  ['xz', (data: Buffer) => spawnSync('xz', ['-c'], { input: data }).stdout],
  ['bz2', (data: Buffer) => spawnSync('bzip2', ['-c'], { input: data }).stdout],
] as const) {
  test(`what was renamed and compressed to .${ending} during a stop is read from there, from where the stop was`, async (t) => {
    const { log, run } = place(t)
    const writer = new Writer(t, log)
    const first = await run()
    await writer.write(first, 1000)
    await first.until(() => linesOf(first.events).length >= 1000)
    await first.sensor.stop()
    await writer.write(undefined, 20_000)
    const packed = pack(readFileSync(log)) as Buffer | null
    if (packed === null || packed.length === 0) {
      t.skip(`the program for .${ending} is not installed`)
      return
    }
    writeFileSync(`${log}.1.${ending}`, packed)
    rmSync(log)
    writeFileSync(log, '')
    await writer.reopen(undefined)
    await writer.write(undefined, 300)
    const second = await run()
    const all = (): Event[] => [...first.events, ...second.events]
    await second.until(() => linesOf(all()).length >= writer.written, 10_000)
    assertAll(all(), writer.written)
    assert.deepEqual(second.losses, [])
  })
}

test('stops in the middle of a log and of rotations lose and repeat nothing', async (t) => {
  const { log, run } = place(t)
  const writer = new Writer(t, log)
  const events: Event[] = []
  for (let round = 0; round < 5; round++) {
    const sensor = await run()
    await writer.write(sensor, 1500)
    if (round % 2 === 0) renameSync(log, `${log}.${round}`)
    else copyFileSync(log, `${log}.${round}`)
    if (round % 2 === 0) writeFileSync(log, '')
    else truncateSync(log, 0)
    await writer.reopen(undefined)
    sensor.sensor.tick?.()
    await sensor.sensor.stop()
    events.push(...sensor.events)
    await writer.write(undefined, 700)
  }
  const last = await run()
  await last.until(() => linesOf(events).length + linesOf(last.events).length >= writer.written, 10_000)
  assertAll([...events, ...last.events], writer.written)
})

test('200,000 lines with ten rotations come once each', { timeout: 60_000 }, async (t) => {
  const { log, run } = place(t)
  const sensor = await run()
  const writer = new Writer(t, log)
  const started = performance.now()
  for (let round = 0; round < 10; round++) {
    await writer.write(sensor, 20_000)
    renameSync(log, `${log}.${round}`)
    await writer.reopen(sensor)
  }
  await sensor.until(() => linesOf(sensor.events).length >= 200_000, 40_000)
  const ms = performance.now() - started
  t.diagnostic(`${Math.round(200_000 / (ms / 1000))} lines/s with the writer beside it`)
  assertAll(sensor.events, 200_000)
})

test('lines between two rotations that both happen unseen are read from the file that nobody saw', async (t) => {
  const { log, run } = place(t)
  const sensor = await run()
  let next = 0
  const append = (path: string, count: number): void => {
    for (let i = 0; i < count; i++) appendFileSync(path, `Nov 22 09:56:31 host app: line ${next++} x\n`)
  }
  append(log, 10)
  await sensor.until(() => linesOf(sensor.events).length >= 10)
  renameSync(log, `${log}.2`)
  append(log, 20)
  renameSync(log, `${log}.1`)
  append(log, 5)
  await sensor.until(() => linesOf(sensor.events).length >= next)
  assertAll(sensor.events, next)
  // The same by copytruncate, twice.
  append(log, 10)
  copyFileSync(log, `${log}.3`)
  truncateSync(log, 0)
  append(log, 7)
  copyFileSync(log, `${log}.4`)
  truncateSync(log, 0)
  append(log, 3)
  await sensor.until(() => linesOf(sensor.events).length >= next)
  assertAll(sensor.events, next)
})
