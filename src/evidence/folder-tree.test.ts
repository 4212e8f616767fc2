import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { namesBelow } from '../../test/support/disk-image.ts'
import { must } from '../../test/support/must.ts'
import { openFolderTree } from './folder-tree.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-folder-'))
  t.after(() => {
    rmSync(path, { recursive: true })
  })
  return path
}

function text(
  tree: { open(path: string): { size: number; read(at: number, length: number): Uint8Array } | undefined },
  path: string,
): string {
  const source = must(tree.open(path))
  return Buffer.from(source.read(0, source.size)).toString()
}

test('files, folders, fifos and links as they are; nothing is followed', (t) => {
  const outside = folder(t)
  writeFileSync(join(outside, 'secret'), 'outside')
  const path = folder(t)
  mkdirSync(join(path, 'etc'))
  writeFileSync(join(path, 'etc', 'passwd'), 'root')
  symlinkSync(outside, join(path, 'away'))
  symlinkSync('etc/passwd', join(path, 'file-link'))
  execFileSync('mkfifo', [join(path, 'fifo')])
  using tree = openFolderTree(path)
  assert.equal(tree.system, 'linux')
  assert.equal(tree.foldsCase, false)
  assert.deepEqual([...namesBelow(tree)].toSorted(), ['/away', '/etc/', '/etc/passwd', '/fifo', '/file-link'])
  assert.equal(text(tree, '/etc/passwd'), 'root')
  assert.equal(tree.stat('/file-link')?.target, 'etc/passwd')
  assert.equal(tree.stat('/file-link')?.size, 0)
  for (const name of ['/away/secret', '/file-link', '/fifo', '/etc', '/away', '/../secret', '/etc/nothing'])
    assert.equal(tree.open(name), undefined, name)
  assert.equal(tree.stat('/away/secret'), undefined)
  assert.equal(tree.stat('/ETC/passwd'), undefined)
  assert.deepEqual([...tree.list('/away')], [])
  assert.deepEqual(tree.notes.kept, [])
})

test('a folder that becomes a link after it was looked at leads nowhere', (t) => {
  const outside = folder(t)
  writeFileSync(join(outside, 'passwd'), 'outside')
  const path = folder(t)
  mkdirSync(join(path, 'etc'))
  writeFileSync(join(path, 'etc', 'passwd'), 'inside')
  using tree = openFolderTree(path)
  assert.equal(text(tree, '/etc/passwd'), 'inside')
  renameSync(join(path, 'etc'), join(path, 'before'))
  symlinkSync(outside, join(path, 'etc'))
  assert.equal(tree.open('/etc/passwd'), undefined)
  assert.match(tree.notes.kept[0]?.text ?? '', /not the same any more/)
})

test('times to the nanosecond, before 1970 too, and reading leaves the access time', (t) => {
  const path = folder(t)
  const file = join(path, 'old')
  writeFileSync(file, 'x')
  execFileSync('touch', ['-m', '-d', '1969-12-31 23:59:58.5 UTC', file])
  execFileSync('touch', ['-a', '-d', '1970-01-01 00:16:40 UTC', file])
  using tree = openFolderTree(path)
  assert.equal(tree.stat('/old')?.times.modified, '1969-12-31T23:59:58.500000000Z')
  assert.match(tree.stat('/old')?.times.born ?? '', /^20\d\d-.*\.\d{9}Z$/)
  text(tree, '/old')
  assert.equal(statSync(file).atimeMs, 1_000_000)
})

test('names that are no UTF-8', (t) => {
  const path = folder(t)
  const bytes = Buffer.concat([Buffer.from(`${path}/`), Buffer.from('d\xff', 'latin1')])
  mkdirSync(bytes)
  writeFileSync(Buffer.concat([bytes, Buffer.from('/\xe9.txt', 'latin1')]), 'there')
  using tree = openFolderTree(path)
  assert.deepEqual([...namesBelow(tree)], [String.raw`/d\xff/`, String.raw`/d\xff/\xe9.txt`])
  assert.equal(text(tree, String.raw`/d\xff/\xe9.txt`), 'there')
})

test('of Windows: names are found however they are written, an exact one first', (t) => {
  const path = folder(t)
  mkdirSync(join(path, 'Windows', 'System32'), { recursive: true })
  writeFileSync(join(path, 'Windows', 'System32', 'Größe.DLL'), 'one')
  writeFileSync(join(path, 'Windows', 'a'), 'small')
  writeFileSync(join(path, 'Windows', 'A'), 'large')
  using tree = openFolderTree(path)
  assert.equal(tree.system, 'windows')
  assert.equal(text(tree, '/WINDOWS/system32/GRÖßE.dll'), 'one')
  assert.equal(text(tree, '/windows/a'), 'small')
  assert.equal(text(tree, '/windows/A'), 'large')
  assert.equal(tree.stat('/windows/b'), undefined)
})

test('a large file is read in parts', (t) => {
  const path = folder(t)
  writeFileSync(join(path, 'large'), 'start')
  truncateSync(join(path, 'large'), 2 ** 33)
  using tree = openFolderTree(path)
  using source = must(tree.open('/large'))
  assert.equal(source.size, 2 ** 33)
  assert.deepEqual([...source.read(2 ** 33 - 2, 10)], [0, 0])
})

test('what is no folder is an error', () => {
  assert.throws(() => openFolderTree('/etc/passwd'), { name: 'AppError', code: 'not-found' })
  assert.throws(() => openFolderTree('/nowhere/at/all'), { name: 'AppError', code: 'not-found' })
})
