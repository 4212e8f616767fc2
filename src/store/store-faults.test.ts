import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import { openReader } from './reader.ts'
import { rowOf } from './row.ts'
import { appendMany, eventAt, noise, open, readAll, sequences, upTo } from './store-under-test.ts'

const storeUrl = new URL('index.ts', import.meta.url).href
/** Appends batches of 1 to 400 rows for ever, and tells each time up to which sequence rows are stored. */
const writerCode = `
  const [url, folder] = process.argv.slice(1)
  const { openStore, rowOf } = await import(url)
  const store = openStore({ folder, maxBytes: 1e9, maxAgeMs: 1e12, onProblem: console.error })
  for (let next = 1, size = 1; ; size = (size * 7 + 3) % 400 + 1) {
    const rows = Array.from({ length: size }, (_, index) => rowOf({
      '@timestamp': new Date().toISOString(),
      event: { kind: 'event', category: [], type: [], action: 'exec', dataset: 'hx.process', provider: 'test' },
      process: { pid: next + index },
    }))
    store.append(rows)
    next += size
    store.maintain()
    if (process.send(next - 1) === false) await new Promise((resolve) => setTimeout(resolve, 1))
  }
`

test('what was acknowledged survives kill -9', async (t) => {
  const folder = withFolder(t).path
  const child = spawn(process.execPath, ['--input-type=module', '-e', writerCode, storeUrl, folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  let acknowledged = 0
  const enough = Promise.withResolvers<undefined>()
  child.on('message', (last) => {
    acknowledged = Number(last)
    if (acknowledged > 3000) enough.resolve(undefined)
  })
  await enough.promise
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { store, problems } = open(t, folder)
  const stored = readAll(store, 'oldest', 10_000)
  assert.deepEqual(problems, [])
  assert.ok(stored.length >= acknowledged, `${stored.length} of ${acknowledged}`)
  assert.deepEqual(sequences(stored), upTo(stored.length))
  assert.deepEqual(
    stored.map(({ process }) => process?.pid),
    upTo(stored.length),
  )
})

test('a reader says when there is no store, or something else in its place', (t) => {
  const folder = withFolder(t)
  assert.throws(() => openReader(folder.path), { code: 'not-found' })
  new DatabaseSync(join(folder.path, 'events.db')).close()
  assert.throws(() => openReader(folder.path), { code: 'unsupported' })
  folder.file('events.db', 'this is no database, but long enough to be looked at as one'.repeat(20))
  assert.throws(() => openReader(folder.path), { code: 'internal' })
})

test('what is no database is moved aside and told', (t) => {
  const folder = withFolder(t)
  folder.file('events.db', 'not a database at all. '.repeat(100))
  const { store, problems } = open(t, folder.path)
  assert.match(problems.join('\n'), /is damaged .* was moved to .*events\.db\.damaged-.*, a new one is begun/)
  assert.equal(store.append([rowOf(eventAt(0))]).first, 1)
  const names = readdirSync(folder.path).filter((name) => name.includes('damaged'))
  assert.equal(names.length, 1)
  assert.match(readFileSync(join(folder.path, names[0] ?? ''), 'latin1'), /^not a database/)
})

test('damage in the middle is told, and what can be read is', (t) => {
  const folder = withFolder(t).path
  const first = open(t, folder)
  appendMany(first.store, 4096, 512)
  first.store.close()
  const path = join(folder, 'events.db')
  const { size } = statSync(path)
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.alloc(3000, 0xee), 0, 3000, Math.floor(size / 2 / 4096) * 4096 + 500)
  closeSync(fd)
  const { store, problems } = open(t, folder)
  const left = readAll(store, 'oldest', 10_000, 'args exists')
  assert.ok(left.length >= 4096 - 2 * 512 && left.length < 4096, `${left.length}`)
  assert.match(problems.join('\n'), /the block from number \d+ on is damaged/)
  assert.ok(store.stats().damagedBlocks > 0)
})

test('a database that is destroyed under way is begun anew, and sequences go on', (t) => {
  const folder = withFolder(t).path
  const { store, problems } = open(t, folder)
  appendMany(store, 1024, 512)
  // Somebody else's hand: the table is said to be in a page that there is not.
  const other = new DatabaseSync(join(folder, 'events.db'), { defensive: false })
  other.exec('PRAGMA writable_schema = ON')
  other.exec(`UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'blocks'; PRAGMA schema_version = 999`)
  other.close()
  assert.equal(store.append([rowOf(eventAt(0))]).first, 1025)
  assert.match(problems.join('\n'), /is damaged .* was moved to/)
  assert.deepEqual(sequences(readAll(store, 'oldest', 10)), [1025])
})

test('a full disk is told with each batch, loses only that, and the store goes on later', (t) => {
  if (process.getuid?.() !== 0) return t.skip('SKIPPED, NOT TESTED: mounting a small file system needs root')
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
  t.after(() => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  })
  const { store } = open(t, join(folder, 'store'))
  const rows = upTo(300).map((index) => rowOf(eventAt(index, { message: noise() })))
  const filler = join(folder, 'filler')
  writeFileSync(filler, Buffer.alloc(1024 * 1024))
  let stored = 0
  const fill = (): void => {
    for (let i = 0; i < 100; i++) {
      store.append(rows)
      stored += rows.length
    }
  }
  assert.throws(fill, { code: 'internal', message: /cannot be written: .*(?:full|disk I\/O)/ })
  assert.ok(stored > 0)
  assert.equal(store.count().count, stored)
  writeFileSync(filler, '')
  assert.equal(store.append([rowOf(eventAt(0))]).first, stored + 1)
  assert.equal(store.count().count, stored + 1)
  return undefined
})

test('only its owner may read the store', (t) => {
  const folder = join(withFolder(t).path, 'made')
  const { store } = open(t, folder)
  store.append([rowOf(eventAt(0))])
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
})
