import assert from 'node:assert/strict'
import { appendFileSync, closeSync, linkSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { statOf as madeUp } from '../../../test/support/stat-of.ts'
import { setTimes } from './file-times.ts'
import { Stat } from './statx.ts'

const billion = 1_000_000_000n

function statOf(path: string): Stat {
  const fd = openSync(path, 'r')
  const stat = new Stat()
  assert.ok(stat.read(fd))
  closeSync(fd)
  return stat
}

function assertSame(path: string): void {
  const [ours, node] = [statOf(path), statSync(path, { bigint: true })]
  assert.deepEqual(
    {
      inode: (BigInt(ours.inodeHigh) << 32n) | BigInt(ours.inodeLow),
      size: BigInt(ours.size),
      links: BigInt(ours.links),
      mtime: BigInt(ours.mtimeSeconds) * billion + BigInt(ours.mtimeNs),
      ctime: BigInt(ours.ctimeSeconds) * billion + BigInt(ours.ctimeNs),
      isFile: ours.isFile,
    },
    {
      inode: node.ino,
      size: node.size,
      links: node.nlink,
      mtime: node.mtimeNs,
      ctime: node.ctimeNs,
      isFile: node.isFile(),
    },
  )
}

test('every field is what Node says about the same file, to the nanosecond', (t) => {
  const folder = withFolder(t)
  const path = folder.file('file', 'twelve bytes')
  linkSync(path, join(folder.path, 'link'))
  for (const one of [path, folder.path, '/dev/null', '/proc/self/status', process.execPath]) assertSame(one)
})

test('sizes beyond 4 GiB are whole', (t) => {
  const path = withFolder(t).file('large', '')
  truncateSync(path, 5 * 2 ** 32 + 17)
  assertSame(path)
  assert.deepEqual([statOf(path).sizeLow, statOf(path).sizeHigh], [17, 5])
})

test('the mount id is the one of mountinfo', (t) => {
  const { mountId } = statOf(withFolder(t).path)
  const ids = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[0])
  assert.ok(ids.includes(String(mountId)))
})

test('files on different devices have different devices', () => {
  assert.notEqual(statOf('/proc/self/status').device, statOf('/dev/null').device)
})

test('a descriptor that is none is told, not thrown', () => {
  const stat = new Stat()
  assert.equal(stat.read(-1), false)
})

test('sameContent compares every word that a change of content can change', (t) => {
  const real = statOf(withFolder(t).file('file', 'content'))
  const { inodeLow, inodeHigh, sizeLow, sizeHigh, mtimeSeconds, mtimeNs, ctimeSeconds, ctimeNs } = real
  const words = { inodeLow, inodeHigh, sizeLow, sizeHigh, mtimeSeconds, mtimeNs, ctimeSeconds, ctimeNs }
  assert.ok(real.sameContent(madeUp(words)))
  for (const [field, value] of Object.entries(words)) {
    assert.equal(real.sameContent(madeUp({ ...words, [field]: value + 1 })), false, field)
  }
})

test('sameContent sees every change of content, of times and of the file itself', (t) => {
  const folder = withFolder(t)
  const path = folder.file('file', 'content')
  const before = statOf(path)
  assert.ok(before.sameContent(statOf(path)))
  appendFileSync(path, '!')
  assert.equal(before.sameContent(statOf(path)), false)
  const old = statOf(path)
  const fd = openSync(path, 'r+')
  setTimes(fd, { atimeNs: 0n, mtimeNs: 1_234_567_890_123_456_789n })
  assert.equal(old.sameContent(statOf(path)), false)
  const dated = statOf(path)
  setTimes(fd, { atimeNs: 0n, mtimeNs: 1_234_567_890_123_456_788n })
  assert.equal(dated.sameContent(statOf(path)), false, 'one nanosecond')
  closeSync(fd)
  assert.equal(statOf(folder.file('a', 'x')).sameContent(statOf(folder.file('b', 'x'))), false)
})
