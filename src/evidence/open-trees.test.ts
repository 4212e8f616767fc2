import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'

import { extPrograms, imageFolder, namesBelow } from '../../test/support/disk-image.ts'
import { writeGpt } from '../../test/support/disk-writer.ts'
import { must } from '../../test/support/must.ts'
import { fileRecord, folderRecord, writeNtfs } from '../../test/support/ntfs-writer.ts'
import { residentData } from '../../test/support/mft-writer.ts'
import { requirePrograms } from '../../test/support/programs.ts'
import { requireRoot } from '../../test/support/scratch.ts'
import { openTrees } from './open-trees.ts'

const images = imageFolder()
after(() => {
  images.remove()
})
const linux = '0fc63daf-8483-4772-8e79-3d69d8477de4'

/** A disk with an ext volume, an NTFS volume and one that is encrypted. */
function makeDisk(): string {
  const ext = readFileSync(
    images.ext('ext.raw', ['-t', 'ext4', '-L', 'root'], 'mkdir etc; echo linux > etc/os-release'),
  )
  const root = folderRecord(5, { parent: 5, name: '.', lists: [{ entry: 24, name: 'Pagefile.sys' }] })
  const ntfs = writeNtfs({
    records: { 5: root, 24: fileRecord('Pagefile.sys', residentData('', 'windows')) },
  })
  const disk = Buffer.alloc(20 * 2 ** 20)
  const [first, second, third] = [64, 64 + ext.length / 512, 64 + (ext.length + ntfs.length) / 512]
  writeGpt(disk, 512, [
    { type: linux, first, last: second - 1, name: 'a' },
    { type: linux, first: second, last: third - 1, name: 'b' },
    { type: linux, first: third, last: third + 100, name: 'c' },
  ])
  ext.copy(disk, first * 512)
  ntfs.copy(disk, second * 512)
  disk.write('LUKS\xba\xbe', third * 512, 'latin1')
  writeFileSync(images.at('disk.raw'), disk)
  return images.at('disk.raw')
}

function descriptorsOf(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  }).length
}

test('an image is a tree for each volume that is read; what is not read is told', (t) => {
  if (!requirePrograms(t, extPrograms)) return
  const path = makeDisk()
  const opened = openTrees(path)
  assert.deepEqual(
    opened.trees.map(({ label, system }) => `${label} ${system}`),
    [`${path} volume 1 "root" linux`, `${path} volume 2 windows`],
  )
  assert.deepEqual(
    opened.notes.kept.map(({ text }) => text),
    [`${path} volume 3 (type ${linux}) is not read: it looks like LUKS (encrypted)`],
  )
  const [ext, ntfs] = opened.trees
  assert.deepEqual([...namesBelow(must(ext))], ['/lost+found/', '/etc/', '/etc/os-release'])
  assert.equal(Buffer.from(must(must(ntfs).open('/PAGEFILE.SYS')).read(0, 99)).toString(), 'windows')
  assert.equal(descriptorsOf(path), 1)
  must(ext)[Symbol.dispose]()
  must(ext)[Symbol.dispose]()
  assert.equal(descriptorsOf(path), 1)
  opened[Symbol.dispose]()
  assert.equal(descriptorsOf(path), 0)
})

test('a block device is read as its image is', (t) => {
  if (!requireRoot(t) || !requirePrograms(t, extPrograms)) return
  let device: string
  try {
    device = execFileSync('losetup', ['-r', '-f', '--show', makeDiskOnce()], { encoding: 'utf8' }).trim()
  } catch {
    t.skip('SKIPPED, NOT TESTED: there are no loop devices')
    return
  }
  t.after(() => execFileSync('losetup', ['-d', device]))
  using opened = openTrees(device)
  assert.equal(opened.trees.length, 2)
  assert.equal(
    Buffer.from(must(must(opened.trees[0]).open('/etc/os-release')).read(0, 99)).toString(),
    'linux\n',
  )
})

function makeDiskOnce(): string {
  return readdirSync(images.at('.')).includes('disk.raw') ? images.at('disk.raw') : makeDisk()
}

test('a folder is one tree; an image that is not raw and what is not there are errors', () => {
  using opened = openTrees(images.at('.'))
  assert.equal(opened.trees.length, 1)
  writeFileSync(images.at('x.qcow2'), 'QFI\xfb and more', 'latin1')
  assert.throws(() => openTrees(images.at('x.qcow2')), { code: 'unsupported', message: /is a QCOW image/ })
  assert.equal(descriptorsOf(images.at('x.qcow2')), 0)
  assert.throws(() => openTrees(images.at('nothing')), { code: 'not-found' })
  assert.throws(() => openTrees('/dev/null'), { code: 'unsupported' })
  writeFileSync(images.at('empty.raw'), '')
  using empty = openTrees(images.at('empty.raw'))
  assert.deepEqual(empty.trees, [])
  assert.match(empty.notes.kept[0]?.text ?? '', /is empty/)
})
