// The verdict cache: what is unchanged is not asked about again; what has changed, or is judged by a new database,
// is. Every test first opens the file twice, so that the kernel has remembered it as clean.

import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { counters } from '../support/ask.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { makeLocked } from '../support/infected.ts'
import { eicar, eventually, must, python, tryRead, write } from '../support/opener.ts'
import { requireRoot, type Scratch, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

async function rememberedClean(
  scratch: Scratch,
  guard: GuardProcess,
  name = 'file',
  size: number = eicar.length,
): Promise<string> {
  const path = scratch.at('place', name)
  await write(path, 'x'.repeat(size))
  for (let round = 0; round < 2; round++) assert.ok((await tryRead(path)).ok)
  const before = await counters(guard)
  assert.ok((await tryRead(path)).ok)
  assert.equal((await counters(guard)).questions, before.questions, 'the kernel remembers it')
  return path
}

/** Counts the opens that got through until the first refusal, which must come within a second. */
async function assertRefusedSoon(t: TestContext, path: string): Promise<void> {
  let through = 0
  const isRefused = async (): Promise<boolean> => {
    const { ok } = await tryRead(path)
    if (ok) through++
    return !ok
  }
  assert.ok(await eventually(isRefused, 1000), `${through} opens got through in a second`)
  t.diagnostic(`${through} opens got through`)
}

test('the second open of an unchanged clean file asks no question', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const paths = Array.from({ length: 50 }, (_, index) => `${scratch.folder('place')}/${index}`)
  for (const path of paths) writeFileSync(path, 'clean')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  assert.ok((await must('cat', paths)).ok)
  const first = await counters(guard)
  assert.equal(first.scanned, 50)
  assert.equal(first.marksSet, 50)
  assert.ok((await must('cat', paths)).ok)
  const second = await counters(guard)
  assert.equal(second.questions, first.questions)
  assert.equal(second.scanned, 50)
})

test('a file that became malicious through an ordinary write is found again', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  await write(await rememberedClean(scratch, guard), eicar)
  assert.match((await tryRead(scratch.at('place/file'))).stderr, refused)
  const inPlace = 'import sys; file = open(sys.argv[1], "r+"); file.write(sys.argv[2]); file.close()'
  const second = await rememberedClean(scratch, guard, 'second')
  assert.ok((await python(inPlace, [second, eicar])).ok)
  assert.match((await tryRead(second)).stderr, refused)
})

test('the same size and the same mtime do not hide a change', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const path = await rememberedClean(scratch, guard)
  const sly = `
import os, sys
path, eicar = sys.argv[1:]
before = os.stat(path)
with open(path, 'r+') as file: file.write(eicar)
os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
after = os.stat(path)
assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)`
  await must('python3', ['-c', sly, path, eicar])
  assert.match((await tryRead(path)).stderr, refused)
})

test('rename over a clean file, and a clean file over a malicious one, are told apart', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const path = await rememberedClean(scratch, guard)
  await write(scratch.at('outside'), eicar)
  renameSync(scratch.at('outside'), path)
  assert.match((await tryRead(path)).stderr, refused)
  await write(scratch.at('outside'), 'clean')
  renameSync(scratch.at('outside'), path)
  assert.ok((await tryRead(path)).ok)
})

test('truncation, copy_file_range, fallocate and sendfile are changes too', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  await write(scratch.at('source'), eicar)
  const ways = {
    // Malicious only without its end.
    truncate: `os.truncate(path, ${eicar.length})`,
    copy: `os.copy_file_range(source, os.open(path, os.O_RDWR), ${eicar.length})`,
    sendfile: `os.sendfile(os.open(path, os.O_RDWR), source, 0, ${eicar.length})`,
    splice: `
pipe = os.pipe()
os.splice(source, pipe[1], ${eicar.length})
os.splice(pipe[0], os.open(path, os.O_RDWR), ${eicar.length})`,
    pwritev: `os.pwritev(os.open(path, os.O_RDWR), [os.pread(source, ${eicar.length}, 0)], 0)`,
  }
  for (const [name, way] of Object.entries(ways)) {
    const path = await rememberedClean(scratch, guard, name)
    if (name === 'truncate') {
      await write(path, `${eicar} and more`)
      for (let round = 0; round < 2; round++) assert.ok((await tryRead(path)).ok)
    }
    const change = `
import os, sys
path, source = sys.argv[1], os.open(sys.argv[2], os.O_RDONLY)
${way}`
    await must('python3', ['-c', change, path, scratch.at('source')])
    assert.match((await tryRead(path)).stderr, refused, name)
  }
})

test('a store through a writable shared mapping leaves no stale verdict', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const path = await rememberedClean(scratch, guard)
  const store = `
import mmap, os, sys
path, eicar = sys.argv[1], sys.argv[2].encode()
fd = os.open(path, os.O_RDWR)
area = mmap.mmap(fd, 0)
os.close(fd)
area[:] = eicar
def opens():
  try:
    os.close(os.open(path, os.O_RDONLY))
    return True
  except PermissionError: return False
print(sum(opens() for _ in range(100)))
area.close()`
  const stored = await must('python3', ['-c', store, path, eicar])
  t.diagnostic(`${stored.stdout.trim()} of 100 opens got through while the mapping existed`)
  await assertRefusedSoon(t, path)
})

test('a store through a mapping is judged anew although nothing malicious was found when it was closed', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await makeLocked(scratch.at('locked.zip'))
  const args = ['--on-partial', 'deny', '--no-sweep']
  await using guard = await startGuard({ places: [scratch.at('place')], args })
  const path = await rememberedClean(scratch, guard, 'file', 1000)
  const store = `
import mmap, os, sys
data = open(sys.argv[2], 'rb').read()
fd = os.open(sys.argv[1], os.O_RDWR)
area = mmap.mmap(fd, 0)
os.close(fd)
area[0:len(data)] = data
area.close()`
  await must('python3', ['-c', store, path, scratch.at('locked.zip')])
  await guard.waitForDecision(({ event, verdict }) => event === 'close-write' && verdict === 'partial')
  assert.match((await tryRead(path)).stderr, refused)
})

test('a file that is still open for writing is judged each time and never remembered', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = `${scratch.folder('place')}/file`
  writeFileSync(path, 'x'.repeat(eicar.length))
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  const held = `
import mmap, os, sys
path, eicar = sys.argv[1], sys.argv[2].encode()
fd = os.open(path, os.O_RDWR)
area = mmap.mmap(fd, 0)
os.close(fd)
# The page is dirty before it is judged: the second store changes no time stamp.
area[:] = b'y' * len(eicar)
for _ in range(5): os.close(os.open(path, os.O_RDONLY))
area[:] = eicar
try:
  os.close(os.open(path, os.O_RDONLY))
  print('opened')
except PermissionError: print('refused')`
  const attempt = await must('python3', ['-c', held, path, eicar])
  assert.equal(attempt.stdout, 'refused\n', 'although nothing was closed')
  await guard.waitForDecision((line) => line.event === 'open' && line.decision === 'deny')
})

test('chmod, chown, rename and a new link change no verdict', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place/sub')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const clean = await rememberedClean(scratch, guard)
  const evil = scratch.at('place/evil')
  await write(evil, eicar)
  const changes = [
    ['chmod', '700'],
    ['chown', '1:1'],
    ['touch', '-d', '2001-01-01'],
  ]
  for (const [index, change] of changes.entries()) {
    const command = change.join(' ')
    await must('sh', ['-c', '"$@"', 'sh', ...change, clean, evil])
    assert.ok((await tryRead(clean)).ok, command)
    assert.match((await tryRead(evil)).stderr, refused, command)
    await must('ln', [evil, `${evil}-${index}`])
    assert.match((await tryRead(`${evil}-${index}`)).stderr, refused)
  }
  await must('mv', [clean, evil, scratch.at('place/sub')])
  assert.ok((await tryRead(scratch.at('place/sub/file'))).ok)
  assert.match((await tryRead(scratch.at('place/sub/evil'))).stderr, refused)
})

test('a malicious file that was made clean opens again', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  await using guard = await startGuard({ places: [scratch.at('place')] })
  const path = scratch.at('place/file')
  await write(path, eicar)
  assert.match((await tryRead(path)).stderr, refused)
  await must('python3', ['-c', 'import os, sys; os.truncate(sys.argv[1], 10)', path])
  assert.ok(await eventually(async () => (await tryRead(path)).ok, 1000))
  assert.ok((await tryRead(path)).ok)
  assert.equal(guard.stderr, '')
})

test('new signatures reach files that were clean and remembered, and hide no old ones', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  const list = scratch.at('hashes')
  writeFileSync(list, `# nothing yet\n${'0'.repeat(64)}:Nothing\n`)
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--hash-list', list, '--no-sweep'],
  })
  const path = await rememberedClean(scratch, guard)
  const [sum] = (await must('sha256sum', [path])).stdout.split(' ')
  writeFileSync(list, `${sum}:Test.Late\n`, { flag: 'a' })
  process.kill(guard.pid, 'SIGHUP')
  await guard.waitForStderr(/reloaded: 3 signatures/)
  assert.match((await tryRead(path)).stderr, refused)
  await guard.waitForDecision(({ detections }) => detections[0]?.name === 'Test.Late')
  await write(scratch.at('place/eicar'), eicar)
  assert.match((await tryRead(scratch.at('place/eicar'))).stderr, refused, 'the old ones stay')
  writeFileSync(list, '# withdrawn\n')
  process.kill(guard.pid, 'SIGHUP')
  await guard.waitForStderr(/reloaded: 1 signatures/)
  assert.ok((await tryRead(path)).ok, 'a withdrawn signature holds nobody back')
})

test('after a reload a remembered clean file is found without an open, by the sweep', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  const list = scratch.at('hashes')
  writeFileSync(list, '')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--hash-list', list] })
  const path = await rememberedClean(scratch, guard)
  const [sum] = (await must('sha256sum', [path])).stdout.split(' ')
  writeFileSync(list, `${sum}:Test.Late\n`)
  process.kill(guard.pid, 'SIGHUP')
  await guard.waitForDecision((line) => line.event === 'sweep' && line.path === path)
})

test('a list that is damaged or gone at a reload leaves the guard as it was', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place')
  const list = scratch.at('hashes')
  const path = scratch.at('place/file')
  writeFileSync(path, 'listed')
  const [sum] = (await must('sha256sum', [path])).stdout.split(' ')
  writeFileSync(list, `${sum}:Test.Listed\n`)
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--hash-list', list] })
  renameSync(list, `${list}-gone`)
  process.kill(guard.pid, 'SIGHUP')
  await guard.waitForStderr(/the reload failed, the present signatures stay/)
  assert.match((await tryRead(path)).stderr, refused)
})
