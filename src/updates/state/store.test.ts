// The state directory: kill -9 at any moment leaves a whole version current, and nothing of others is ever touched.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { AppError } from '../../base/app-error.ts'
import { currentFolders } from '../folders.ts'
import { readManifest } from './manifest.ts'
import { Store } from './store.ts'

function publish(directory: string, version: string): void {
  using store = new Store(directory, 2)
  using work = store.begin()
  writeFileSync(join(work.content, 'a.txt'), version)
  store.publish('rules', work, { version, files: ['a.txt'], databases: {} })
}

/** Publishes one version whose two files say the same, but kills itself before the nth change of a folder. */
const child = `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
const [directory, nth] = process.argv.slice(1)
let changes = 0
for (const name of ['mkdirSync', 'renameSync', 'symlinkSync', 'rmSync', 'rmdirSync']) {
  const original = fs[name]
  fs[name] = (...args) => {
    if (++changes === Number(nth)) process.kill(process.pid, 'SIGKILL')
    return original(...args)
  }
}
syncBuiltinESMExports()
const { Store } = await import('${join(import.meta.dirname, 'store.ts')}')
{
  using store = new Store(directory, 2)
  using work = store.begin()
  for (const name of ['a.txt', 'b.txt']) fs.writeFileSync(join(work.content, name), nth.repeat(5000))
  store.publish('rules', work, { version: nth, files: ['a.txt', 'b.txt'], databases: {} })
  store.checked('rules')
}
`

test('kill -9 before any change of a folder: a whole version is current, and the next run cleans up', (t) => {
  const { path } = withFolder(t)
  mkdirSync(join(path, 'rules'))
  for (const name of ['mine.txt', '.work-mine', 'rules/mine.txt']) writeFileSync(join(path, name), 'mine')
  publish(path, 'first')
  let kills = 0
  for (let isKilled = true; isKilled; kills++) {
    const args = ['--input-type=module', '-e', child, path, String(kills + 1)]
    const { signal, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    isKilled = signal === 'SIGKILL'
    assert.ok(isKilled || status === 0, stderr)
    const current = onlyCurrent(path)
    if (current.version === 'first') continue
    for (const name of ['a.txt', 'b.txt']) {
      assert.equal(readFileSync(join(current.path, name), 'utf8'), current.version.repeat(5000))
    }
    new Store(path, 2)[Symbol.dispose]()
    assert.equal(onlyCurrent(path).version, current.version)
    assertOnlyOurs(path)
  }
  assert.ok(kills > 15, `killed ${kills} times`)
})

function onlyCurrent(path: string): ReturnType<typeof currentFolders>[number] {
  const [current, ...others] = currentFolders(path)
  assert.ok(current !== undefined && others.length === 0)
  return current
}

/** What is there is recorded, or belongs to others. */
function assertOnlyOurs(path: string): void {
  const { work, sources } = readManifest(path)
  assert.deepEqual(work, [])
  const folders = (sources['rules']?.versions ?? []).map(({ folder }) => folder)
  assert.ok(folders.length <= 2)
  assert.deepEqual(
    readdirSync(join(path, 'rules')).toSorted(),
    ['current', 'mine.txt', ...folders].toSorted(),
  )
  const top = readdirSync(path).filter((name) => !name.startsWith('.lock.') && name !== '.state.json.new')
  assert.deepEqual(top.toSorted(), ['.work-mine', 'mine.txt', 'rules', 'state.json'])
}

test('a version is called as it is, or with a number when something has that name', (t) => {
  const { path } = withFolder(t)
  mkdirSync(join(path, 'rules', 'one-1'), { recursive: true })
  publish(path, 'one 1')
  assert.equal(currentFolders(path)[0]?.path, join(path, 'rules', 'one-1.2'))
  publish(path, '../../x')
  assert.equal(currentFolders(path)[0]?.path, join(path, 'rules', 'x'))
  publish(path, 'current')
  assert.equal(currentFolders(path)[0]?.path, join(path, 'rules', 'current.2'))
})

test('a version folder that somebody replaced by a link is not followed when it goes', (t) => {
  const { path } = withFolder(t)
  publish(path, 'one')
  const aside = join(path, 'aside')
  renameSync(join(path, 'rules', 'one'), aside)
  symlinkSync(aside, join(path, 'rules', 'one'))
  for (const version of ['two', 'three']) publish(path, version)
  assert.deepEqual(readdirSync(aside), ['a.txt'])
})

test('a state.json that was tampered with leads nowhere', (t) => {
  for (const bad of [
    '{',
    '{"format":2,"work":[],"sources":{}}',
    '{"format":1,"work":[".."],"sources":{}}',
    '{"format":1,"work":["a/b"],"sources":{}}',
    '{"format":1,"work":[],"sources":{"..":{"versions":[]}}}',
    '{"format":1,"work":[],"sources":{"r":{"versions":[{"folder":"v","version":"v","at":"2026-11-22T00:00:00.000Z","files":["../x"],"databases":{}}]}}}',
  ]) {
    const folder = withFolder(t)
    const { path } = folder
    folder.file('state.json', bad)
    folder.file('x', 'mine')
    assert.throws(
      () => new Store(path, 2),
      (thrown) => thrown instanceof AppError && thrown.code === 'config-invalid',
    )
    assert.equal(readFileSync(join(path, 'x'), 'utf8'), 'mine')
    folder.file('state.json', '{"format":1,"work":[],"sources":{}}')
    new Store(path, 2)[Symbol.dispose]()
  }
})

test('a link that leads elsewhere is nobody’s current version, and stays', (t) => {
  const { path } = withFolder(t)
  publish(path, 'one')
  const link = join(path, 'rules', 'current')
  rmSync(link)
  symlinkSync('/etc', link)
  assert.deepEqual(currentFolders(path), [])
  assert.throws(() => {
    publish(path, 'two')
  }, /was not made by an update/)
  assert.equal(readlinkSync(link), '/etc')
})

test('there is nothing where no update has been', (t) => {
  assert.deepEqual(currentFolders(join(withFolder(t).path, 'nothing')), [])
})
