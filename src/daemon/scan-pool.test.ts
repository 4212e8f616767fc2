import assert from 'node:assert/strict'
import { openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { withFolder } from '../../test/support/folder.ts'
import { eicar } from '../../test/support/opener.ts'
import { trouble, troublemaker } from '../../test/support/troublemaker.ts'
import type { Judged, ScanTarget } from '../api/clamd/index.ts'
import { load } from '../engine/index.ts'
import { ScanPool } from './scan-pool.ts'

interface Pool {
  readonly pool: ScanPool
  readonly notices: string[]
  readonly scan: (
    target: ScanTarget,
    options?: { signal?: AbortSignal; allMatches?: boolean },
  ) => Promise<Judged>
}

function withPool(t: TestContext, options: { threads?: number; hangMs?: number } = {}): Pool {
  const notices: string[] = []
  const engine = load({ plugins: [troublemaker(t)] })
  const pool = new ScanPool({
    shared: engine.shared,
    threads: options.threads ?? 2,
    hangMs: options.hangMs ?? 20_000,
    onNotice: (message) => notices.push(message),
  })
  t.after(() => pool.stop())
  return {
    pool,
    notices,
    scan: (target, more = {}) =>
      pool.scan({
        target,
        label: 'TEST label',
        allMatches: more.allMatches ?? false,
        signal: more.signal ?? new AbortController().signal,
      }),
  }
}

const bytes = (text: string): ScanTarget => ({ kind: 'bytes', bytes: new Uint8Array(Buffer.from(text)) })
const path = (name: string, follow = false): ScanTarget => ({ kind: 'path', path: name, follow })

function statusOf(judged: Judged): string {
  return judged.kind === 'verdict' ? judged.verdict.status : judged.kind
}

test('bytes, paths and descriptors are judged; what cannot be opened says why', async (t) => {
  const { scan } = withPool(t)
  const folder = withFolder(t)
  const file = folder.file('evil', eicar)
  symlinkSync(file, `${folder.path}/link`)
  const fd = openSync(file, 'r')
  assert.equal(statusOf(await scan(bytes('hello'))), 'clean')
  assert.equal(statusOf(await scan(bytes(eicar))), 'found')
  const named = await scan(path(file))
  assert.ok(named.kind === 'verdict')
  assert.deepEqual(named.verdict.detections[0]?.chain, ['evil'])
  // Read by position: twice the same, whatever the offset.
  assert.equal(statusOf(await scan({ kind: 'descriptor', fd })), 'found')
  assert.equal(statusOf(await scan({ kind: 'descriptor', fd })), 'found')
  assert.deepEqual(await scan(path(`${folder.path}/none`)), { kind: 'unopened', code: 'ENOENT' })
  assert.deepEqual(await scan(path(`${folder.path}/link`)), { kind: 'unopened', code: 'ELOOP' })
  assert.equal(statusOf(await scan(path(`${folder.path}/link`, true))), 'found')
  assert.deepEqual(await scan(path(folder.path)), { kind: 'special' })
  assert.deepEqual(await scan({ kind: 'descriptor', fd: 999_999 }), { kind: 'unopened', code: 'EBADF' })
})

test('no more threads than allowed, none before there is work', async (t) => {
  const { pool, scan } = withPool(t, { threads: 2 })
  assert.deepEqual(pool.workload().threads, { live: 0, idle: 0, most: 2 })
  const scans = Array.from({ length: 30 }, (_, index) => scan(bytes(trouble.slow(20, `${index}`))))
  const { threads, running, waitingMs } = pool.workload()
  assert.deepEqual(threads, { live: 2, idle: 0, most: 2 })
  assert.deepEqual(
    running.map(({ label }) => label),
    ['TEST label', 'TEST label'],
  )
  assert.equal(waitingMs.length, 28)
  assert.deepEqual(new Set((await Promise.all(scans)).map(statusOf)), new Set(['clean']))
  assert.deepEqual(pool.workload().threads, { live: 2, idle: 2, most: 2 })
})

test('an order that is withdrawn before its turn is not scanned', async (t) => {
  const { scan, pool } = withPool(t, { threads: 1 })
  const first = scan(bytes(trouble.slow(300)))
  const leaver = new AbortController()
  const second = scan(bytes(eicar), { signal: leaver.signal })
  const third = scan(bytes(eicar))
  leaver.abort()
  assert.deepEqual(await second, { kind: 'withdrawn' })
  assert.equal(pool.workload().waitingMs.length, 1)
  assert.deepEqual([statusOf(await first), statusOf(await third)], ['clean', 'found'])
  assert.deepEqual(await scan(bytes(eicar), { signal: leaver.signal }), { kind: 'withdrawn' })
})

test(
  'a scan that hangs or takes its thread with it is failed; what waits goes on',
  { timeout: 30_000 },
  async (t) => {
    const { scan, notices, pool } = withPool(t, { threads: 1, hangMs: 1000 })
    const judged = await Promise.all([
      scan(bytes(trouble.hang())),
      scan(bytes(trouble.exits())),
      scan(bytes(eicar)),
    ])
    assert.deepEqual(judged.map(statusOf), ['failed', 'failed', 'found'])
    assert.match(notices.join('\n'), /hangs and is ended: TEST label\n.*failed/)
    assert.equal(pool.workload().threads.live, 1)
  },
)

test('after a reload every new scan has the new signatures, also in threads that were at work', async (t) => {
  const { scan, pool } = withPool(t, { threads: 2 })
  const hello = (): Promise<Judged> => scan(bytes('hello'))
  assert.deepEqual((await Promise.all([hello(), hello()])).map(statusOf), ['clean', 'clean'])
  const running = scan(bytes(trouble.slow(300)))
  const list = withFolder(t).file('list', '5d41402abc4b2a76b9719d911017c592:5:Test.Hello\n')
  pool.reload(load({ hashLists: [list] }).shared)
  const after = await Promise.all(Array.from({ length: 6 }, hello))
  assert.deepEqual(new Set(after.map(statusOf)), new Set(['found']))
  assert.equal(statusOf(await running), 'clean')
})

test('all matches or the first', async (t) => {
  const { scan, pool } = withPool(t)
  const list = withFolder(t).file('list', '44d88612fea8a8f36de82e1278abb02f:68:Test.Listed\n')
  pool.reload(load({ hashLists: [list] }).shared)
  const count = (judged: Judged): number =>
    judged.kind === 'verdict' ? judged.verdict.detections.length : -1
  assert.equal(count(await scan(bytes(eicar))), 1)
  assert.equal(count(await scan(bytes(eicar), { allMatches: true })), 2)
})

test('stopping withdraws what waits and what runs, and nothing is scanned any more', async (t) => {
  const { scan, pool } = withPool(t, { threads: 1 })
  const file = withFolder(t).file('x', '')
  writeFileSync(file, trouble.hang())
  const scans = [scan(path(file)), scan(bytes(eicar))]
  await pool.stop()
  assert.deepEqual(await Promise.all(scans), [{ kind: 'withdrawn' }, { kind: 'withdrawn' }])
  assert.deepEqual(await scan(bytes(eicar)), { kind: 'withdrawn' })
})

test('a thread that is ended while it starts takes nobody with it', { timeout: 60_000 }, async (t) => {
  for (let delayMs = 0; delayMs < 200; delayMs += 10) {
    const { pool, scan } = withPool(t)
    const scans = [scan(bytes('one')), scan(bytes('two'))]
    await delay(delayMs)
    await pool.stop()
    for (const judged of await Promise.all(scans)) assert.match(statusOf(judged), /^(?:withdrawn|clean)$/)
  }
})

test('scanning threads are nicer than all others', async (t) => {
  const { scan } = withPool(t, { threads: 1 })
  await scan(bytes('hello'))
  // The 19th field of /proc/…/stat; the name before it may contain spaces.
  const niceOf = (task: string): number =>
    Number(readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ')[1]?.split(' ')[16])
  const own = niceOf(String(process.pid))
  const others = readdirSync('/proc/self/task').map(niceOf)
  assert.equal(others.filter((nice) => nice === own + 5).length, 1)
  assert.equal(others.filter((nice) => nice === own).length, others.length - 1)
})
