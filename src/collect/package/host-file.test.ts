import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { must } from '../../../test/support/must.ts'
import { openHostFile } from './host-file.ts'
import { sparseExtents } from './sparse.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-package-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

test('what is no regular file now is not opened, and nobody waits for it', () => {
  const fifo = join(folder, 'fifo')
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0)
  const link = join(folder, 'link')
  symlinkSync('/etc/passwd', link)
  for (const path of [fifo, link, folder, '/dev/null', join(folder, 'missing')])
    assert.equal(openHostFile(path), undefined, path)
})

test('reading does not change when a file was last read', () => {
  const path = join(folder, 'read')
  writeFileSync(path, 'content')
  utimesSync(path, 1000, 2000)
  using source = must(openHostFile(path))
  assert.equal(Buffer.from(source.read(0, 100)).toString(), 'content')
  assert.equal(statSync(path).atimeMs, 1_000_000)
})

test('a file that grows is as long as it was, and says so', () => {
  const path = join(folder, 'growing')
  writeFileSync(path, 'four')
  using source = must(openHostFile(path))
  writeFileSync(path, 'and more', { flag: 'a' })
  assert.equal(Buffer.from(source.read(2, 100)).toString(), 'ur')
  assert.equal(source.problem?.(), 'it had 4 bytes when it was opened and 12 at the end')
})

test('files of /proc, which tell no size, are read to their end', () => {
  using source = must(openHostFile('/proc/self/status'))
  assert.ok(source.size > 100)
  assert.match(Buffer.from(source.read(0, source.size)).toString(), /^Name:/)
  assert.equal(source.problem?.(), undefined)
})

test('only a file with holes tells its extents', () => {
  const path = join(folder, 'sparse')
  writeFileSync(path, Buffer.alloc(8192, 1))
  truncateSync(path, 50_000_000)
  using source = must(openHostFile(path))
  assert.deepEqual(sparseExtents(source), [{ offset: 0, length: 8192 }])
  const plain = join(folder, 'plain')
  writeFileSync(plain, Buffer.alloc(100_000, 1))
  using whole = must(openHostFile(plain))
  assert.equal('extents' in whole, false)
})
