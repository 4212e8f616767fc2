// The programs that people use: clamdscan of ClamAV, and the npm package clamscan. Both are told nothing of Haechi.

import assert from 'node:assert/strict'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'

import { type ClamdGuard, startClamdGuard } from '../support/clamd.ts'
import { makeLocked } from '../support/infected.ts'
import { type Attempt, eicar, run } from '../support/opener.ts'

const found = 'Eicar-Test-Signature FOUND'

interface Served extends ClamdGuard {
  readonly at: (name: string) => string
  /** clamdscan, without its summary; path names stand as `§`. */
  readonly clamdscan: (args: readonly string[], input?: string) => Promise<Attempt>
}

async function serve(t: TestContext): Promise<Served> {
  const served = await startClamdGuard(t)
  const { folder } = served
  const at = (name: string): string => `${folder.path}/${name}`
  for (const name of ['files', 'files/sub', 'good']) mkdirSync(at(name))
  for (const name of ['files/a.txt', 'good/1', 'good/2']) writeFileSync(at(name), name)
  for (const name of ['files/e1.com', 'files/sub/e2.com']) writeFileSync(at(name), eicar)
  writeFileSync(at('files/with space'), eicar)
  const config = folder.file('clamd.conf', `LocalSocket ${served.socket}\nStreamMaxLength 100M\n`)
  return {
    ...served,
    at,
    async clamdscan(args, input) {
      const attempt = await run('clamdscan', ['--config-file', config, '--no-summary', ...args], {
        timeoutMs: 30_000,
        ...(input === undefined ? {} : { input }),
      })
      return { ...attempt, stdout: attempt.stdout.replaceAll(folder.path, '§') }
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

async function requireClamdscan(t: TestContext): Promise<boolean> {
  try {
    await run('clamdscan', ['--version'])
    return true
  } catch {
    t.skip('SKIPPED, NOT TESTED: clamdscan is not installed')
    return false
  }
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
const allFound = [`§/files/e1.com: ${found}`, `§/files/sub/e2.com: ${found}`, `§/files/with space: ${found}`]

for (const way of [
  [],
  ['--stream'],
  ['--fdpass'],
  ['--multiscan'],
  ['--multiscan', '--fdpass'],
  ['--multiscan', '--stream'],
]) {
  const title = way.join(' ') || 'by path'
  test(
    `clamdscan ${title}: single files, several at once, directories, clean and infected`,
    { timeout: 90_000 },
    async (t) => {
      if (!(await requireClamdscan(t))) return
      await using served = await serve(t)
      const { at, clamdscan } = served
      const clean = await clamdscan([...way, at('good/1')])
      assert.deepEqual([clean.code, lines(clean.stdout)], [0, ['§/good/1: OK']])
      const bad = await clamdscan([...way, at('files/e1.com')])
      assert.deepEqual([bad.code, lines(bad.stdout)], [1, [`§/files/e1.com: ${found}`]])
      const several = await clamdscan([...way, at('good/1'), at('files/with space'), at('good/2')])
      assert.equal(several.code, 1)
      assert.deepEqual(lines(several.stdout), [
        `§/files/with space: ${found}`,
        '§/good/1: OK',
        '§/good/2: OK',
      ])
      const tree = await clamdscan([...way, at('files')])
      assert.equal(tree.code, 1)
      assert.deepEqual(
        lines(tree.stdout).filter((line) => line.endsWith('FOUND')),
        allFound,
      )
      assert.doesNotMatch(tree.stdout, /e1\.com: OK|e2\.com: OK|^§\/files: OK/m)
      assert.equal((await clamdscan([...way, at('good')])).code, 0)
      const absent = await clamdscan([...way, at('nowhere')])
      assert.equal(absent.code, 2)
      assert.doesNotMatch(absent.stdout, /OK|FOUND/)
    },
  )
}

test(
  'clamdscan: standard input, --allmatch, --ping, --reload, --version, and what it cannot read',
  { timeout: 90_000 },
  async (t) => {
    if (!(await requireClamdscan(t))) return
    await using served = await serve(t)
    const { at, clamdscan } = served
    const piped = await clamdscan(['-'], eicar)
    assert.deepEqual([piped.code, piped.stdout], [1, `stream: ${found}\n`])
    assert.deepEqual((await clamdscan(['-'], 'hello')).code, 0)
    const all = await clamdscan(['--allmatch', at('files/e1.com')])
    assert.deepEqual([all.code, all.stdout], [1, `§/files/e1.com: ${found}\n`])
    assert.deepEqual((await clamdscan(['--ping', '1'])).stdout, 'PONG\n')
    assert.equal((await clamdscan(['--reload'])).code, 0)
    assert.match((await clamdscan(['--version'])).stdout, /^ClamAV 1\.4\.6-haechi-/)
    await makeLocked(at('locked.zip'))
    for (const way of ['--stream', '--fdpass', '--infected']) {
      const locked = await clamdscan([way, at('locked.zip')])
      assert.equal(locked.code, 2)
      assert.match(locked.stdout, /locked\.zip: Not scanned completely, needs a password\. ERROR\n/)
    }
  },
)

interface NodeClam {
  isInfected(path: string): Promise<{ isInfected: boolean | null; viruses: string[] }>
  scanStream(stream: Readable): Promise<{ isInfected: boolean | null; viruses: string[] }>
  scanDir(path: string): Promise<{ goodFiles: string[]; badFiles: string[]; viruses: string[] }>
  ping(): Promise<{ destroy(): void }>
}
type NodeClamClass = new () => { init(options: unknown): Promise<NodeClam> }

async function nodeClam(t: TestContext): Promise<NodeClamClass | undefined> {
  try {
    const module = (await import(import.meta.resolve('clamscan'))) as { readonly default: NodeClamClass }
    return module.default
  } catch {
    t.skip('SKIPPED, NOT TESTED: the devDependency clamscan is not installed')
    return undefined
  }
}

for (const way of ['unix socket', 'TCP'] as const) {
  test(
    `the npm package clamscan over a ${way}: files, streams, a directory`,
    { timeout: 60_000 },
    async (t) => {
      const Clam = await nodeClam(t)
      if (Clam === undefined) return
      await using served = await serve(t)
      const { at } = served
      const address = way === 'TCP' ? { host: '127.0.0.1', port: served.port } : { socket: served.socket }
      const clamdscan = { path: false, localFallback: false, timeout: 20_000, ...address }
      const clam = await new Clam().init({ preference: 'clamdscan', clamdscan })
      const socket = await clam.ping()
      socket.destroy()
      const bad = await clam.isInfected(at('files/e1.com'))
      assert.deepEqual([bad.isInfected, bad.viruses], [true, ['Eicar-Test-Signature']])
      const good = await clam.isInfected(at('good/1'))
      assert.deepEqual([good.isInfected, good.viruses], [false, []])
      const stream = await clam.scanStream(createReadStream(at('files/e1.com')))
      assert.deepEqual([stream.isInfected, stream.viruses], [true, ['Eicar-Test-Signature']])
      const long = await clam.scanStream(
        Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(100_000, 'x'))),
      )
      assert.equal(long.isInfected, false)
      const folder = await clam.scanDir(at('files'))
      assert.deepEqual(folder.badFiles.toSorted(), [
        at('files/e1.com'),
        at('files/sub/e2.com'),
        at('files/with space'),
      ])
      assert.deepEqual(folder.viruses, ['Eicar-Test-Signature'])
      await makeLocked(at('locked.zip'))
      // Not clean: it says that it does not know.
      const locked = await clam.isInfected(at('locked.zip')).catch((thrown: unknown) => String(thrown))
      assert.notEqual(typeof locked === 'string' ? null : locked.isInfected, false)
    },
  )
}
