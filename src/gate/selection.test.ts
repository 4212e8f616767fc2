import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'

import { Selector } from './selection.ts'
import type { Exclusions } from './settings.ts'

function selectorOf(exclude: Partial<Exclusions>, extensions: readonly string[] = []): Selector {
  return new Selector({ exclude: { paths: [], processes: [], uids: [], ...exclude }, extensions })
}
const bytes = (path: string): string => Buffer.from(path).toString('latin1')
const isJudged = (selector: Selector, path: string): boolean => selector.byPath(bytes(path)).judged
const executable = realpathSync(process.execPath)
const ownUid = process.getuid?.() ?? -1

test('without any rule every file of everybody is judged', () => {
  const selector = selectorOf({})
  for (const path of ['/a', '/a/.hidden', '', '/a/b.txt (deleted)']) assert.ok(isJudged(selector, path))
  assert.deepEqual(selector.byProcess(process.pid), { judged: true })
})

test('an excluded path is passed over by its glob, and the rule is named', () => {
  const selector = selectorOf({ paths: ['/srv/cache/**', '*.log'] })
  assert.deepEqual(selector.byPath('/srv/cache/a/b'), { judged: false, rule: 'exclude.paths /srv/cache/**' })
  assert.deepEqual(selector.byPath('/srv/www/x.log'), { judged: false, rule: 'exclude.paths *.log' })
  for (const path of ['/srv/cache2/a', '/srv/www/x.log.exe', '/x/srv/cache/a', '/srv/www/log']) {
    assert.ok(isJudged(selector, path), path)
  }
})

test('globs in any script meet names in any script', () => {
  const selector = selectorOf({ paths: ['/srv/ünï/*', '*.보고서'] })
  for (const path of ['/srv/ünï/a', '/x/a.보고서']) assert.equal(isJudged(selector, path), false)
  assert.ok(isJudged(selector, '/srv/uni/a'))
})

test('one question mark stands for one character, also beyond ASCII', () => {
  assert.equal(isJudged(selectorOf({ paths: ['/srv/?.txt'] }), '/srv/ü.txt'), false)
  assert.equal(isJudged(selectorOf({ paths: ['/srv/[äü].txt'] }), '/srv/ü.txt'), false)
})

test('the extension filter judges only what it names, by the last extension, whatever the case', () => {
  const selector = selectorOf({}, ['exe', 'ZIP'])
  for (const path of ['/a/b.exe', '/a/b.EXE', '/a/b.zip', '/a/b.tar.Zip', '/a/.exe']) {
    assert.ok(isJudged(selector, path), path)
  }
  for (const path of ['/a/b.txt', '/a/exe', '/a.exe/b', '/a/b.exe.txt', '/a/b.exe ', '/a/b.']) {
    assert.equal(isJudged(selector, path), false, path)
  }
  assert.deepEqual(selector.byPath('/a/b.txt'), { judged: false, rule: 'extensions (exe, zip)' })
})

test('an exclusion wins over an extension that is named', () => {
  const selector = selectorOf({ paths: ['/srv/skip/**'] }, ['exe'])
  assert.deepEqual([isJudged(selector, '/srv/skip/a.exe'), isJudged(selector, '/srv/a.exe')], [false, true])
})

test('an excluded program is known by its executable, not by the name it gives itself', async (t) => {
  const selector = selectorOf({ processes: [executable] })
  assert.deepEqual(selector.byProcess(process.pid), {
    judged: false,
    rule: `exclude.processes ${executable}`,
  })
  const child = spawn('sleep', ['20'], { argv0: executable })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  assert.equal(selector.byProcess(child.pid ?? 0).judged, true)
  assert.equal(selectorOf({ processes: [basename(executable)] }).byProcess(process.pid).judged, false)
})

test('an excluded user is known by the real user id', () => {
  assert.deepEqual(selectorOf({ uids: [ownUid] }).byProcess(process.pid), {
    judged: false,
    rule: `exclude.users ${ownUid}`,
  })
  assert.equal(selectorOf({ uids: [ownUid + 1] }).byProcess(process.pid).judged, true)
})

test('a process that is gone is excluded by nothing', () => {
  const gone = 2 ** 22 + 5
  assert.equal(selectorOf({ processes: ['/usr/**', 'python*'], uids: [0] }).byProcess(gone).judged, true)
})
