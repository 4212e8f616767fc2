import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { logsSensorWith } from './logs-sensor.ts'

const factory = logsSensorWith({
  paths: ['/logs/*.log'],
  journal: false,
  times: { lookMs: 100, quietMs: 500, graceMs: 200 },
})

interface Logs {
  readonly folder: string
  readonly log: string
  readonly run: () => Promise<SensorUnderTest>
}

function logs(t: TestContext): Logs {
  const root = withFolder(t)
  const state = withFolder(t)
  const folder = join(root.path, 'logs')
  mkdirSync(folder)
  return {
    folder,
    log: join(folder, 'app.log'),
    run: () => startSensor(t, factory, { root: root.path, stateFolder: state.path }),
  }
}

function messages(events: readonly Event[]): string[] {
  return events.filter(({ event }) => event.action === 'line').map(({ message }) => message ?? '')
}

function happened(events: readonly Event[]): string[] {
  return events.filter(({ event }) => event.action !== 'line').map(({ event }) => event.action)
}

function markOf(event: Event | undefined): unknown {
  return (event?.hx?.['log'] as { mark?: string } | undefined)?.mark
}

/** A line as syslog writes it: with a time, so that equal lines are known to be the same. */
function stamped(second: number, text: string): string {
  return `2026-11-22T09:56:${String(second).padStart(2, '0')}.000001+00:00 host app[7]: ${text}\n`
}

test('a log that was there before the first run is told from its end, one that appears from its beginning', async (t) => {
  const { folder, log, run } = logs(t)
  writeFileSync(log, 'old\n')
  const running = await run()
  const { events } = running
  writeFileSync(join(folder, 'new.log'), 'first\nsecond\n')
  appendFileSync(log, 'third\n')
  await running.until(() => messages(events).length >= 3)
  assert.deepEqual(messages(events).toSorted(), ['first', 'second', 'third'])
})

test('a log that was created while nobody watched is told from its beginning', async (t) => {
  const { folder, log, run } = logs(t)
  writeFileSync(log, 'old\n')
  const first = await run()
  await first.sensor.stop()
  writeFileSync(join(folder, 'new.log'), 'first\n')
  const second = await run()
  await second.until(() => messages(second.events).length > 0)
  assert.deepEqual(messages(second.events), ['first'])
})

test('offsets count bytes, also after bytes that are not UTF-8, empty lines and carriage returns', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  const text = Buffer.concat([Buffer.from('é\r\n\n'), Buffer.from([0xff, 0x41, 0x0a]), Buffer.from('end\n')])
  appendFileSync(log, text)
  await running.until(() => messages(events).length >= 4)
  assert.deepEqual(
    events.map(({ message, log: at }) => [message, at?.offset]),
    [
      ['é', 0],
      ['', 4],
      ['\u{fffd}A', 5],
      ['end', 8],
    ],
  )
  assert.equal(events[0]?.log?.file?.path, '/logs/app.log')
  const { ino } = statSync(log)
  assert.equal((events[0]?.hx?.['log'] as { inode: string } | undefined)?.inode, String(ino))
})

test('a line without its end waits; it is told as partial when the log has been rotated', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  appendFileSync(log, 'whole\nhal')
  await running.until(() => messages(events).length >= 1)
  appendFileSync(log, 'f\nrest')
  await running.waitFor(({ message }) => message === 'half')
  renameSync(log, `${log}.1`)
  writeFileSync(log, 'next\n')
  const rest = await running.waitFor(({ message }) => message === 'rest', 8000)
  assert.equal(markOf(rest), 'partial')
  assert.deepEqual(messages(events).toSorted(), ['half', 'next', 'rest', 'whole'])
})

test('a line over 64 KiB is cut and says so, and the next one has its right offset', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events, sensor } = running
  appendFileSync(log, `${'x'.repeat(300_000)}\nnext\n`)
  await running.until(() => messages(events).length >= 2)
  assert.deepEqual(
    events.map((event) => [event.message?.length, event.log?.offset, markOf(event)]),
    [
      [65_536, 0, 'cut'],
      [4, 300_001, undefined],
    ],
  )
  assert.equal(sensor.status().facts['cutBytes'], 300_000 - 65_536)
})

for (const [name, first, second] of [
  ['only in its beginning', 'start 1\n', 'start 2\n'],
  ['only in its end', '', ''],
] as const) {
  test(`a log that is as long again after copytruncate, and differs ${name}, is read from its beginning`, async (t) => {
    const { log, run } = logs(t)
    writeFileSync(log, '')
    const running = await run()
    const same = 'same\n'.repeat(100)
    const [before, after] =
      first === '' ? [`${same}end 1\n`, `${same}end 2\n`] : [first + same, second + same]
    appendFileSync(log, before)
    await running.until(() => messages(running.events).length >= 101)
    copyFileSync(log, `${log}.1`)
    truncateSync(log, 0)
    appendFileSync(log, `${after}more\n`)
    await running.until(() => messages(running.events).length >= 203)
    assert.equal(messages(running.events).length, 203)
    assert.deepEqual(happened(running.events), ['log-rotated'])
  })
}

test('the hole that a writer leaves who goes on at its old offset after copytruncate is no line', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events, sensor } = running
  const fd = openSync(log, 'w')
  t.after(() => closeSync(fd))
  writeSync(fd, 'one\n'.repeat(5000))
  await running.until(() => messages(events).length >= 5000)
  copyFileSync(log, `${log}.1`)
  truncateSync(log, 0)
  writeSync(fd, 'two\n')
  await running.until(() => messages(events).length >= 5001)
  assert.deepEqual([events.at(-1)?.message, events.at(-1)?.log?.offset], ['two', 20_000])
  assert.equal(sensor.status().facts['nulBytes'], 20_000)
  assert.deepEqual(happened(events), ['log-rotated'])
})

test('clearing a log is an alert, and what is written afterwards is told', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  appendFileSync(log, stamped(1, 'a') + stamped(2, 'b'))
  await running.until(() => messages(events).length >= 2)
  truncateSync(log, 0)
  const cleared = await running.waitFor(({ event }) => event.action === 'log-cleared')
  assert.equal(cleared.event.kind, 'alert')
  assert.deepEqual(cleared.event.type, ['deletion'])
  appendFileSync(log, stamped(3, 'c'))
  await running.until(() => messages(events).length >= 3)
  assert.deepEqual(happened(events), ['log-cleared'])
})

test('lines that are removed in place are an alert, and none of the others is told again', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  for (let i = 0; i < 20; i++) appendFileSync(log, stamped(i, `number ${i}`))
  await running.until(() => messages(events).length >= 20)
  const cleaned = readFileSync(log, 'utf8').replace(/.*number 7\n/, '')
  writeFileSync(log, cleaned)
  await running.waitFor(({ event }) => event.action === 'log-truncated')
  appendFileSync(log, stamped(21, 'after'))
  await running.waitFor(({ message }) => message?.endsWith('after') === true)
  assert.equal(messages(events).length, 21)
})

test('a log that is emptied while its server writes on is no edited one, though lines end alike', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  const alike = `"GET /style.css HTTP/1.1" 200 291 "-" "${'Mozilla/5.0 (X11) '.repeat(10)}"`
  for (let i = 0; i < 20; i++) appendFileSync(log, stamped(i, alike))
  await running.until(() => messages(events).length >= 20)
  truncateSync(log, 0)
  // The first one again: it came in the same second.
  for (let i = 19; i < 29; i++) appendFileSync(log, stamped(i, alike))
  await running.waitFor(({ event }) => event.action === 'log-cleared')
  await running.until(() => messages(events).length >= 30)
  assert.deepEqual(happened(events), ['log-cleared'])
})

test('an edited copy in its place (sed -i) is an alert, and none of its lines is told again', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  for (let i = 0; i < 20; i++) appendFileSync(log, stamped(i, `number ${i}`))
  await running.until(() => messages(events).length >= 20)
  assert.equal(spawnSync('sed', ['-i', '/number 7/d', log]).status, 0)
  await running.waitFor(({ event }) => event.action === 'log-truncated')
  appendFileSync(log, stamped(21, 'after'))
  await running.waitFor(({ message }) => message?.endsWith('after') === true)
  assert.equal(messages(events).length, 21)
})

test('a deleted log is an alert; what its writer still writes is told, and the new file too', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events } = running
  const fd = openSync(log, 'a')
  t.after(() => closeSync(fd))
  writeSync(fd, stamped(1, 'before'))
  await running.until(() => messages(events).length >= 1)
  rmSync(log)
  await running.waitFor(({ event }) => event.action === 'log-deleted')
  writeSync(fd, stamped(2, 'into nowhere'))
  await running.waitFor(({ message }) => message?.endsWith('into nowhere') === true)
  writeFileSync(log, stamped(3, 'new file'))
  await running.waitFor(({ message }) => message?.endsWith('new file') === true)
  assert.equal(messages(events).length, 3)
})

test('a FIFO in the place of a log is an alert and nobody waits for it', async (t) => {
  const { log, run } = logs(t)
  writeFileSync(log, 'a\n')
  const running = await run()
  const { events } = running
  rmSync(log)
  assert.equal(spawnSync('mkfifo', [log]).status, 0)
  await running.waitFor(({ event }) => event.action === 'log-replaced')
  rmSync(log)
  writeFileSync(log, 'b\n')
  await running.waitFor(({ message }) => message === 'b')
  assert.deepEqual(messages(events), ['b'])
})

test('a log behind a symbolic link in another folder is followed, and not twice', async (t) => {
  const { folder, log, run } = logs(t)
  const real = withFolder(t).file('real', '')
  symlinkSync(real, log)
  symlinkSync(real, join(folder, 'b.log'))
  const running = await run()
  const { events, sensor } = running
  appendFileSync(real, 'one\n')
  await running.until(() => messages(events).length >= 1)
  appendFileSync(real, 'two\n')
  await running.until(() => messages(events).length >= 2)
  assert.deepEqual(messages(events), ['one', 'two'])
  assert.equal(sensor.status().facts['files'], 1)
})

test('logrotate with `extension .log` makes a name that is a log too; it is not told again', async (t) => {
  const { folder, log, run } = logs(t)
  writeFileSync(log, '')
  const running = await run()
  const { events, sensor } = running
  appendFileSync(log, stamped(1, 'one'))
  await running.until(() => messages(events).length >= 1)
  copyFileSync(log, join(folder, 'app-20261122.log'))
  truncateSync(log, 0)
  appendFileSync(log, stamped(2, 'two'))
  await running.until(() => messages(events).length >= 2)
  renameSync(log, join(folder, 'app-other.log'))
  writeFileSync(log, stamped(3, 'three'))
  await running.until(() => messages(events).length >= 3)
  sensor.resync?.()
  const end = performance.now() + 400
  await running.until(() => performance.now() > end)
  assert.equal(messages(events).length, 3)
})

test('a log that may not be read is said once, and followed when it may', async (t) => {
  if (!requireRoot(t)) return
  const { folder, log, run } = logs(t)
  // Root reads everything: a loop of links is what nobody can open.
  symlinkSync('app.log', log)
  writeFileSync(join(folder, 'b.log'), '')
  chmodSync(join(folder, 'b.log'), 0)
  const running = await run()
  const { events, sensor } = running
  appendFileSync(join(folder, 'b.log'), 'b\n')
  await running.until(() => messages(events).length >= 1)
  rmSync(log)
  writeFileSync(log, 'a\n')
  await running.until(() => messages(events).length >= 2)
  assert.deepEqual(messages(events), ['b', 'a'])
  assert.equal(sensor.status().facts['unreadable'], 0)
})

test('after kill -9 in the middle of a busy log every line is there, and what came twice has the same id', async (t) => {
  const { log, folder } = logs(t)
  writeFileSync(log, '')
  const output = join(folder, 'told')
  const state = withFolder(t)
  const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
  const script = `
    import { appendFileSync, readFileSync } from 'node:fs'
    import { logsSensorWith } from ${module('logs-sensor.ts')}
    import { openSensorState } from ${module('../state.ts')}
    import { ProcessTable } from ${module('../process-table.ts')}
    const [,, root, state, output] = process.argv
    const sensor = logsSensorWith({ paths: ['/logs/*.log'], journal: false })({
      emit: (event) => { if (event.event.action === 'line') appendFileSync(output, event.hx.log.id + ' ' + event.message + '\\n') },
      lost: (loss) => appendFileSync(output, 'lost ' + JSON.stringify(loss) + '\\n'),
      notice() {}, listen() {}, processes: new ProcessTable('boot'), root,
      state: openSensorState(state, () => undefined),
    })
    await sensor.start()
    process.stdout.write('ready')
    setInterval(() => sensor.tick(), 5)`
  const file = join(state.path, 'child.ts')
  writeFileSync(file, script)
  const start = async (): Promise<ReturnType<typeof spawn>> => {
    const child = spawn(process.execPath, [file, join(folder, '..'), state.path, output], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await once(must(child.stdout ?? undefined), 'data')
    return child
  }
  let next = 0
  for (let round = 0; round < 3; round++) {
    const child = await start()
    for (let burst = 0; burst < 20; burst++) {
      let text = ''
      for (let i = 0; i < 100; i++) text += stamped(1, `line ${next++}`)
      appendFileSync(log, text)
      if (burst === 10) renameSync(log, `${log}.${round}`)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    const exited = once(child, 'exit')
    // In the middle of its work: it is not waited for.
    child.kill('SIGKILL')
    await exited
  }
  const rest = await start()
  const told = (): string[] => (existsSync(output) ? readFileSync(output, 'utf8').split('\n') : [])
  const isDone = (): boolean => new Set(told()).size > next
  for (let i = 0; i < 400 && !isDone(); i++) await delay(20)
  rest.kill('SIGKILL')
  const lines = told().filter((line) => / app\[7\]: line \d+$/.test(line))
  const byId = new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line]))
  assert.equal(byId.size, next, 'each line has one id, whether it came once or twice')
  assert.equal(new Set([...byId.values()].map((line) => /line \d+$/.exec(line)?.[0])).size, next)
})
