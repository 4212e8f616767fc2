import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { livePrograms, plant } from '../../../test/support/live-process.ts'
import { must } from '../../../test/support/must.ts'
import { requireRoot, type Scratch, withScratch } from '../../../test/support/scratch.ts'
import type { StepContext } from '../step.ts'
import { processesStep } from './processes.ts'
import { readersOf } from './readers.ts'
import { type Given, runStep } from './step-under-test.ts'

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function rowOf(given: Given, pid: number): Record<string, unknown> {
  return must(given.rows('processes').find((row) => row['pid'] === pid))
}

function prepare(t: TestContext): { readonly scratch: Scratch; readonly program: string } | undefined {
  if (!requireRoot(t)) return undefined
  const scratch = withScratch(t)
  const program = livePrograms(t, scratch.path)
  return program === undefined ? undefined : { scratch, program }
}

test('executables that no file has any more are found with their digest, and are taken whole', async (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const { scratch, program } = prepared
  const deletedPath = scratch.at('deleted\u001b[31m one')
  // Programs of different bytes: what stands behind an executable is not looked at.
  copyFileSync(program, deletedPath)
  writeFileSync(deletedPath, 'some bytes more', { flag: 'a' })
  const deletedBytes = readFileSync(deletedPath)
  const deleted = await plant(t, deletedPath, 'wait')
  rmSync(deletedPath)
  const inMemory = await plant(t, program, 'memfd', program, 'wait')
  const given = await runStep(processesStep)

  const one = rowOf(given, deleted.pid)
  assert.equal(one['executable'], `${deletedPath} (deleted)`)
  assert.equal(one['executable_deleted'], true)
  assert.equal(one['executable_sha256'], sha256(deletedBytes))
  assert.deepEqual(given.bytes.get(must(one['executable_item']) as string), deletedBytes)

  const other = rowOf(given, inMemory.pid)
  assert.equal(other['executable_memfd'], true)
  assert.deepEqual(other['args'], ['planted', 'wait'])
  assert.equal(other['executable_sha256'], sha256(readFileSync(program)))
  assert.deepEqual(given.bytes.get(`executables/${sha256(readFileSync(program))}`), readFileSync(program))

  const self = rowOf(given, process.pid)
  assert.equal(self['executable_sha256'], sha256(readFileSync(process.execPath)))
  assert.equal(self['executable_item'], null)
})

test('a process whose folder in /proc is covered by a mount is hidden, and everything of it is told all the same', async (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const hidden = await plant(t, prepared.program, 'memory')
  prepared.scratch.mount('--bind', prepared.scratch.folder('empty'), `/proc/${hidden.pid}`)
  const given = await runStep(processesStep)
  const row = rowOf(given, hidden.pid)
  assert.equal(row['hidden'], 'something is mounted over its folder in /proc')
  assert.deepEqual(row['args'], [prepared.program, 'memory'])
  assert.equal(row['executable_sha256'], sha256(readFileSync(prepared.program)))
  assert.equal(row['writable_executable'], 1)
  assert.equal(row['anonymous_executable'], 1)
  assert.ok((row['seen_by'] as string[]).includes('own-proc'))
  const others = given
    .rows('processes')
    .filter((each) => each['hidden'] !== null && each['pid'] !== hidden.pid)
  assert.deepEqual(others, [])
  assert.equal(given.rows('processes')[0]?.['pid'], hidden.pid, 'hidden ones come first')
})

test('an executable on a file system that does not answer holds nothing up', async (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const { scratch, program } = prepared
  const point = scratch.folder('served')
  const server = await plant(t, program, 'serve', point, program)
  t.after(() => spawnSync('umount', ['-l', point]))
  const victim = await plant(t, `${point}/program`, 'wait')
  server.child.kill('SIGUSR1')
  await server.said('stopped')
  const begun = performance.now()
  const given = await runStep(processesStep)
  assert.ok(performance.now() - begun < 10_000)
  const row = rowOf(given, victim.pid)
  assert.equal(row['executable'], `${point}/program`)
  assert.equal(row['executable_unread'], 'it lies on fuse, which may not answer')
  assert.equal(row['executable_sha256'], null)
  assert.deepEqual(row['args'], [`${point}/program`, 'wait'])
})

test('names of control characters, very many descriptors and mappings are told within bounds', async (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const { program } = prepared
  const named = await plant(t, program, 'name')
  const open = await plant(t, program, 'descriptors', '6000')
  const mapped = await plant(t, program, 'maps', '60000')
  const given = await runStep(processesStep)
  assert.equal(rowOf(given, named.pid)['name'], 'a\u001b[31m\n) R \ufffd')
  assert.equal(rowOf(given, named.pid)['state'], 'S')
  assert.equal(rowOf(given, open.pid)['descriptors'], readdirSync(`/proc/${open.pid}/fd`).length)
  const listed = given.rows('descriptors').filter((row) => row['pid'] === open.pid)
  assert.equal(listed.length, 4096)
  assert.deepEqual([listed[0]?.['fd'], listed[0]?.['target']], [0, '/dev/null'])
  assert.ok((rowOf(given, mapped.pid)['regions'] as number) > 59_000)
})

test('who a process is, what it may do and where it is agree with what is known of it', async (t) => {
  if (!requireRoot(t)) return
  const child = spawn(
    'unshare',
    ['-n', 'setpriv', '--reuid', '65534', '--clear-groups', '--inh-caps=-all', 'sleep', '60'],
    {
      stdio: 'ignore',
      env: { LD_LIBRARY_PATH: '/nowhere', DATABASE_PASSWORD: 'secret', PATH: process.env['PATH'] },
    },
  )
  t.after(() => child.kill('SIGKILL'))
  const pid = must(child.pid)
  while (readFileSync(`/proc/${pid}/comm`, 'latin1') !== 'sleep\n') await delay(5)
  const given = await runStep(processesStep, { environment: 'redacted', suspects: [pid] })
  const row = rowOf(given, pid)
  assert.equal(given.rows('processes')[0]?.['pid'], pid, 'those under suspicion come first')
  assert.deepEqual([row['uid'], row['euid'], row['gid'], row['parent_pid']], [65_534, 65_534, 0, process.pid])
  assert.deepEqual((row['capabilities'] as { effective: string[] }).effective, [])
  assert.deepEqual(row['args'], ['sleep', '60'])
  assert.equal(row['working_directory'], process.cwd())
  const own = rowOf(given, process.pid)
  assert.notEqual((row['namespaces'] as { net: number }).net, (own['namespaces'] as { net: number }).net)
  assert.equal((row['namespaces'] as { mnt: number }).mnt, (own['namespaces'] as { mnt: number }).mnt)
  const environment = row['environment'] as string[]
  assert.ok(environment.includes('LD_LIBRARY_PATH=/nowhere'))
  assert.ok(environment.includes('DATABASE_PASSWORD=(6 characters)'))
  assert.ok(Math.abs(Date.parse(row['start'] as string) - Date.now()) < 60_000)
  assert.deepEqual(rowOf(await runStep(processesStep), pid)['environment'], undefined)
})

test('a process at which the reader stalls is told as far as it was read, and the others are told whole', async (t) => {
  if (!requireRoot(t)) return
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const rows: Record<string, unknown>[] = []
  const notes: string[] = []
  const context: StepContext = {
    profile: 'quick',
    root: '',
    note: (text) => notes.push(text),
    leftMs: () => 1500,
    maxFileBytes: 1 << 20,
    suspects: [],
  }
  for await (const item of processesStep.collect(context)) {
    if (item.kind !== 'rows' || item.name !== 'processes') continue
    for await (const row of item.rows) {
      rows.push(row as Record<string, unknown>)
      if (rows.length === 1) process.kill(must(readersOf(process.pid)[0]), 'SIGSTOP')
    }
  }
  const unread = rows.filter((row) => row['unread'] !== undefined)
  assert.equal(unread.length, 1)
  assert.equal(unread[0]?.['unread'], 'no answer within 1500 ms')
  assert.ok(
    notes.includes(
      `process ${String(unread[0]['pid'])} could not be read to the end: no answer within 1500 ms`,
    ),
  )
  assert.deepEqual(rows.find((row) => row['pid'] === child.pid)?.['args'], ['sleep', '60'])
  const pids = rows.map((row) => row['pid'])
  assert.equal(new Set(pids).size, pids.length)
})

test('when the time is over, that a process is there is still told', async (t) => {
  if (!requireRoot(t)) return
  let asked = 0
  // Time for the lists, and none for the rest.
  const given = await runStep(processesStep, { leftMs: () => (asked++ < 3 ? 10_000 : 0) })
  assert.ok(given.rows('processes').length > 2)
  assert.ok(given.rows('processes').some((row) => row['unread'] === 'the time was over'))
  assert.ok(given.notes.some((note) => note.startsWith('the time is over: of ')))
})

test('a folder has no processes', async () => {
  const given = await runStep(processesStep, { root: '/tmp' })
  assert.deepEqual(given.rows('processes'), [])
  assert.equal(given.notes.length, 1)
})
