// A collection that is killed leaves what it had written, readable.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { fileItem, packageOf, piecesOf } from '../../../test/support/collect-package.ts'
import { must } from '../../../test/support/must.ts'
import { AppError } from '../../base/app-error.ts'
import { openPackage, verifyPackage } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-package-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const program = `
import { fileItem, stepOf, writeSteps } from ${JSON.stringify(new URL('../../../test/support/collect-package.ts', import.meta.url).href)}
import { fileSink } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
const one = stepOf('one', () => [
  { kind: 'rows', name: 'processes', rows: [{ pid: 1 }] },
  fileItem({ path: '/Windows/notepad.exe', volume: 'C', content: 'MZ' }),
])
const two = stepOf('two', function* () {
  for (let index = 0; ; index += 1)
    yield fileItem({ path: '/files/' + index, volume: 'C', content: Buffer.alloc(200_000, String(index) + ' ') })
})
await writeSteps([one, two], await fileSink(process.argv[1]))
`

test('a killed collection leaves a partial file that archivers and we read', async (t) => {
  const path = join(folder, 'killed.tar.zst')
  const partial = `${path}.partial`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], { stdio: 'inherit' })
  t.after(() => child.kill('SIGKILL'))
  while (!existsSync(partial) || statSync(partial).size < 200_000) {
    assert.equal(child.exitCode, null)
    await wait(5)
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(existsSync(path), false)

  using opened = await openPackage(partial)
  assert.equal(opened.isWhole, false)
  assert.deepEqual([...opened.rows('processes')], [{ pid: 1 }])
  const tree = must(opened.trees[0])
  assert.equal(tree.system, 'windows')
  const found = [...tree.list('/files')]
  assert.ok(found.length > 10)
  for (const { name } of found.slice(0, -1)) {
    using source = must(tree.open(`/files/${name}`))
    assert.equal(Buffer.from(source.read(0, 8)).toString(), `${name} `.repeat(8).slice(0, 8))
  }
  const result = await verifyPackage(partial)
  assert.equal(result.isRight, false)
  assert.equal(result.signature, 'missing')
  assert.ok(result.members >= 3, 'the members of the step that had ended are vouched for')

  const into = mkdtempSync(join(folder, 'tar-'))
  spawnSync('tar', ['--zstd', '-xf', partial, '-C', into])
  const extracted = readdirSync(join(into, '[root]', 'C', 'files'))
  assert.ok(extracted.length >= found.length - 1)
  assert.equal(readFileSync(join(into, '[root]', 'C', 'Windows', 'notepad.exe'), 'latin1'), 'MZ')
})

test('whatever is cut off or changed, opening reads what is there and throws nothing but AppError', async () => {
  const bytes = await packageOf([
    fileItem({ path: '/etc/passwd', content: 'root' }),
    fileItem({ path: '/large', content: Buffer.alloc(200_000, 'abc') }),
    { kind: 'rows', name: 'rows', rows: [{ a: 1 }] },
  ])
  const path = join(folder, 'changed')
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length),
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      async (length, changes) => {
        const changed = Buffer.from(bytes.subarray(0, length < 100 ? bytes.length : length))
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value
        writeFileSync(path, changed)
        await verifyPackage(piecesOf(changed, 1000))
        try {
          using opened = await openPackage(path)
          for (const tree of opened.trees) {
            for (const name of ['/etc/passwd', '/large']) {
              tree.stat(name)
              using source = tree.open(name)
              source?.read(0, 300_000)
            }
          }
          assert.ok([...opened.rows('rows')].length <= 1)
        } catch (thrown) {
          if (!(thrown instanceof AppError)) throw thrown
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('damage in the middle costs only what stood there', async () => {
  const names = ['/a', '/b', '/c']
  const bytes = await packageOf(
    names.map((path, index) => fileItem({ path, content: Buffer.alloc(150_000, `${index}${path}`) })),
  )
  const path = join(folder, 'damaged')
  const cut = bytes.subarray(0, -5)
  const at = cut.indexOf(
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    cut.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 1) + 1,
  )
  const damaged = Buffer.from(cut)
  damaged.fill(0xee, at + 20, at + 40)
  writeFileSync(path, damaged)
  using opened = await openPackage(path)
  assert.equal(opened.isWhole, false)
  const tree = must(opened.trees[0])
  const readable = names.filter((name) => {
    using source = tree.open(name)
    return source?.size === 150_000
  })
  assert.deepEqual(readable, ['/a', '/c'])
  assert.ok(opened.notes.kept.length > 0)
})

test('what is no package is refused', async () => {
  const path = join(folder, 'none')
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(100_000, 'x')]) {
    writeFileSync(path, bytes)
    await assert.rejects(openPackage(path), /no package/)
  }
  await assert.rejects(openPackage(folder), /no file/)
  await assert.rejects(openPackage(join(folder, 'missing')), /cannot be read/)
})
