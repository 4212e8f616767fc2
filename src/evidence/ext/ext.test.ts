import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { extPrograms, imageFolder, namesBelow } from '../../../test/support/disk-image.ts'
import { block, inodeAt, writeExt } from '../../../test/support/ext-writer.ts'
import { must } from '../../../test/support/must.ts'
import { requirePrograms } from '../../../test/support/programs.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import type { EvidenceTree } from '../tree.ts'
import { openExt } from './index.ts'

const images = imageFolder()
after(() => {
  images.remove()
})

const kinds: Readonly<Record<string, readonly string[]>> = {
  'ext2 of 1 KiB blocks and small inodes': ['-t', 'ext2', '-b', '1024', '-I', '128'],
  'ext4 as it is made today': ['-t', 'ext4', '-b', '4096', '-I', '256'],
  'ext4 with groups of groups and 64 bits': [
    '-t',
    'ext4',
    '-b',
    '1024',
    '-O',
    '64bit,meta_bg,^resize_inode,inline_data',
  ],
  'ext4 with clusters': ['-t', 'ext4', '-b', '1024', '-O', 'bigalloc,^resize_inode', '-C', '16384'],
}
const script = String.raw`
mkdir -p etc home/user/deep many; echo root:x:0:0 > etc/passwd
for i in $(seq 1 300); do echo $i > "many/a rather long name of a file, number $i"; done
head -c 3000000 /dev/zero | tr '\0' z > big
truncate -s 3000000 sparse; printf X | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none
printf Z | dd of=sparse bs=1 seek=2999999 conv=notrunc status=none
printf bytes > "$(printf 'no-utf8-\xff-\xed\x95\x9c')"
ln -s short link; ln -s "$(printf 'x%.0s' $(seq 1 200))" long-link
mkfifo fifo; chown 70000:80000 etc/passwd; chmod 4755 etc/passwd
touch -d '1935-12-31 23:59:59.123456789 UTC' home/user/old; touch -d '2044-01-02 03:04:05 UTC' home/user/later
`
const made = new Map<string, Buffer>()

function image(t: TestContext, kind: string): Buffer | undefined {
  if (!requirePrograms(t, extPrograms)) return undefined
  const known = made.get(kind)
  if (known !== undefined) return Buffer.from(known)
  const bytes = readFileSync(images.ext(`image-${made.size}`, kinds[kind] ?? [], script))
  made.set(kind, bytes)
  return Buffer.from(bytes)
}

function open(bytes: Buffer): { tree: EvidenceTree; notes: Notes } {
  const notes = new Notes()
  return {
    tree: must(openExt({ source: memorySource(bytes), label: 'x', close: () => undefined }, notes)),
    notes,
  }
}

function text(tree: EvidenceTree, path: string): string {
  const source = must(tree.open(path))
  return Buffer.from(source.read(0, source.size)).toString('latin1')
}

for (const kind of Object.keys(kinds)) {
  test(`${kind}: names, content and links`, (t) => {
    const bytes = image(t, kind)
    if (bytes === undefined) return
    const { tree, notes } = open(bytes)
    const names = [...namesBelow(tree)]
    assert.equal(names.length, 315)
    assert.equal(new Set(names).size, 315)
    assert.equal(text(tree, '/etc/passwd'), 'root:x:0:0\n')
    assert.equal(text(tree, '/many/a rather long name of a file, number 299'), '299\n')
    assert.equal(text(tree, '/big'), 'z'.repeat(3_000_000))
    const sparse = Buffer.alloc(3_000_000)
    sparse.write('X', 1_500_000)
    sparse.write('Z', 2_999_999)
    assert.ok(Buffer.from(must(tree.open('/sparse')).read(0, 4_000_000)).equals(sparse))
    assert.equal(text(tree, String.raw`/no-utf8-\xff-한`), 'bytes')
    assert.equal(tree.stat('/link')?.target, 'short')
    assert.equal(tree.stat('/long-link')?.target, 'x'.repeat(200))
    assert.equal(tree.open('/link'), undefined)
    assert.equal(tree.stat('/fifo')?.kind, 'other')
    assert.equal(tree.stat('/ETC'), undefined)
    assert.equal(tree.open('/etc/passwd', 'stream'), undefined)
    assert.deepEqual(notes.kept, [])
  })
}

test('owners, modes and times, before 1970 and after 2038', (t) => {
  const bytes = image(t, 'ext4 as it is made today')
  if (bytes === undefined) return
  const { tree } = open(bytes)
  const { size, mode, uid, gid, times } = must(tree.stat('/etc/passwd'))
  assert.deepEqual({ size, mode, uid, gid }, { size: 11, mode: 0o104755, uid: 70_000, gid: 80_000 })
  assert.match(times.born ?? '', /^20\d\d-.*\.\d{9}Z$/)
  assert.match(tree.stat('/home/user/old')?.times.modified ?? '', /^1935-12-31T23:59:59\.\d{9}Z$/)
  const later = inodePlace(bytes, must(tree.stat('/home/user/later')?.inode))
  bytes.writeUInt32LE((123_456_789 << 2) | 1, later + 136)
  assert.equal(tree.stat('/home/user/later')?.times.modified, '2044-01-02T03:04:05.123456789Z')
})

test('small inodes have whole seconds and no birth', (t) => {
  const bytes = image(t, 'ext2 of 1 KiB blocks and small inodes')
  if (bytes === undefined) return
  const { times } = must(open(bytes).tree.stat('/home/user/old'))
  assert.equal(times.modified, '1935-12-31T23:59:59Z')
  assert.equal(times.born, undefined)
})

test('a journal that holds something, and a volume that is cut off, are said', (t) => {
  const bytes = image(t, 'ext4 as it is made today')
  if (bytes === undefined) return
  bytes.writeUInt32LE(bytes.readUInt32LE(1024 + 96) | 4, 1024 + 96)
  const { notes } = open(bytes.subarray(0, -4096))
  assert.deepEqual(
    notes.kept.map(({ text: said }) => said.split(';')[0]?.split(':')[0]),
    [
      'the journal holds what was not written yet',
      'the volume says that it is longer than the place where it lies',
    ],
  )
})

test('the copy of the superblock stands in for a damaged one', (t) => {
  const bytes = image(t, 'ext2 of 1 KiB blocks and small inodes')
  if (bytes === undefined) return
  bytes.fill(0, 1024, 2048)
  const { tree, notes } = open(bytes)
  assert.equal(text(tree, '/etc/passwd'), 'root:x:0:0\n')
  assert.match(notes.kept[0]?.text ?? '', /its copy/)
})

/** Where the entry of a name begins. */
function entryAt(bytes: Buffer, name: string): number {
  const length = Buffer.byteLength(name)
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) {
    if (bytes[at - 2] === length && bytes[at - 1] === 2) return at - 8
  }
  throw new Error(`no entry of ${name}`)
}

test('folders that lead back to the root or to another place are not entered', (t) => {
  const bytes = image(t, 'ext2 of 1 KiB blocks and small inodes')
  if (bytes === undefined) return
  const { inode } = must(open(bytes).tree.stat('/many'))
  bytes.writeUInt32LE(2, entryAt(bytes, 'user'))
  bytes.writeUInt32LE(must(inode), entryAt(bytes, 'etc'))
  const { tree, notes } = open(bytes)
  const names = [...namesBelow(tree)]
  assert.ok(names.includes('/home/user/') && !names.some((name) => name.startsWith('/home/user/m')))
  assert.equal(names.filter((name) => name.includes('number 7')).length, 11)
  assert.ok(notes.kept.some(({ text: said }) => said.startsWith('folder 2 does not lie in folder')))
})

test('extents that lead in a circle or outside give zeros, and it is said', (t) => {
  const bytes = image(t, 'ext4 as it is made today')
  if (bytes === undefined) return
  const root = Buffer.from('0af30100040000000000000000000000', 'hex')
  const { tree } = open(bytes)
  const place = inodePlace(bytes, must(tree.stat('/big')?.inode))
  const changed = Buffer.from(bytes)
  // Depth 1, and the index points at a block that begins as this very node.
  root.copy(changed, place + 40)
  changed.writeUInt16LE(1, place + 46)
  changed.writeUInt32LE(5, place + 56)
  changed.copy(changed, 5 * 4096, place + 40, place + 100)
  const looped = open(changed)
  assert.ok(Buffer.from(must(looped.tree.open('/big')).read(0, 3_000_000)).equals(Buffer.alloc(3_000_000)))
  assert.equal(looped.notes.kept.filter(({ text: said }) => said.includes('extents make no sense')).length, 1)
  const outside = Buffer.from(bytes)
  outside.writeUInt32LE(0xfffffff0, place + 60)
  outside.writeUInt32LE(0x7fffffff, place + 108)
  const { size } = must(open(outside).tree.stat('/big'))
  assert.ok(size > 2 ** 60)
  const beyond = open(outside)
  assert.ok(Buffer.from(must(beyond.tree.open('/big')).read(0, 5000)).equals(Buffer.alloc(5000)))
  assert.ok(beyond.notes.kept.some(({ text: said }) => said.includes('extents make no sense')))
})

/** In the first group, whose table of inodes the first descriptor tells. */
function inodePlace(bytes: Buffer, inode: number): number {
  return bytes.readUInt32LE(4096 + 8) * 4096 + (inode - 1) * 256
}

test('any change of any byte of its structures is survived', (t) => {
  const bytes = image(t, 'ext4 as it is made today')
  if (bytes === undefined) return
  const table = inodePlace(bytes, 1)
  const places = fc.oneof(
    fc.integer({ min: 1024, max: 2047 }),
    fc.integer({ min: 4096, max: 4160 }),
    fc.integer({ min: table, max: table + 256 * 40 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(places, fc.nat(255)), { minLength: 1, maxLength: 10 }), (changes) => {
      const before = changes.map(([at]) => [at, bytes[at] ?? 0] as const)
      for (const [at, value] of changes) bytes[at] = value
      const tree = openExt({ source: memorySource(bytes), label: 'x', close: () => undefined }, new Notes())
      if (tree !== undefined) {
        for (const path of namesBelow(tree, '', { left: 60 })) {
          JSON.stringify(tree.stat(path))
          tree.open(path)?.read(0, 10_000)
        }
      }
      for (const [at, value] of before.toReversed()) bytes[at] = value
    }),
    { numRuns: 200 },
  )
})

test('extents that are reserved but not written are zeros', () => {
  const bytes = writeExt()
  assert.equal(text(open(bytes).tree, '/extents'), 'd'.repeat(3000))
  bytes.writeUInt16LE(32_768 + 3, 22 * block + 16)
  assert.equal(text(open(bytes).tree, '/extents'), '\0'.repeat(3000))
})

test('what stands in the inode ends where the file does; an inode without names is not in use', () => {
  const bytes = writeExt()
  bytes.writeUInt32LE(7, inodeAt(14) + 4)
  assert.equal(text(open(bytes).tree, '/sub/f14'), 'content')
  bytes.writeUInt16LE(0, inodeAt(14) + 26)
  const { tree, notes } = open(bytes)
  assert.equal(tree.stat('/sub/f14'), undefined)
  assert.equal(tree.open('/sub/f14'), undefined)
  assert.deepEqual(notes.kept, [{ text: '/sub/f14: its inode 14 is not in use' }])
})
