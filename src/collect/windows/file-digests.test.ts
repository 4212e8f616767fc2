import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { FileDigests } from './file-digests.ts'

const bytes = Buffer.alloc(2_500_000, 'program')
const sha256 = createHash('sha256').update(bytes).digest('hex')

function context(leftMs: () => number, maxFileBytes = 1e9): { leftMs(): number; maxFileBytes: number } {
  return { leftMs, maxFileBytes }
}

test('a file is read once, however it is written and however often it is named', async (t) => {
  const folder = withFolder(t)
  const path = folder.file('program.exe', bytes)
  const digests = new FileDigests()
  const first = await digests.of(
    path,
    context(() => 1000),
  )
  assert.equal(first.sha256, sha256)
  assert.equal(first.size, bytes.length)
  appendFileSync(path, 'x')
  assert.equal(
    (
      await digests.of(
        path.toUpperCase(),
        context(() => 1000),
      )
    ).sha256,
    sha256,
  )
})

test('what is not read says why; of what came too late nothing is kept', async (t) => {
  const folder = withFolder(t)
  const path = folder.file('program.exe', bytes)
  const digests = new FileDigests()
  assert.equal(
    (
      await digests.of(
        path,
        context(() => 0),
      )
    ).unread,
    'the time was over',
  )
  let calls = 0
  const late = await digests.of(
    path,
    context(() => {
      calls += 1
      return calls === 1 ? 1 : 0
    }),
  )
  assert.deepEqual(
    [late.size, late.sha256, late.unread],
    [bytes.length, undefined, 'the time was over while it was read'],
  )
  assert.equal(
    (
      await digests.of(
        path,
        context(() => 1000),
      )
    ).sha256,
    sha256,
  )
  const others = new FileDigests()
  const large = await others.of(
    path,
    context(() => 1000, 1000),
  )
  assert.deepEqual([large.unread, large.sha256], ['it has more than 1000 bytes', undefined])
  assert.match(
    (
      await others.of(
        join(folder.path, 'none'),
        context(() => 1000),
      )
    ).unread ?? '',
    /ENOENT/,
  )
  assert.match(
    (
      await others.of(
        folder.path,
        context(() => 1000),
      )
    ).unread ?? '',
    /EISDIR/,
  )
  const remote = '\\\\vault\\share\\a.exe'
  assert.deepEqual(
    await others.of(
      remote,
      context(() => 1000),
    ),
    {
      path: remote,
      unread: 'it lies on another host',
    },
  )
})

test('what the engine says stands beside the digest, also where it fails; other hosts are not asked', async (t) => {
  const folder = withFolder(t)
  const path = folder.file('a.exe', 'program')
  const asked: string[] = []
  const digests = new FileDigests({
    remote: new Set(['X']),
    scan(fd, name) {
      asked.push(`${name} ${readFileSync(fd).toString()}`)
      if (name.endsWith('b.exe')) throw new Error('no memory')
      return { verdict: 'found', names: ['Bad'] }
    },
  })
  const limits = context(() => 1000)
  const judgedFile = await digests.of(path, limits)
  assert.deepEqual([judgedFile.verdict, judgedFile.found, judgedFile.unread], ['found', ['Bad'], undefined])
  await digests.of(path, limits)
  const failed = await digests.of(folder.file('b.exe', 'other'), limits)
  assert.equal(failed.sha256, createHash('sha256').update('other').digest('hex'))
  assert.deepEqual([failed.verdict, failed.unread], [undefined, 'it was not scanned: no memory'])
  for (const remote of ['X:\\a.exe', 'x:/a.exe', '\\\\?\\UNC\\vault\\a.exe'])
    assert.equal((await digests.of(remote, limits)).unread, 'it lies on another host', remote)
  assert.match((await digests.of('\\\\?\\Y:\\a.exe', limits)).unread ?? '', /ENOENT/)
  assert.deepEqual(asked, [`${path} program`, `${join(folder.path, 'b.exe')} other`])
})
