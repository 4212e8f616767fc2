// What other archivers make of a package: GNU tar and bsdtar (package libarchive-tools) give the same files back.

import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import assert from 'node:assert/strict'

import { memorySink, stepOf, writeSteps } from '../../../test/support/collect-package.ts'
import { must } from '../../../test/support/must.ts'
import type { CollectItem } from '../step.ts'
import { openHostFile } from './host-file.ts'
import { openPackage, verifyPackage } from './index.ts'
import { treeText } from './member-name.ts'

const sparseBytes = 9_000_000_000

function folderFor(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-package-test-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Names that are hard on archivers, in a folder. */
function plant(folder: string): void {
  const raw = (name: string | Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)])
  writeFileSync(raw(Buffer.from([0xff, 0xfe, 0x41, 0xc3])), 'no UTF-8')
  writeFileSync(raw(Buffer.from('한글 파일.txt')), 'Korean')
  writeFileSync(raw('a\nb\ttab'), 'newline')
  writeFileSync(raw('literal\\xc3\\xa9'), 'eight characters')
  writeFileSync(raw('n'.repeat(255)), 'long name')
  mkdirSync(join(folder, 'd'.repeat(120), 'e'.repeat(120)), { recursive: true })
  writeFileSync(join(folder, 'd'.repeat(120), 'e'.repeat(120), 'f'.repeat(99)), 'long path')
  writeFileSync(raw('empty'), '')
  writeFileSync(raw('large'), randomBytes(3_500_001), { mode: 0o4755 })
  writeFileSync(raw('block'), Buffer.alloc(512, 7))
  symlinkSync(Buffer.from([0x2f, 0xfd, 0x62]), raw('link-no-utf8'))
  symlinkSync('x'.repeat(300), raw('link-long'))
  lutimesSync(raw('link-long'), 1, 1_700_000_000)
  assert.equal(spawnSync('mkfifo', [join(folder, 'fifo')]).status, 0)
  const sparse = openSync(raw('lastlog'), 'w', 0o640)
  writeSync(sparse, 'first', 0)
  writeSync(sparse, 'middle', 8_700_000_000)
  ftruncateSync(sparse, sparseBytes)
  closeSync(sparse)
  utimesSync(raw('empty'), 1_700_000_000, 1_700_000_000.123456)
}

/** Everything below a folder, as a tree would tell it. */
function* itemsBelow(folder: Buffer): Generator<CollectItem> {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), name])
    const status = lstatSync(path, { bigint: true })
    const kind = kindOf(status)
    const whole = status.mtimeNs >= 0n ? status.mtimeNs : status.mtimeNs - 999_999_999n
    const seconds = Number(whole / 1_000_000_000n)
    const fraction = (status.mtimeNs - BigInt(seconds) * 1_000_000_000n).toString().padStart(9, '0')
    yield {
      kind: 'file',
      file: {
        path: treeText(path),
        kind,
        size: kind === 'file' ? Number(status.size) : 0,
        mode: Number(status.mode),
        uid: Number(status.uid),
        gid: Number(status.gid),
        times: { modified: `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction}Z` },
        ...(kind === 'link' ? { target: treeText(readlinkSync(path, { encoding: 'buffer' })) } : {}),
      },
      open: () => {
        assert.equal(kind, 'file', 'nothing else is ever opened')
        return openHostFile(path)
      },
    }
    if (kind === 'folder') yield* itemsBelow(path)
  }
}

function kindOf(status: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }) {
  if (status.isFile()) return 'file'
  if (status.isDirectory()) return 'folder'
  return status.isSymbolicLink() ? 'link' : 'other'
}

/** What is compared of a file: all but the content of the large sparse one. */
function facts(folder: Buffer, prefix = ''): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), name])
    const status = lstatSync(path, { bigint: true })
    const key = `${prefix}/${name.toString('latin1')}`
    const isFile = status.isFile() && status.size < 1_000_000_000n
    all[key] = {
      mode: status.mode,
      size: status.isDirectory() ? 0 : status.size,
      mtimeNs: status.mtimeNs,
      ...(isFile ? { content: createHash('sha256').update(readFileSync(path)).digest('hex') } : {}),
      ...(status.isSymbolicLink() ? { target: readlinkSync(path, 'latin1') } : {}),
    }
    if (status.isDirectory()) Object.assign(all, facts(path, key))
  }
  return all
}

test('GNU tar and bsdtar give back every file as it was', async (t) => {
  const folder = folderFor(t)
  const planted = join(folder, 'planted')
  mkdirSync(planted)
  plant(planted)
  const sink = memorySink()
  await writeSteps([stepOf('files', () => itemsBelow(Buffer.from(planted)))], sink)
  assert.ok(sink.bytes().length < 4_500_000, 'holes cost nothing')
  const file = join(folder, 'a.tar.zst')
  writeFileSync(file, sink.bytes())
  const expected = facts(Buffer.from(planted))
  for (const archiver of ['tar', 'bsdtar']) {
    const into = join(folder, archiver)
    mkdirSync(into)
    const args = archiver === 'tar' ? ['--zstd', '-xpf'] : ['-xpf']
    const ran = spawnSync(archiver, [...args, file, '-C', into], { encoding: 'utf8' })
    if (ran.error !== undefined) {
      t.diagnostic(`SKIPPED, NOT TESTED: ${archiver} is not installed`)
      continue
    }
    assert.equal(ran.status, 0, ran.stderr)
    assert.deepEqual(facts(Buffer.from(join(into, '[root]', planted))), expected, archiver)
    const sparse = openSync(join(into, '[root]', planted, 'lastlog'), 'r')
    const middle = Buffer.alloc(10)
    readSync(sparse, middle, 0, 10, 8_700_000_000 - 2)
    closeSync(sparse)
    assert.equal(middle.toString(), '\0\0middle\0\0')
    rmSync(into, { recursive: true })
  }
})

test('a tree of the package tells the same as the host did', async (t) => {
  const folder = folderFor(t)
  const planted = join(folder, 'planted')
  mkdirSync(planted)
  plant(planted)
  const items = [...itemsBelow(Buffer.from(planted))]
  const sink = memorySink()
  await writeSteps([stepOf('files', () => items)], sink)
  const file = join(folder, 'a.tar.zst')
  writeFileSync(file, sink.bytes())
  assert.equal((await verifyPackage(file)).isRight, true)
  using opened = await openPackage(file)
  const tree = must(opened.trees[0])
  assert.deepEqual(opened.notes.kept, [])
  const names = readdirSync(planted, { encoding: 'buffer' }).map((name) => treeText(name))
  assert.deepEqual([...tree.list(planted)].map(({ name }) => name).toSorted(), names.toSorted())
  for (const item of items) {
    assert.ok(item.kind === 'file')
    assert.deepEqual(tree.stat(item.file.path), item.file)
    if (item.file.kind !== 'file' || item.file.size > 1e9) continue
    using source = must(tree.open(item.file.path))
    using original = must(item.open())
    assert.deepEqual(
      Buffer.from(source.read(0, source.size)),
      Buffer.from(original.read(0, original.size)),
      item.file.path,
    )
  }
  using sparse = must(tree.open(join(planted, 'lastlog')))
  assert.equal(sparse.size, sparseBytes)
  assert.equal(Buffer.from(sparse.read(8_699_999_998, 10)).toString(), '\0\0middle\0\0')
  assert.equal(Buffer.from(sparse.read(0, 6)).toString(), 'first\0')
  assert.deepEqual(Buffer.from(sparse.read(sparseBytes - 3, 10)), Buffer.alloc(3))
})
