import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { assert as check, property, string } from 'fast-check'

import { hostFile } from './host-file.ts'
import { isRemote, mountLines, MountTable } from './mount-table.ts'
import { readPiece } from './proc-files.ts'
import { parseRegions, summaryOf } from './process-maps.ts'

const maps = `00400000-00401000 r-xp 00000000 fe:01 42                         /tmp/a b\\012c
7f00-8000 rwxp 00000000 00:00 0
8000-9000 r-xs 00001000 00:01 77                         /memfd:x (deleted)
9000-a000 r-xp 00000000 00:00 0                          [vdso]
a000-b000 rw-p 00000000 00:00 0                          [heap]
nonsense
`

test('mappings are told apart: files, deleted ones, code without a file, the kernel’s own', () => {
  const regions = parseRegions(maps)
  assert.deepEqual(
    regions.map(({ device, path }) => [device, path]),
    [
      ['254:1', String.raw`/tmp/a b\012c`],
      ['0:0', ''],
      ['0:1', '/memfd:x (deleted)'],
      ['0:0', '[vdso]'],
      ['0:0', '[heap]'],
    ],
  )
  assert.deepEqual(summaryOf({ regions, cut: false }), {
    regions: 5,
    regions_cut: false,
    writable_executable: 1,
    anonymous_executable: 1,
    deleted_executable: 1,
    libraries: [String.raw`/tmp/a b\012c`, '/memfd:x (deleted)'],
    libraries_cut: false,
  })
})

test('mounts are read with optional fields and escaped names; what may not answer is known by its type', () => {
  const [mount] = mountLines(
    String.raw`36 35 98:0 /sub /a\040b rw,noatime shared:1 master:2 - ext3 /dev/x\134y rw,errors=continue`,
  )
  assert.deepEqual(mount, {
    id: 36,
    parent: 35,
    device: '98:0',
    root: '/sub',
    point: '/a b',
    options: 'rw,noatime',
    propagation: 'shared:1 master:2',
    fsType: 'ext3',
    source: String.raw`/dev/x\y`,
    superOptions: 'rw,errors=continue',
  })
  const remote = ['fuse', 'fuse.sshfs', 'fuseblk', 'nfs', 'nfs4', 'cifs', 'smb3', '9p', 'ceph', 'autofs']
  assert.deepEqual(remote.filter(isRemote), remote)
  assert.deepEqual(['ext4', 'tmpfs', 'overlay', 'xfs', 'btrfs', 'proc', 'nsfs'].filter(isRemote), [])
})

test('a file of a file system that is mounted nowhere is not read, one in a memfd or on a disk is', () => {
  const table = new MountTable('/proc')
  assert.match(table.refusal('0:999999', '/x'), /mounted nowhere/)
  assert.equal(table.refusal('0:1', '/memfd:x (deleted)'), '')
  assert.equal(table.refusal('259:77', '/x'), '')
})

test('any text as mappings or mounts is read without a fault', () => {
  check(
    property(string({ maxLength: 300 }), (text) => {
      assert.ok(parseRegions(text).length <= text.length)
      assert.ok(mountLines(text).length <= text.length)
    }),
  )
})

test('of a long file only a piece is read, and that there is more is told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-live-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'long'), 'x'.repeat(100_000))
  assert.deepEqual(
    [readPiece(join(folder, 'long'), 70_000)?.bytes.length, readPiece(join(folder, 'long'), 70_000)?.cut],
    [70_000, true],
  )
  assert.deepEqual(
    [readPiece(join(folder, 'long'), 200_000)?.bytes.length, readPiece(join(folder, 'long'), 200_000)?.cut],
    [100_000, false],
  )
  assert.equal(readPiece(join(folder, 'nothing'), 10), undefined)
  const item = hostFile(folder, '/long')
  using source = item?.open()
  assert.deepEqual([item?.file.path, item?.file.kind, item?.file.size], ['/long', 'file', 100_000])
  assert.deepEqual([source?.read(99_999, 10).length, source?.read(200_000, 1).length], [1, 0])
  assert.equal(hostFile(folder, '/nothing'), undefined)
})
