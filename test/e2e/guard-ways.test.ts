// Every way that leads to a file: links, bind mounts, other mount namespaces, mounts below, renamed places.

import assert from 'node:assert/strict'
import { linkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eicar, eventually, must, run, tryRead, write } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

test('a hard link or symbolic link is no way around, inside the place or outside of it', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  scratch.folder('outside')
  for (const [index, path] of infected.all.entries()) {
    linkSync(path, scratch.at('place', `inside-${index}`))
    linkSync(path, scratch.at('outside', `hard-${index}`))
    symlinkSync(path, scratch.at('outside', `soft-${index}`))
  }
  writeFileSync(scratch.at('outside/other'), 'opened first, so that the folder is known to be outside')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  await tryRead(scratch.at('outside/other'))
  for (const index of infected.all.keys()) {
    for (const name of [`outside/soft-${index}`, `place/inside-${index}`, `outside/hard-${index}`]) {
      assert.match((await tryRead(scratch.at(name))).stderr, refused, name)
    }
  }
  assert.equal(guard.stderr, '')
})

test('a link made outside after the file was found is refused too', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  scratch.folder('outside')
  writeFileSync(scratch.at('outside/other'), 'x')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  await tryRead(scratch.at('outside/other'))
  await tryRead(infected.plain)
  linkSync(infected.plain, scratch.at('outside/link'))
  assert.match((await tryRead(scratch.at('outside/link'))).stderr, refused)
  renameSync(infected.plain, scratch.at('outside/moved'))
  assert.match((await tryRead(scratch.at('outside/moved'))).stderr, refused, 'nor by moving it out')
  assert.equal(guard.stderr, '')
})

test('a bind mount of the place elsewhere, made before or after the guard, is no way around', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place/sub'))
  scratch.mount('--bind', scratch.at('place'), scratch.folder('before'))
  scratch.folder('after')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  scratch.mount('--bind', scratch.at('place/sub'), scratch.at('after'))
  assert.match((await tryRead(scratch.at('before/sub/eicar.com'))).stderr, refused)
  assert.match((await tryRead(scratch.at('after/invoice.zip'))).stderr, refused)
  assert.match((await tryRead(infected.tarGz)).stderr, refused)
  await write(scratch.at('after/new'), eicar)
  assert.match((await tryRead(scratch.at('after/new'))).stderr, refused)
  await guard.waitForDecision(() => guard.decisions.length >= 3)
})

test('another mount namespace is no way around, also when it mounts the place somewhere else', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  scratch.folder('private')
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  const attempt = await run('unshare', ['-m', 'cat', infected.plain])
  assert.match(attempt.stderr, refused)
  const elsewhere = 'mount --bind "$1" "$2" && cat "$2/invoice.zip" "$2/backup.tar.gz"'
  const bound = await run('unshare', [
    '-m',
    'sh',
    '-c',
    elsewhere,
    'sh',
    scratch.at('place'),
    scratch.at('private'),
  ])
  assert.equal(bound.stdout, '')
  assert.equal(bound.stderr.match(/Operation not permitted/g)?.length, 2, bound.stderr)
  await guard.waitForDecision(() => guard.decisions.length >= 3)
})

test('--filesystem guards the whole file system and nothing else, --mount the mount', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('a'))
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('b'))
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('c'))
  for (const name of ['a/deep', 'b/deep', 'c/deep']) await makeInfected(scratch.folder(name))
  await using guard = await startGuard({
    places: [],
    args: ['--filesystem', scratch.at('a/deep'), '--mount', scratch.at('b'), '--no-sweep'],
  })
  assert.match((await tryRead(scratch.at('a/deep/eicar.com'))).stderr, refused)
  assert.match((await run('unshare', ['-m', 'cat', scratch.at('a/deep/invoice.zip')])).stderr, refused)
  assert.match((await tryRead(scratch.at('b/deep/invoice.zip'))).stderr, refused)
  assert.ok((await tryRead(scratch.at('c/deep/eicar.com'))).ok, 'another file system is not guarded')
  assert.deepEqual(
    guard.ready?.places.map(({ kind }) => kind),
    ['mount', 'filesystem'],
  )
})

test('a directory stays the limit of its guard when another place is a whole file system', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('whole'))
  await makeInfected(scratch.folder('place'))
  await makeInfected(scratch.folder('outside'))
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--filesystem', scratch.at('whole'), '--no-sweep'],
  })
  assert.ok((await tryRead(scratch.at('outside/eicar.com'))).ok, 'beside the guarded directory')
  assert.match((await tryRead(scratch.at('place/eicar.com'))).stderr, refused)
  assert.equal(guard.stderr, '')
})

test('two places are both guarded, and what lies between them opens', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  for (const name of ['one', 'two', 'one-more']) await makeInfected(scratch.folder(name))
  await using guard = await startGuard({ places: [scratch.at('one'), scratch.at('two')] })
  assert.match((await tryRead(scratch.at('one/eicar.com'))).stderr, refused)
  assert.match((await tryRead(scratch.at('two/eicar.com'))).stderr, refused)
  assert.ok(
    (await tryRead(scratch.at('one-more/eicar.com'))).ok,
    'a common beginning of the name is no place',
  )
  assert.equal(guard.ready?.places.length, 2)
})

test('a place that is renamed stays guarded, and so does its new name', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  await makeInfected(scratch.folder('parent/place'))
  await using guard = await startGuard({ places: [scratch.at('parent/place')], args: ['--no-sweep'] })
  renameSync(scratch.at('parent/place'), scratch.at('parent/renamed'))
  await guard.waitForStderr(/renamed/)
  assert.match((await tryRead(scratch.at('parent/renamed/eicar.com'))).stderr, refused)
  renameSync(scratch.at('parent'), scratch.at('other'))
  await guard.waitForStderr(/other/)
  await write(scratch.at('other/renamed/new'), eicar)
  assert.match((await tryRead(scratch.at('other/renamed/new'))).stderr, refused)
})

test('a place that is renamed again and again while its files are being opened stays guarded', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const rounds = 25
  scratch.folder('place-0')
  writeFileSync(scratch.at('place-0/clean'), 'clean')
  // One for each round: a file known to be bad would be refused anyway.
  for (let round = 1; round <= rounds; round++) writeFileSync(scratch.at(`place-0/evil-${round}`), eicar)
  await using guard = await startGuard({ places: [scratch.at('place-0')], args: ['--no-sweep'] })
  // Opened for writing, so that no file gets a mark of its own and every open is a question.
  const read = `
import os, sys, threading
def read():
  while not os.path.exists(f'{sys.argv[1]}/end'):
    for name in os.listdir(sys.argv[1]):
      try: open(f'{sys.argv[1]}/{name}/clean', 'rb+').close()
      except OSError: pass
threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()`
  const readers = must('python3', ['-c', read, scratch.path], { timeoutMs: 30_000 })
  const opened: number[] = []
  for (let round = 1; round <= rounds; round++) {
    renameSync(scratch.at(`place-${round - 1}`), scratch.at(`place-${round}`))
    await guard.waitForStderr(new RegExp(`is now \\S+place-${round}\n`))
    const isRefused = async (): Promise<boolean> =>
      !(await tryRead(scratch.at(`place-${round}/evil-${round}`))).ok
    if (!(await eventually(isRefused, 500))) opened.push(round)
  }
  writeFileSync(scratch.at('end'), '')
  await readers
  assert.deepEqual(opened, [])
})

test('a file system that is mounted below the place later is guarded', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place/mounted')
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('place/before'))
  await write(scratch.at('place/before/evil'), eicar)
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  assert.match((await tryRead(scratch.at('place/before/evil'))).stderr, refused, 'mounted before')
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.at('place/mounted'))
  await write(scratch.at('place/mounted/evil'), eicar)
  const started = performance.now()
  const isRefused = async (): Promise<boolean> => !(await tryRead(scratch.at('place/mounted/evil'))).ok
  assert.ok(await eventually(isRefused, 3000))
  t.diagnostic(`guarded ${Math.round(performance.now() - started)} ms after the first write`)
  assert.equal(guard.stderr, '')
})

test('a place can be given as a relative path, and through a symbolic link', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  await makeInfected(scratch.folder('real/place'))
  symlinkSync(scratch.at('real/place'), scratch.at('link'))
  await using guard = await startGuard({ places: ['./link'], cwd: scratch.path, args: ['--no-sweep'] })
  assert.equal(guard.ready?.places[0]?.path, scratch.at('real/place'))
  assert.match((await tryRead(scratch.at('real/place/eicar.com'))).stderr, refused)
})

test('a place that does not exist, or is a file, ends with a clear error and exit code 2', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  await write(scratch.at('file'), 'x')
  const haechi = `${import.meta.dirname}/../../bin/haechi`
  for (const [name, says] of [
    ['missing', /cannot guard \S+missing: .*no such file or directory/i],
    ['file', /cannot guard \S+file: .*not a directory/i],
  ] as const) {
    const args = ['guard', '--socket', scratch.at('sock'), scratch.at(name)]
    const attempt = await run(haechi, args, { env: { NO_COLOR: '1' } })
    assert.equal(attempt.code, 2)
    assert.match(attempt.stderr, says)
    assert.match(attempt.stderr, /an existing directory/, 'a hint')
    assert.doesNotMatch(attempt.stderr, /\n\s+at /, 'no stack trace')
  }
})

test('two guards at once do not hang each other, and the file is refused until the last has ended', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await write(scratch.at('place/clean'), 'clean')
  await using one = await startGuard({ places: [scratch.at('place')] })
  await using two = await startGuard({ places: [scratch.path] })
  assert.match((await tryRead(infected.plain)).stderr, refused)
  assert.ok((await tryRead(scratch.at('place/clean'))).ok)
  await write(scratch.at('place/new'), eicar)
  assert.equal(await one.stop(), 0)
  assert.match((await tryRead(infected.zip)).stderr, refused)
  assert.match((await tryRead(scratch.at('place/new'))).stderr, refused)
  assert.equal(await two.stop(), 0)
  assert.ok((await tryRead(infected.zip)).ok)
})
