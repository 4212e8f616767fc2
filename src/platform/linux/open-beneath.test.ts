import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  constants,
  mkdirSync,
  openSync,
  closeSync,
  readSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { FileStatus, FileType, linkTarget } from './file-status.ts'
import { EntryType, FolderEntries } from './folder-entries.ts'
import { openBeneath } from './open-beneath.ts'

const E = { noEntry: 2, crossDevice: 18, loop: 40, tooLong: 36 }

function opened(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
}

test('a file is opened by the bytes of its name, and nothing but what lies below', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'a'))
  folder.file('a/b', 'content')
  symlinkSync('a', join(folder.path, 'link'))
  symlinkSync('/etc/passwd', join(folder.path, 'a/out'))
  const base = opened(folder.path)
  t.after(() => closeSync(base))
  const fd = openBeneath(base, 'a/b', { kind: 'file', mounts: 'enter' })
  const bytes = Buffer.alloc(16)
  assert.equal(readSync(fd, bytes), 7)
  closeSync(fd)
  const at = (path: string): number => openBeneath(base, path, { kind: 'file', mounts: 'enter' })
  assert.equal(at('link/b'), -E.loop, 'a link on the way')
  assert.equal(at('a/out'), -E.loop, 'a link at the end')
  assert.equal(at('../etc'), -E.crossDevice, 'out of the folder')
  assert.equal(at('missing'), -E.noEntry)
})

test('reading leaves the access time as it was', (t) => {
  const folder = withFolder(t)
  const path = folder.file('old', 'content')
  utimesSync(path, 1, 2)
  const base = opened(folder.path)
  t.after(() => closeSync(base))
  const fd = openBeneath(base, 'old', { kind: 'file', mounts: 'enter' })
  readSync(fd, Buffer.alloc(10))
  closeSync(fd)
  assert.equal(statSync(path).atimeMs, 1000)
})

test('a FIFO without a writer is opened at once', (t) => {
  const folder = withFolder(t)
  execFileSync('mkfifo', [join(folder.path, 'pipe')])
  const base = opened(folder.path)
  t.after(() => closeSync(base))
  const fd = openBeneath(base, 'pipe', { kind: 'file', mounts: 'enter' })
  assert.ok(fd >= 0)
  closeSync(fd)
})

test('a path longer than PATH_MAX is opened, one of a megabyte is refused', (t) => {
  const folder = withFolder(t)
  const name = 'n'.repeat(250)
  const depth = 40
  let fd = opened(folder.path)
  const base = opened(folder.path)
  t.after(() => closeSync(base))
  for (let at = 0; at < depth; at++) {
    // By way of the descriptor: the whole path is too long for mkdir.
    mkdirSync(`/proc/self/fd/${fd}/${name}`)
    const next = openBeneath(fd, name, { kind: 'folder', mounts: 'stay' })
    assert.ok(next >= 0)
    closeSync(fd)
    fd = next
  }
  closeSync(fd)
  const path = Array.from({ length: depth }, () => name).join('/')
  const deep = openBeneath(base, path, { kind: 'folder', mounts: 'stay' })
  assert.ok(deep >= 0, String(deep))
  closeSync(deep)
  assert.equal(openBeneath(base, 'x/'.repeat(600_000), { kind: 'folder', mounts: 'stay' }), -E.tooLong)
})

test('a mount is entered only where that is asked for', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const point = scratch.folder('point')
  scratch.mount('-t', 'tmpfs', 'inner', point)
  const base = opened(scratch.path)
  t.after(() => closeSync(base))
  assert.equal(openBeneath(base, 'point', { kind: 'folder', mounts: 'stay' }), -E.crossDevice)
  const fd = openBeneath(base, 'point', { kind: 'folder', mounts: 'enter' })
  assert.ok(fd >= 0)
  closeSync(fd)
})

test('names come as bytes with their types, however many there are', (t) => {
  const folder = withFolder(t)
  const odd = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0x66, 0xff, 0xfe])])
  closeSync(openSync(odd, 'w'))
  mkdirSync(join(folder.path, 'folder'))
  symlinkSync('no\nwhere', join(folder.path, 'link'))
  folder.file('.a', '')
  folder.file('..b', '')
  for (let at = 0; at < 3000; at++) folder.file(`file-${at}`, '')
  const fd = opened(folder.path)
  t.after(() => closeSync(fd))
  const entries = new FolderEntries(4096)
  entries.begin(fd)
  const found = new Map<string, number>()
  const status = new FileStatus()
  while (entries.next()) {
    found.set(entries.name, entries.type)
    assert.equal(status.read(fd, entries.nameBytes), 0)
    if (entries.name === 'link') {
      assert.equal(status.type, FileType.link)
      assert.equal(linkTarget(fd, entries.nameBytes), 'no\nwhere')
    }
  }
  assert.equal(found.size, 3005)
  assert.equal(found.get('f\u00ff\u00fe'), EntryType.file)
  assert.equal(found.get('folder'), EntryType.folder)
  assert.equal(found.get('link'), EntryType.link)
})

test('a status is what stat(2) says, to the nanosecond, also before 1970', (t) => {
  const folder = withFolder(t)
  const path = folder.file('file', 'x'.repeat(5000))
  execFileSync('touch', ['-d', '1960-01-02 03:04:05.123456789 UTC', path])
  const fd = opened(folder.path)
  t.after(() => closeSync(fd))
  const status = new FileStatus()
  assert.equal(status.read(fd, Buffer.from('file\0')), 0)
  const stat = statSync(path, { bigint: true })
  assert.equal(BigInt(status.inode), stat.ino)
  assert.equal(status.mode, Number(stat.mode))
  assert.equal(status.size, 5000)
  assert.equal(status.storedBytes, Number(stat.blocks) * 512)
  assert.deepEqual(status.modified, {
    seconds: Date.UTC(1960, 0, 2, 3, 4, 5) / 1000,
    nanoseconds: 123_456_789,
  })
  assert.equal(status.changedSeconds, Number(stat.ctimeNs / 1_000_000_000n))
  assert.equal(status.bornSeconds, Number(stat.birthtimeNs / 1_000_000_000n))
  assert.equal(status.read(fd, Buffer.from('missing\0')), E.noEntry)
})
