import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const module = JSON.stringify(new URL('watchdog.ts', import.meta.url).href)

interface Child {
  readonly pid: number
  /** The signal that ended it, or its exit code, and the milliseconds from its first line of output. */
  readonly ended: Promise<{ readonly by: string | number | null; readonly ms: number }>
}

/** A child that makes `timer`, runs `code`, says so, and then lives for `lifeMs` unless somebody ends it. */
async function start(t: TestContext, code: string, lifeMs: number): Promise<Child> {
  const script = `
    import { KillTimer } from ${module}
    const timer = new KillTimer()
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
    setTimeout(() => process.exit(7), ${lifeMs})
    process.stdout.write('ready')
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  await Promise.race([once(child.stdout, 'data'), exited])
  const started = performance.now()
  const ended = exited.then(([exit, signal]) => ({ by: signal ?? exit, ms: performance.now() - started }))
  return { pid: child.pid ?? 0, ended }
}

test('a timer that was never wound does not fire', async (t) => {
  const { ended } = await start(t, '', 400)
  assert.equal((await ended).by, 7)
})

test('a timer that is not wound again kills the process after its time', async (t) => {
  const { ended } = await start(t, 'timer.wind(300)', 20_000)
  const { by, ms } = await ended
  assert.equal(by, 'SIGKILL')
  assert.ok(ms > 200 && ms < 10_000, `${ms}`)
})

test('a timer that is wound again and again does not fire', async (t) => {
  const { ended } = await start(t, 'timer.wind(1500); setInterval(() => timer.wind(1500), 50)', 2500)
  assert.equal((await ended).by, 7)
})

test('winding with 0 stops the timer, closing it too', async (t) => {
  const children = [
    await start(t, 'timer.wind(300); timer.wind(0)', 700),
    await start(t, 'timer.wind(300); timer.close()', 700),
  ]
  for (const { ended } of children) assert.equal((await ended).by, 7)
})

test('whole seconds and the rest both count: 1,250 ms', async (t) => {
  const { ended } = await start(t, 'timer.wind(1250)', 20_000)
  const { by, ms } = await ended
  assert.equal(by, 'SIGKILL')
  assert.ok(ms > 1100, `${ms}`)
})

test('a process that hangs in an endless loop is killed', async (t) => {
  const { ended } = await start(t, 'timer.wind(300); for (;;);', 20_000)
  assert.equal((await ended).by, 'SIGKILL')
})

test('a process that was stopped (SIGSTOP) is killed all the same', async (t) => {
  const { pid, ended } = await start(t, 'timer.wind(1000); setInterval(() => timer.wind(1000), 50)', 20_000)
  await delay(200)
  process.kill(pid, 'SIGSTOP')
  const stopped = performance.now()
  assert.equal((await ended).by, 'SIGKILL')
  assert.ok(performance.now() - stopped < 10_000)
})
