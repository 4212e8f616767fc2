import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { HostTree } from './host-tree.ts'

test('names that are no text are listed, looked at and opened by what stands for their bytes', (t) => {
  const { path } = withFolder(t)
  const fd = openSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0x61, 0xfe])]), 'w')
  writeSync(fd, 'odd')
  closeSync(fd)
  using tree = new HostTree(path)
  assert.deepEqual([...tree.list('/')], [{ name: String.raw`a\xfe`, kind: 'file' }])
  assert.equal(tree.stat(String.raw`/a\xfe`)?.size, 3)
  using source = must(tree.open(String.raw`/a\xfe`))
  assert.equal(Buffer.from(source.read(0, 10)).toString(), 'odd')
})

test('a link is an entry, and never a way', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'inner'))
  folder.file('inner/file', 'x')
  symlinkSync('inner', join(folder.path, 'link'))
  using tree = new HostTree(folder.path)
  const link = tree.stat('/link')
  assert.deepEqual([link?.kind, link?.target, link?.size], ['link', 'inner', 0])
  assert.deepEqual([...tree.list('/link')], [])
  assert.equal(tree.open('/link/file'), undefined)
  assert.equal(tree.open('/link'), undefined)
  assert.equal(tree.open('/../etc/passwd'), undefined)
})

test('a device, a pipe and a folder have no content', (t) => {
  if (!requireRoot(t)) return
  const { path } = withFolder(t)
  execFileSync('mknod', [join(path, 'zero'), 'c', '1', '5'])
  execFileSync('mkfifo', [join(path, 'pipe')])
  mkdirSync(join(path, 'folder'))
  using tree = new HostTree(path)
  for (const name of ['zero', 'pipe', 'folder', 'missing'])
    assert.equal(tree.open(`/${name}`), undefined, name)
})

test('a sparse file tells where its data lies', (t) => {
  const { path } = withFolder(t)
  const fd = openSync(join(path, 'lastlog'), 'w')
  ftruncateSync(fd, 300_000_000_000)
  writeSync(fd, 'data', 8_388_608)
  closeSync(fd)
  using tree = new HostTree(path)
  assert.equal(tree.stat('/lastlog')?.size, 300_000_000_000)
  using source = must(tree.open('/lastlog')) as unknown as Disposable & {
    extents(): Iterable<{ offset: number; length: number }>
  }
  const extents = [...source.extents()]
  assert.equal(extents.length, 1)
  assert.ok(must(extents[0]).offset <= 8_388_608 && must(extents[0]).length <= 1_048_576)
})

test('passwords and private keys stay where they are unless they are asked for', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'etc'))
  mkdirSync(join(folder.path, 'home/a/.ssh'), { recursive: true })
  folder.file('etc/shadow', 'root:$6$salt$hash:1::::::\n')
  folder.file('home/a/.ssh/id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n')
  folder.file('home/a/.ssh/config', 'Host *\n')
  const read = (tree: HostTree, path: string): string | undefined => {
    using source = tree.open(path)
    return source === undefined ? undefined : Buffer.from(source.read(0, source.size)).toString()
  }
  using without = new HostTree(folder.path)
  assert.equal(read(without, '/etc/shadow'), 'root:$6$[removed]:1::::::\n')
  assert.equal(read(without, '/home/a/.ssh/id_ed25519'), undefined)
  assert.equal(read(without, '/home/a/.ssh/config'), 'Host *\n')
  assert.equal(without.notes.kept.length, 2)
  using kept = new HostTree(folder.path, 'kept')
  assert.equal(read(kept, '/etc/shadow'), 'root:$6$salt$hash:1::::::\n')
  assert.match(must(read(kept, '/home/a/.ssh/id_ed25519')), /PRIVATE/)
})

test('the kernel’s own file systems are not looked into', () => {
  using tree = new HostTree('')
  assert.deepEqual([...tree.list('/proc')], [])
  assert.equal(tree.stat('/proc/1/cmdline'), undefined)
  assert.equal(tree.stat('/etc/passwd')?.size, readFileSync('/etc/passwd').length)
})

test('what lies on a mounted file system is reached', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const inner = scratch.folder('inner')
  scratch.mount('-t', 'tmpfs', 'inner', inner)
  closeSync(openSync(join(inner, 'file'), 'w'))
  using tree = new HostTree(scratch.path)
  assert.equal(tree.stat('/inner/file')?.kind, 'file')
})

test('a closed tree opens nothing', (t) => {
  const folder = withFolder(t)
  folder.file('file', 'x')
  const tree = new HostTree(folder.path)
  tree[Symbol.dispose]()
  // The next descriptors have the numbers that the tree had.
  const next = [1, 2].map(() => openSync(folder.path, 'r'))
  t.after(() => next.map((fd) => closeSync(fd)))
  assert.equal(tree.open('/file'), undefined)
  tree[Symbol.dispose]()
  for (const fd of next) assert.doesNotThrow(() => fstatSync(fd))
})

test('a root that is no folder is told', (t) => {
  const folder = withFolder(t)
  assert.throws(() => new HostTree(folder.file('file', '')), { code: 'not-found' })
})
