// What scanners have been seen to get wrong, one test each: none of it happens here.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'

import { load } from '../../src/engine/index.ts'
import { summaryLine, verdictLine } from '../../src/model/output.ts'
import { withFolder } from '../support/folder.ts'
import { goldenSamples, payloadRule } from '../support/golden.ts'
import { run } from '../support/opener.ts'
import { eicar } from '../support/samples.ts'
import { tarOf } from '../support/tar-writer.ts'
import { zipOf } from '../support/zip-writer.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')
type Verdict = ReturnType<typeof verdictLine.parse>

interface Scanned {
  readonly code: number | null
  readonly text: string
  readonly verdicts: readonly Verdict[]
}

async function scan(
  t: TestContext,
  paths: readonly string[],
  args: readonly string[] = [],
): Promise<Scanned> {
  const config = withFolder(t).file('haechi.toml', '[engine]\nlocal = ""\n')
  const done = await run(launcher, ['scan', '--json', '--config', config, ...args, ...paths])
  const lines = done.stdout.trim().split('\n')
  summaryLine.parse(JSON.parse(lines.at(-1) ?? ''))
  const verdicts = lines.slice(0, -1).map((line) => verdictLine.parse(JSON.parse(line)))
  return { code: done.code, text: done.stdout, verdicts }
}

const scanBytes = (bytes: Uint8Array, passwords: readonly string[] = []) =>
  load({ passwords }).instance().scan(bytes)
const chains = ({ detections }: ReturnType<typeof scanBytes>): string[] =>
  detections.map(({ chain }) => chain.slice(1).join(' → '))

test('hidden files and files in hidden folders are scanned', async (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, '.hidden'))
  folder.file('.hidden/.eicar', eicar)
  assert.deepEqual(
    (await scan(t, [folder.path])).verdicts.map(({ verdict }) => verdict),
    ['found'],
  )
})

test('members whose names lead elsewhere are scanned, and nothing is written there', () => {
  for (const name of ['../../../tmp/haechi-escaped', '/tmp/haechi-escaped', String.raw`..\..\x`, '']) {
    assert.equal(scanBytes(zipOf([{ name, data: eicar }])).status, 'found', name)
    assert.equal(scanBytes(tarOf([{ name: name || 'x', data: eicar }])).status, 'found', name)
  }
  assert.ok(!readdirSync(tmpdir()).includes('haechi-escaped'))
})

test('a zip behind a prefix is a zip', () => {
  const archive = zipOf([{ name: 'eicar.com', data: eicar }])
  for (const prefix of ['x', 'MZ'.padEnd(5000, '\0'), 'GIF89a'.padEnd(300_000, 'x')]) {
    assert.deepEqual(chains(scanBytes(Buffer.concat([Buffer.from(prefix), archive]))), ['eicar.com'])
  }
})

test('of two members with one name both are read', () => {
  const clean = { name: 'same', data: 'clean' }
  const bad = { name: 'same', data: eicar }
  for (const members of [
    [clean, bad],
    [bad, clean],
  ]) {
    assert.equal(scanBytes(zipOf(members)).status, 'found')
    assert.equal(scanBytes(tarOf(members)).status, 'found')
  }
})

test('what cannot be read is never clean, and the exit code says so', async (t) => {
  const missing = await scan(t, ['/nonexistent/file'])
  assert.deepEqual([missing.code, missing.verdicts[0]?.verdict], [2, 'failed'])
  const folder = withFolder(t)
  const locked = folder.file('locked.zip', zipOf([{ name: 'x', data: 'secret', password: 'p' }]))
  const partial = await scan(t, [locked])
  assert.deepEqual([partial.code, partial.verdicts[0]?.verdict], [3, 'partial'])
})

test('64-bit programs are parsed', (t) => {
  const folder = withFolder(t)
  const rules = folder.file(
    'wide.yar',
    'import "pe"\nrule Wide { condition: pe.is_64bit() and pe.number_of_sections > 0 }\n',
  )
  const wide = goldenSamples('pe').find(
    ({ bytes }) => Buffer.from(bytes).readUInt16LE(24 + Buffer.from(bytes).readUInt32LE(60)) === 0x20b,
  )
  assert.ok(wide !== undefined, 'there is a PE32+ sample')
  const { detections } = load({ rules: [rules] })
    .instance()
    .scan(wide.bytes)
  assert.ok(detections.some(({ name }) => name === 'Wide'))
})

test('all rules that match are told, and rule files are files like all others', async (t) => {
  const folder = withFolder(t)
  const rules = folder.file('two.yar', 'rule First { condition: true }\nrule Second { condition: true }\n')
  const scanned = await scan(t, [rules], ['--rules', rules])
  assert.deepEqual(
    scanned.verdicts[0]?.detections.map(({ name }) => name),
    ['First', 'Second'],
  )
})

test('a member with a password is counted as not read, and read with the password', () => {
  const archive = zipOf([{ name: 'eicar.com', data: eicar, password: 'secret' }])
  const without = scanBytes(archive)
  assert.deepEqual([without.status, without.reasons[0]?.code], ['partial', 'encrypted'])
  assert.deepEqual(chains(scanBytes(archive, ['secret'])), ['eicar.com'])
})

test('the library opens archives as the command does', async (t) => {
  const archive = gzipSync(tarOf([{ name: 'eicar.com', data: eicar }]))
  const path = withFolder(t).file('a.tgz', archive)
  const [line] = (await scan(t, [path])).verdicts
  assert.deepEqual(
    load()
      .instance()
      .scan(path)
      .detections.map(({ chain }) => chain),
    line?.detections.map(({ chain }) => chain),
  )
})

test('a small bomb costs little and ends partial', () => {
  const zeros = gzipSync(new Uint8Array(64 << 20))
  const before = process.memoryUsage().rss
  const verdict = scanBytes(Buffer.concat(Array.from({ length: 16 }, () => zeros)))
  assert.equal(verdict.status, 'partial')
  assert.ok(process.memoryUsage().rss - before < 512 << 20)
  let nested: Uint8Array = Buffer.from(eicar)
  for (let depth = 0; depth < 100; depth++) nested = gzipSync(nested)
  assert.equal(scanBytes(nested).reasons[0]?.code, 'depth')
})

test('links that lead in circles end', async (t) => {
  const folder = withFolder(t)
  symlinkSync('.', join(folder.path, 'circle'))
  symlinkSync('second', join(folder.path, 'first'))
  symlinkSync('first', join(folder.path, 'second'))
  folder.file('eicar.com', eicar)
  const scanned = await scan(t, [folder.path], ['--follow'])
  assert.equal(scanned.verdicts.filter(({ verdict }) => verdict === 'found').length, 1)
})

test('escape sequences in names do not reach the terminal', async (t) => {
  const folder = withFolder(t)
  const path = folder.file('evil\u001b[2Jname\r.zip', zipOf([{ name: '\u001b]0;x\u0007', data: eicar }]))
  const done = await run(launcher, ['scan', path])
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  assert.doesNotMatch(done.stdout + done.stderr, /[\u0000-\u0009\u000b-\u001f]/)
})

test('a scan that is killed leaves nothing unpacked behind', async (t) => {
  const folder = withFolder(t)
  const temporary = join(folder.path, 'tmp')
  mkdirSync(temporary)
  const place = join(folder.path, 'in')
  mkdirSync(place)
  const member = { name: 'big', data: new Uint8Array(20 << 20) }
  for (let index = 0; index < 20; index++) writeFileSync(join(place, `${index}.zip`), zipOf([member]))
  const child = spawn(launcher, ['scan', '--verbose', place], { env: { ...process.env, TMPDIR: temporary } })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
  assert.deepEqual(readdirSync(temporary), [])
})

test('a rule set that is broken is told, and the rest of it is used', async (t) => {
  const folder = withFolder(t)
  const broken = folder.file('broken.yar', 'rule Broken { condition: nonsense }\n')
  const sound = folder.file('sound.yar', payloadRule)
  const path = folder.file('x', eicar)
  const config = folder.file('haechi.toml', '[engine]\nlocal = ""\n')
  const done = await run(launcher, ['scan', '--config', config, '--rules', broken, '--rules', sound, path])
  assert.match(done.stderr, /broken\.yar:1/)
  assert.equal(done.code, 1)
})

test('exit codes tell clean, found, failed and partial apart', async (t) => {
  const folder = withFolder(t)
  const clean = folder.file('clean', 'clean')
  assert.equal((await scan(t, [clean])).code, 0)
  assert.equal((await scan(t, [clean, folder.file('bad', eicar)])).code, 1)
})

test('a cure changes what it says it changes, and keeps the kind of archive', async (t) => {
  const folder = withFolder(t)
  const sample = goldenSamples('7z').find(
    ({ finds, passwords, reasons }) => finds.length > 0 && !passwords && !reasons,
  )
  assert.ok(sample !== undefined)
  const path = folder.file('a.7z', sample.bytes)
  const config = folder.file(
    'haechi.toml',
    `[engine]\nlocal = ""\n[quarantine]\ndirectory = "${join(folder.path, 'q')}"\n`,
  )
  const done = await run(launcher, ['scan', '--json', '--config', config, '--on-found', 'cure', path])
  const line = verdictLine.parse(JSON.parse(done.stdout.split('\n')[0] ?? ''))
  assert.equal(line.response, 'cured')
  assert.equal(load().instance().scan(path).status, 'clean')
  assert.equal((await run('head', ['-c', '2', path])).stdout, '7z')
})
