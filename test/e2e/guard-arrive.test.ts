// Files that come into a place without being written there: moved, linked, in directories made this instant.

import assert from 'node:assert/strict'
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { makeInfected, makeLocked } from '../support/infected.ts'
import { eicar, must, tryRead, write } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

test('files moved into the place are not missed: refused at once, and reported before anybody opens them', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('outside'))
  scratch.folder('place/sub')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  for (const path of infected.all) assert.ok((await tryRead(path)).ok, 'outside it opens')
  renameSync(infected.plain, scratch.at('place/eicar.com'))
  assert.match((await tryRead(scratch.at('place/eicar.com'))).stderr, refused)
  renameSync(infected.zip, scratch.at('place/sub/never-opened.zip'))
  const line = await guard.waitForDecision(({ path }) => path === scratch.at('place/sub/never-opened.zip'))
  assert.equal(line.event, 'moved')
  assert.equal(line.verdict, 'found')
  await must('mv', [infected.tarGz, scratch.at('place/sub')])
  assert.match((await tryRead(scratch.at('place/sub/backup.tar.gz'))).stderr, refused)
})

test('files linked into the place are not missed', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('outside'))
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  assert.ok((await tryRead(infected.plain)).ok, 'outside it opens')
  linkSync(infected.plain, scratch.at('place/link'))
  assert.match((await tryRead(scratch.at('place/link'))).stderr, refused)
  linkSync(infected.zip, scratch.at('place/zip'))
  await guard.waitForDecision(({ event, path }) => event === 'moved' && path === scratch.at('place/zip'))
  assert.match((await tryRead(infected.zip)).stderr, refused, 'known to be bad: under its first name too')
})

test('a directory moved into the place is not missed, although its files had been opened outside', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  const race = `
import os, sys, time
outside, place, eicar = sys.argv[1:]
through = 0
def opens(path):
  try:
    os.close(os.open(path, os.O_RDONLY))
    return True
  except PermissionError: return False
for number in range(20):
  folder = f'{outside}-{number}'
  os.makedirs(f'{folder}/deep/deeper')
  for name, data in [('evil', eicar), ('clean', 'clean')]:
    with open(f'{folder}/deep/deeper/{name}', 'w') as file: file.write(data)
  for name in ['evil', 'clean', 'evil']: assert opens(f'{folder}/deep/deeper/{name}'), 'outside it opens'
  os.rename(folder, f'{place}/{number}')
  inside = f'{place}/{number}/deep/deeper'
  end = time.monotonic() + 1
  while opens(f'{inside}/evil'):
    through += 1
    assert time.monotonic() < end, f'still open: {number}'
  assert opens(f'{inside}/clean')
print(through)`
  const moved = await must('python3', ['-c', race, scratch.at('outside'), scratch.at('place'), eicar])
  t.diagnostic(`${moved.stdout.trim()} opens got through right after 20 moves`)
  assert.equal(guard.stderr, '')
})

test('a directory moved into the place is guarded like any other: nothing about its time outside is kept', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await write(`${scratch.folder('outside/deep')}/clean`, 'clean')
  await makeLocked(scratch.at('outside/deep/locked.zip'))
  const args = ['--on-partial', 'deny', '--no-sweep']
  await using guard = await startGuard({ places: [scratch.at('place')], args })
  const inside = scratch.at('place/inside/deep')
  for (let round = 0; round < 3; round++) {
    for (const name of ['clean', 'locked.zip']) {
      assert.ok((await tryRead(scratch.at('outside/deep', name))).ok, 'outside it opens')
    }
    const before = guard.decisions.length
    renameSync(scratch.at('outside'), scratch.at('place/inside'))
    await guard.waitForDecision((line) => guard.decisions.indexOf(line) >= before && line.event === 'moved')
    assert.match((await tryRead(`${inside}/locked.zip`)).stderr, refused)
    await write(`${inside}/evil-${round}`, eicar)
    assert.match((await tryRead(`${inside}/evil-${round}`)).stderr, refused)
    assert.ok((await tryRead(`${inside}/clean`)).ok)
    renameSync(scratch.at('place/inside'), scratch.at('outside'))
  }
})

test('files of a moved directory are reported before anybody opens them', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await makeInfected(scratch.folder('outside/sub'))
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  await must('mv', [scratch.at('outside'), scratch.at('place/inside')])
  for (const name of ['eicar.com', 'invoice.zip', 'backup.tar.gz']) {
    const path = scratch.at('place/inside/sub', name)
    await guard.waitForDecision((line) => line.path === path && line.event === 'moved')
  }
})

test('a file made in a directory of this instant and read at once never opens', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const race = `
import os, sys
opened = []
for number in range(50):
  folder = f'{sys.argv[1]}/new-{number}/deep'
  os.makedirs(folder)
  path = f'{folder}/evil'
  handle = os.open(path, os.O_WRONLY | os.O_CREAT)
  os.write(handle, sys.argv[2].encode())
  os.close(handle)
  try:
    os.close(os.open(path, os.O_RDONLY))
    opened.append(number)
  except PermissionError: pass
print(opened)`
  const made = await must('python3', ['-c', race, scratch.at('place'), eicar])
  assert.equal(made.stdout, '[]\n')
  assert.equal(guard.stderr, '')
})

test('what is in the place already is found without an open; a sweep leaves no symbolic link followed out', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place/.hidden/sub'))
  await makeInfected(scratch.folder('outside'))
  symlinkSync(scratch.at('outside'), scratch.at('place/link'))
  symlinkSync('..', scratch.at('place/.hidden/loop'))
  mkdirSync(scratch.at('place/empty'))
  writeFileSync(scratch.at('place/zz-last'), eicar)
  await using guard = await startGuard({ places: [scratch.at('place')] })
  for (const path of [...infected.all, scratch.at('place/zz-last')]) {
    const line = await guard.waitForDecision((decision) => decision.path === path)
    assert.equal(line.event, 'sweep')
  }
  assert.equal(guard.decisions.length, 4)
})
