// The main job: what is malicious does not open, does not run and is not mapped; what is clean does. Titles name
// the defects of the original that must be absent.

import assert from 'node:assert/strict'
import { copyFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eicar, must, python, run, tryRead } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

test('EICAR plain, in a zip and in a tar.gz is refused before the opener gets a handle, and opens without the guard', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  const guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  for (const path of infected.all) {
    const attempt = await tryRead(path)
    assert.match(attempt.stderr, refused)
    assert.equal(attempt.stdout, '', 'not one byte')
    const line = await guard.waitForDecision((decision) => decision.path === path)
    assert.equal(line.event, 'open')
    assert.equal(line.verdict, 'found')
    assert.equal(line.decision, 'deny')
    assert.equal(line.process, 'cat')
    assert.equal(line.detections[0]?.name, 'Eicar-Test-Signature')
  }
  const inZip = guard.decisions.find(({ path }) => path === infected.zip)
  assert.deepEqual(inZip?.detections[0]?.chain, ['invoice.zip', 'docs/eicar.com'])
  assert.equal(await guard.stop(), 0)
  for (const path of infected.all) assert.ok((await tryRead(path)).ok, 'without the guard it opens')
})

test('a name never decides what is malicious: EICAR is refused as .txt, .jpg, hidden, and without an extension', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  const names = ['note.txt', 'photo.jpg', '.hidden', 'README', 'EICAR.COM', '-rf', 'a b']
  for (const name of names) writeFileSync(scratch.at('place', name), eicar)
  await using guard = await startGuard({ places: [scratch.at('place')] })
  for (const name of names) assert.match((await tryRead(scratch.at('place', name))).stderr, refused)
  assert.equal(guard.stderr, '')
})

test('every way to open is refused: node, Python with mmap, O_RDWR, O_TRUNC, through a descriptor', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const mapping = `
import mmap, sys
with open(sys.argv[1], 'rb') as file:
  print(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:8])`
  const others = `
import os, sys
folder = os.open(os.path.dirname(sys.argv[1]), os.O_RDONLY)
name = os.path.basename(sys.argv[1])
for flags in [os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_RDONLY | os.O_NONBLOCK | os.O_NOATIME]:
  try:
    os.open(name, flags, dir_fd=folder)
    print('opened with', flags)
  except PermissionError as error:
    assert error.errno == 1, error
path = os.open(name, os.O_PATH, dir_fd=folder)
try:
  os.open(f'/proc/self/fd/{path}', os.O_RDONLY)
  print('opened through O_PATH')
except PermissionError as error:
  assert error.errno == 1, error`
  for (const path of infected.all) {
    assert.match((await python(mapping, [path])).stderr, refused)
    const read = await run(process.execPath, ['-p', 'fs.readFileSync(process.argv[1])', path])
    assert.match(read.stderr, /EPERM/)
    const attempt = await python(others, [path])
    assert.equal(attempt.stdout, '')
    assert.ok(attempt.ok, attempt.stderr)
  }
  await guard.waitForDecision(() => guard.decisions.length > 0)
})

test('running is refused: a malicious program, a script, an interpreter, and a library that is loaded', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  copyFileSync('/bin/true', scratch.at('place/tool'))
  writeFileSync(scratch.at('place/script'), '#!/bin/sh\necho ran\n')
  writeFileSync(scratch.at('place/clean'), '#!/bin/sh\necho ran\n# clean\n')
  writeFileSync(scratch.at('place/interpreted'), `#!${place}/tool\n`)
  writeFileSync(scratch.at('place/eicar'), eicar)
  await must('chmod', ['-R', '755', place])
  const sums = await must('sha256sum', [scratch.at('place/tool'), scratch.at('place/script')])
  const hashes = sums.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${line.slice(0, 64)}:Test.Program`)
  writeFileSync(scratch.at('hashes'), hashes.join('\n'))
  await using guard = await startGuard({
    places: [place],
    args: ['--no-sweep', '--hash-list', scratch.at('hashes')],
  })
  const execute = `
import errno, os, sys
try:
  os.execv(sys.argv[1], [sys.argv[1]])
except OSError as error:
  print(errno.errorcode[error.errno])`
  for (const name of ['tool', 'script', 'interpreted', 'eicar']) {
    const attempt = await python(execute, [scratch.at('place', name)])
    assert.equal(attempt.stdout, 'EPERM\n', `${name}: ${attempt.stderr}`)
  }
  const shell = await run('sh', [scratch.at('place/script')])
  assert.doesNotMatch(shell.stdout, /ran/, 'nor as an argument of its interpreter')
  assert.equal((await run(scratch.at('place/clean'), [])).stdout, 'ran\n')
  const load = await python('import ctypes, sys; ctypes.CDLL(sys.argv[1])', [scratch.at('place/tool')])
  assert.match(load.stderr, refused)
  assert.ok(guard.decisions.every(({ decision }) => decision === 'deny'))
})

test('clean, empty, large and special files open, and nothing is written about them', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  writeFileSync(scratch.at('place/text'), 'nothing to see')
  writeFileSync(scratch.at('place/almost'), `${eicar} and more than white space`)
  writeFileSync(scratch.at('place/empty'), '')
  writeFileSync(scratch.at('place/large'), Buffer.alloc(8 * 1024 ** 2, 'haechi '))
  await must('mkfifo', [scratch.at('place/fifo')])
  await using guard = await startGuard({ places: [place] })
  for (const name of ['text', 'almost', 'empty', 'large', 'text']) {
    const attempt = await tryRead(scratch.at('place', name))
    assert.ok(attempt.ok, attempt.stderr)
  }
  const fifo = scratch.at('place/fifo')
  const through = await run('sh', ['-c', 'echo through > "$1" & cat "$1"; wait', 'sh', fifo])
  assert.equal(through.stdout, 'through\n')
  assert.ok((await run('ls', ['-la', place])).ok)
  assert.deepEqual(guard.decisions, [])
})

test('names over 511 characters and paths over 4096 are guarded like any other', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const deep = `
import os, sys
os.chdir(sys.argv[1])
for depth in range(20):
  name = 'd' * 250
  os.makedirs(name, exist_ok=True)
  os.chdir(name)
  try:
    if sys.argv[2] != '':
      with open('file', 'w') as file: file.write(sys.argv[2])
    else:
      with open('file') as file: print('opened at depth', depth)
  except PermissionError as error:
    print(error.errno)`
  const place = scratch.folder('place')
  await must('python3', ['-c', deep, place, eicar])
  await using guard = await startGuard({ places: [place] })
  const attempt = await python(deep, [place, ''])
  assert.equal(attempt.stdout, '1\n'.repeat(20), attempt.stderr)
  await guard.waitForDecision(() => guard.decisions.length >= 20)
})
