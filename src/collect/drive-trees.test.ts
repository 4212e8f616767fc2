import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { Notes } from '../evidence/note.ts'
import { alignedRead, type VolumeBytes } from '../platform/windows/volumes.ts'
import { treeOf } from './drive-trees.ts'
import { ntfsPrograms } from '../../test/support/disk-image.ts'
import { requirePrograms } from '../../test/support/programs.ts'

/** As a device gives its bytes: in whole sectors only. */
function device(path: string, size: number): VolumeBytes & { isClosed: boolean } {
  const fd = openSync(path, 'r')
  const readSectors = (offset: number, length: number): Uint8Array => {
    assert.ok(offset % 4096 === 0 && length % 4096 === 0)
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset))
  }
  return {
    path: '\\\\.\\C:',
    size,
    isClosed: false,
    read: (offset, length) => alignedRead(readSectors, [offset, length], size),
    [Symbol.dispose]() {
      this.isClosed = true
      closeSync(fd)
    },
  }
}

const size = 16 * 1024 * 1024

function image(t: TestContext): string | undefined {
  if (!requirePrograms(t, ntfsPrograms)) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'haechi-drive-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'volume.img')
  writeFileSync(path, '')
  truncateSync(path, size)
  const hive = join(folder, 'hive')
  writeFileSync(hive, `regf${'x'.repeat(10_000)}`)
  const made = spawnSync('mkntfs', ['-F', '-Q', '-q', path])
  assert.equal(made.status, 0, made.stderr.toString())
  const copied = spawnSync('ntfscp', ['-f', path, hive, 'SYSTEM'])
  assert.equal(copied.status, 0, copied.stderr.toString())
  return path
}

test('a locked file is read from the sectors of its volume', (t) => {
  const path = image(t)
  if (path === undefined) return
  const volume = device(path, size)
  const notes = new Notes()
  const tree = treeOf(volume, notes)
  using file = tree?.open('/SYSTEM')
  assert.equal(file?.size, 10_004)
  assert.equal(Buffer.from(file?.read(0, 8) ?? []).toString(), 'regfxxxx')
  assert.equal(tree?.stat('/$MFT')?.kind, 'file')
  assert.deepEqual(notes.kept, [])
  tree?.[Symbol.dispose]()
  assert.equal(volume.isClosed, true)
})

test('a drive with another file system is noted and closed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-drive-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'volume.img')
  writeFileSync(path, Buffer.alloc(65_536))
  const volume = device(path, 65_536)
  const notes = new Notes()
  assert.equal(treeOf(volume, notes), undefined)
  assert.equal(volume.isClosed, true)
  assert.match(notes.kept.at(-1)?.text ?? '', /is not read: it has no NTFS/)
})
