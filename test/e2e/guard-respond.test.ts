// What happens to a malicious file besides being refused: quarantine and back, or delete.

import assert from 'node:assert/strict'
import { existsSync, linkSync, lstatSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { quarantineLine } from '../../src/model/output.ts'
import { startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eicar, must, run, tryRead, write } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted|No such file/
const launcher = join(import.meta.dirname, '../../bin/haechi')

test('--on-found quarantine takes the file away, and restore puts back content, owner, mode, times and attributes', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = join(scratch.folder('place/sub'), 'evil')
  const quarantine = scratch.at('quarantine')
  await write(path, eicar)
  await must('chown', ['1234:2345', path])
  await must('chmod', ['4751', path])
  await must('touch', ['-d', '2001-02-03 04:05:06.789012345', path])
  const setAttribute = 'import os, sys; os.setxattr(sys.argv[1], "user.haechi", b"kept")'
  const hasAttributes = (await run('python3', ['-c', setAttribute, path])).ok
  const before = statSync(path, { bigint: true })
  const guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--on-found', 'quarantine', '--no-sweep'],
    quarantine,
  })
  assert.match((await tryRead(path)).stderr, refused)
  const line = await guard.waitForDecision(({ response }) => response !== undefined)
  assert.equal(line.response, 'quarantined')
  assert.ok(!existsSync(path))
  await guard.stop()

  assert.equal(lstatSync(quarantine).mode & 0o777, 0o700)
  for (const name of readdirSync(quarantine)) {
    const at = join(quarantine, name)
    assert.equal(lstatSync(at).mode & 0o077, 0, 'for nobody else')
    const content = await run('grep', ['-rac', 'EICAR-STANDARD', at])
    assert.doesNotMatch(content.stdout, /[1-9]/, 'kept in a form that is no malware')
  }
  const listed = await must(launcher, ['quarantine', 'list', '--json', '-d', quarantine])
  const items = listed.stdout.trim().split('\n')
  assert.equal(items.length, 1)
  const item = quarantineLine.parse(JSON.parse(items[0] ?? ''))
  assert.equal(item.path, path)
  assert.equal(item.mode, '4751')
  assert.equal(item.detections[0]?.name, 'Eicar-Test-Signature')

  await must(launcher, ['quarantine', 'restore', '-d', quarantine, item.id])
  const after = statSync(path, { bigint: true })
  assert.deepEqual(
    [after.uid, after.gid, after.mode, after.mtimeNs, after.atimeNs],
    [before.uid, before.gid, before.mode, before.mtimeNs, before.atimeNs],
  )
  assert.equal((await tryRead(path)).stdout, eicar)
  if (hasAttributes) {
    const get = 'import os, sys; print(os.getxattr(sys.argv[1], "user.haechi"))'
    assert.equal((await must('python3', ['-c', get, path])).stdout, "b'kept'\n")
  }
})

test('what is written, moved or swept is taken away too, each file once', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await makeInfected(scratch.folder('outside'))
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--on-found', 'quarantine'] })
  for (const path of infected.all) await guard.waitForDecision((line) => line.path === path)
  await write(scratch.at('place/written'), eicar)
  await must('mv', [scratch.at('outside'), scratch.at('place/moved')])
  for (const name of ['written', 'moved/eicar.com', 'moved/invoice.zip', 'moved/backup.tar.gz']) {
    await guard.waitForDecision(
      (line) => line.path === scratch.at('place', name) && line.response !== undefined,
    )
    assert.ok(!existsSync(scratch.at('place', name)), name)
  }
  const list = await must(launcher, ['quarantine', 'list', '--json', '-d', guard.quarantine])
  assert.equal(list.stdout.trim().split('\n').length, 7)
  assert.ok(guard.decisions.every(({ response }) => response !== 'failed'))
  assert.equal(guard.stderr, '')
})

test('a second name of a file that was taken away is said, and stays refused', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = join(scratch.folder('place'), 'evil')
  await write(path, eicar)
  linkSync(path, join(scratch.folder('outside'), 'second'))
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--on-found', 'quarantine', '--no-sweep'],
  })
  await tryRead(path)
  await guard.waitForDecision(({ response }) => response === 'quarantined')
  await guard.waitForStderr(/1 more name/)
  assert.match((await tryRead(scratch.at('outside/second'))).stderr, /Operation not permitted/)
})

test('--on-found delete removes the file and nothing else: not what a symbolic link leads to, not a folder', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = join(scratch.folder('place'), 'evil')
  await makeInfected(scratch.folder('outside'))
  symlinkSync(scratch.at('outside/eicar.com'), scratch.at('place/link'))
  await write(path, eicar)
  await write(scratch.at('place/clean'), 'clean')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--on-found', 'delete'] })
  const line = await guard.waitForDecision((decision) => decision.path === path)
  assert.equal(line.response, 'deleted')
  await tryRead(scratch.at('place/link'))
  assert.deepEqual(readdirSync(scratch.at('place')).toSorted(), ['clean', 'link'])
  assert.deepEqual(readdirSync(scratch.at('outside')).length, 3)
  assert.equal(guard.stderr, '')
})
