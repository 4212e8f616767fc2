import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { u16, u32 } from '../../../test/support/artefact-fields.ts'
import { imageFolder, namesBelow, ntfsPrograms } from '../../../test/support/disk-image.ts'
import { recordBytes, residentData, runData, writeRecord } from '../../../test/support/mft-writer.ts'
import { must } from '../../../test/support/must.ts'
import {
  clusterBytes,
  fileRecord,
  folderRecord,
  rootEntry,
  writeBoot,
  writeNtfs,
} from '../../../test/support/ntfs-writer.ts'
import { requirePrograms } from '../../../test/support/programs.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { wimResource } from '../../../test/support/wim-resource.ts'
import { Notes } from '../note.ts'
import { memorySource, openFileSource } from '../source.ts'
import type { EvidenceTree } from '../tree.ts'
import { mftOfVolume, openNtfs } from './index.ts'

const images = imageFolder()
after(() => {
  images.remove()
})

const overlaid = Buffer.from('overlay compression of a program. '.repeat(2000))
const overlayPoint = '0x17000080100000000100000002000000010000000000000'.padEnd(50, '0')
const junction = String.raw`\??\C:\Users`
const script = `
mkdir -p Windows/System32 packed 'Program Files'
printf MZ > Windows/System32/Ntdll.DLL
setfattr -h -v 0x00000800 -n system.ntfs_attrib_be packed
yes 'a line of text' | head -c 300000 > packed/text
{ head -c 70000 /dev/zero; yes x | head -c 65536; printf end; } > packed/mixed
printf 'in between' | dd of=packed/mixed bs=1 seek=100000 conv=notrunc status=none
truncate -s 3000000 sparse; printf X | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none
printf '[ZoneTransfer]' > 'sparse:Zone.Identifier'
printf 1 > Größe.txt; ln Größe.txt second.txt
printf data > 'Program Files/sub.txt'
touch -d '2001-02-03 04:05:06.1234567 UTC' second.txt
mkdir many; for i in $(seq 1 400); do : > "many/entry number $i"; done
mkdir fewer; for i in $(seq 1 300); do : > "fewer/entry number $i"; done; for i in $(seq 6 300); do rm "fewer/entry number $i"; done
mkdir holes; for i in $(seq 1 700); do head -c 4096 /dev/zero > holes/$i; done
cat /dev/zero > filler 2>/dev/null || true
for i in $(seq 1 2 700); do rm holes/$i; done
seq 1 200000 > fragmented
rm filler
`

let made: string | undefined

function open(t: TestContext): EvidenceTree | undefined {
  if (!requireRoot(t) || !requirePrograms(t, { ...ntfsPrograms, '/usr/bin/wimcapture': 'wimtools' }))
    return undefined
  made ??= images.ntfs('real.raw', '24M', script + reparsePoints())
  const source = openFileSource(made)
  return must(openNtfs({ source, label: 'real.raw', close: () => source[Symbol.dispose]() }, new Notes()))
}

function reparsePoints(): string {
  const target = Buffer.from(junction, 'utf16le')
  const lengths = u16(0, target.length, target.length + 2, 0)
  const data = Buffer.concat([lengths, target, Buffer.alloc(4)])
  const point = Buffer.concat([u32(0xa0000003), u16(data.length, 0), data]).toString('hex')
  const resource = wimResource(overlaid, 'xpress4k').toString('base64')
  return `
mkdir junction; setfattr -h -n system.ntfs_reparse_data -v 0x${point} junction
truncate -s ${overlaid.length} program.exe; echo ${resource} | base64 -d > program.exe:WofCompressedData
setfattr -h -n system.ntfs_reparse_data -v ${overlayPoint} program.exe
`
}

function text(tree: EvidenceTree, path: string, stream?: string): string {
  const source = must(tree.open(path, stream))
  return Buffer.from(source.read(0, source.size)).toString('latin1')
}

test('names are found as Windows compares them, and listed without the system’s second ones', (t) => {
  using tree = open(t)
  if (tree === undefined) return
  assert.equal(tree.label, 'real.raw "Haechi 해치"')
  assert.equal(tree.system, 'windows')
  assert.equal(text(tree, '/windows/SYSTEM32/ntdll.dll'), 'MZ')
  assert.equal(text(tree, '//GRÖßE.TXT'), '1')
  assert.equal(tree.stat('/Windows/nothing'), undefined)
  assert.equal(tree.stat('/Größe.txt/x'), undefined)
  assert.equal(tree.stat('/Windows/../Größe.txt'), undefined)
  assert.equal(tree.open('/Windows'), undefined)
  assert.deepEqual([...tree.list('/Größe.txt')], [])
  const root = new Set(Array.from(tree.list('/'), ({ name, kind }) => `${kind} ${name}`))
  assert.ok(root.has('file $MFT') && root.has('folder Program Files') && root.has('link junction'))
  const many = Array.from(tree.list('/many'), ({ name }) => name)
  assert.equal(new Set(many).size, 400)
  assert.equal(many.length, 400)
  assert.equal([...tree.list('/fewer')].length, 5)
  assert.deepEqual(tree.notes.kept, [])
})

test('sizes, times, streams and hard links', (t) => {
  using tree = open(t)
  if (tree === undefined) return
  const first = must(tree.stat('/Größe.txt'))
  assert.deepEqual({ ...must(tree.stat('/second.txt')), path: first.path }, first)
  assert.equal(first.times.modified, '2001-02-03T04:05:06.1234567Z')
  assert.match(first.times.born ?? '', /^20\d\d-.*\.\d{7}Z$/)
  assert.equal(first.size, 1)
  const sparse = must(tree.stat('/sparse'))
  assert.equal(sparse.size, 3_000_000)
  assert.deepEqual(sparse.streams, ['Zone.Identifier'])
  assert.equal(text(tree, '/sparse', 'ZONE.identifier'), '[ZoneTransfer]')
  assert.equal(tree.open('/sparse', 'other'), undefined)
  assert.equal(must(tree.open('/sparse', 'Zone.Identifier')).path, '/sparse:Zone.Identifier')
})

test('content: holes, compressed units, many runs in several records', (t) => {
  using tree = open(t)
  if (tree === undefined) return
  const expected = Buffer.alloc(3_000_000)
  expected.write('X', 1_500_000)
  assert.ok(Buffer.from(must(tree.open('/sparse')).read(0, 4_000_000)).equals(expected))
  assert.equal(text(tree, '/packed/text'), 'a line of text\n'.repeat(20_000))
  const mixed = Buffer.concat([Buffer.alloc(70_000), Buffer.from('x\n'.repeat(32_768)), Buffer.from('end')])
  mixed.write('in between', 100_000)
  const source = must(tree.open('/packed/mixed'))
  assert.ok(Buffer.from(source.read(0, source.size)).equals(mixed))
  for (const at of [65_530, 69_999, 131_071])
    assert.ok(Buffer.from(source.read(at, 70_000)).equals(mixed.subarray(at, at + 70_000)))
  const lines = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('')
  assert.equal(text(tree, '/fragmented'), lines)
  assert.deepEqual(tree.notes.kept, [])
})

test('links are entries with their target; overlay compression is content', (t) => {
  using tree = open(t)
  if (tree === undefined) return
  assert.equal(tree.stat('/junction')?.target, junction)
  assert.equal(tree.stat('/junction')?.kind, 'link')
  assert.deepEqual([...tree.list('/junction')], [])
  assert.equal(tree.open('/junction'), undefined)
  assert.equal(tree.stat('/program.exe')?.size, overlaid.length)
  assert.equal(text(tree, '/program.exe'), overlaid.toString())
})

function handMade(
  records: Readonly<Record<number, Buffer>>,
  clusters: Readonly<Record<number, Buffer>> = {},
): { tree: EvidenceTree; notes: Notes } {
  const notes = new Notes()
  const source = memorySource(writeNtfs({ records, clusters }))
  const tree = must(openNtfs({ source, label: 'x', close: () => undefined }, notes))
  return { tree, notes }
}

const folder = (entry: number, name: string): { entry: number; name: string; isFolder: true } => ({
  entry,
  name,
  isFolder: true,
})

test('folders that list themselves, their parents or another’s folders end nowhere twice', () => {
  const { tree, notes } = handMade({
    5: folderRecord(5, {
      parent: 5,
      name: '.',
      lists: [folder(24, 'a'), folder(24, 'again'), folder(25, 'b'), { entry: 26, name: 'f' }],
    }),
    24: folderRecord(24, {
      parent: 5,
      name: 'a',
      lists: [folder(24, 'self'), folder(5, 'root'), folder(25, 'b'), folder(27, 'c')],
    }),
    25: folderRecord(25, { parent: 5, name: 'b', lists: [folder(27, 'c')] }),
    26: fileRecord('f', residentData('', 'x')),
    27: folderRecord(27, { parent: 25, name: 'c', lists: [folder(24, 'a'), folder(26, 'f')] }),
  })
  assert.deepEqual(
    [...namesBelow(tree)],
    ['/a/', '/a/self/', '/a/root/', '/a/b/', '/a/c/', '/b/', '/b/c/', '/b/c/a/', '/b/c/f/', '/f'],
  )
  assert.equal(tree.stat('/again/b'), undefined)
  assert.deepEqual([...tree.list('/again')], [])
  assert.ok(notes.kept.some(({ text: said }) => said.startsWith('folder 24 does not lie in folder 24')))
})

test('records that are not in use, that are torn or beyond the table are no files', () => {
  const torn = fileRecord('torn')
  torn[510] = 7
  const { tree, notes } = handMade({
    5: folderRecord(5, {
      parent: 5,
      name: '.',
      lists: [
        { entry: 24, name: 'gone' },
        { entry: 25, name: 'torn' },
        { entry: 900, name: 'beyond' },
        { entry: 26, name: 'a/b' },
        { entry: 26, name: '..' },
      ],
    }),
    24: writeRecord({ inUse: false }),
    25: torn,
    26: fileRecord('x'),
  })
  for (const name of ['gone', 'torn', 'beyond']) {
    assert.equal(tree.stat(`/${name}`), undefined)
    assert.equal(tree.open(`/${name}`), undefined)
  }
  assert.deepEqual([...namesBelow(tree)], ['/gone', '/torn', '/beyond'])
  assert.ok(notes.kept.some(({ text: said }) => said.includes('no path can have')))
})

test('runs outside the volume, sizes without end and lists of attributes in a circle are survived', () => {
  const list = (...entries: readonly number[]): Buffer => {
    const bytes = Buffer.concat(
      entries.map((entry) =>
        Buffer.concat([u32(0x80), u16(32, 0x1a00), Buffer.alloc(8), u32(entry), u16(0, 1), Buffer.alloc(8)]),
      ),
    )
    const attribute = residentData('', bytes.toString('latin1'))
    bytes.copy(attribute, 24)
    attribute.writeUInt32LE(0x20)
    return attribute
  }
  const { tree, notes } = handMade({
    5: folderRecord(5, {
      parent: 5,
      name: '.',
      lists: [24, 25, 26, 27].map((entry) => ({ entry, name: `f${entry}` })),
    }),
    24: fileRecord('f24', runData(5000, Buffer.from('21050070', 'hex'))),
    25: fileRecord('f25', runData(2 ** 50, Buffer.from('11021461ffffffffff7f1100', 'hex'))),
    26: fileRecord('f26', list(26, 28, 24, 99_999)),
    27: fileRecord('f27', list(26, 27)),
    // Another file's, though its sequence number fits.
    28: writeRecord({ base: [24, 1], attributes: [residentData('', 'of f24')] }),
  })
  assert.ok(Buffer.from(must(tree.open('/f24')).read(0, 9999)).equals(Buffer.alloc(5000)))
  assert.ok(must(tree.open('/f25')).size <= 2 ** 47 * clusterBytes)
  assert.equal(must(tree.open('/f25')).read(2 ** 40, 100).length <= 100, true)
  assert.equal(tree.open('/f26'), undefined)
  assert.equal(tree.stat('/f27')?.size, 0)
  assert.ok(notes.kept.some(({ text: said }) => said.includes('beyond the end of the volume')))
  assert.ok(notes.kept.some(({ text: said }) => said.includes('belongs to another file')))
})

test('pieces of a stream that overlap or are missing', () => {
  const listOf = (entry: number): Buffer => {
    const bytes = Buffer.concat([
      u32(0x80),
      u16(32, 0x1a00),
      Buffer.alloc(8),
      u32(entry),
      u16(0, 1),
      Buffer.alloc(8),
    ])
    const attribute = residentData('', bytes.toString('latin1'))
    bytes.copy(attribute, 24)
    attribute.writeUInt32LE(0x20)
    return attribute
  }
  const rest = (base: number, first: number): Buffer =>
    writeRecord({ base: [base, 1], attributes: [runData(9000, Buffer.from('11026600', 'hex'), first)] })
  const { tree, notes } = handMade(
    {
      5: folderRecord(5, {
        parent: 5,
        name: '.',
        lists: [24, 25].map((entry) => ({ entry, name: `f${entry}` })),
      }),
      24: fileRecord('f24', listOf(26), runData(6 * clusterBytes, Buffer.from('11046400', 'hex'))),
      25: fileRecord('f25', listOf(27), runData(7 * clusterBytes, Buffer.from('11046400', 'hex'))),
      26: rest(24, 3),
      27: rest(25, 5),
    },
    { 100: Buffer.alloc(4 * clusterBytes, 'a'), 102: Buffer.alloc(2 * clusterBytes, 'b') },
  )
  const half = `${'a'.repeat(2 * clusterBytes)}${'b'.repeat(2 * clusterBytes)}`
  assert.equal(text(tree, '/f24'), half)
  assert.equal(text(tree, '/f25'), `${half}${'\0'.repeat(clusterBytes)}${'b'.repeat(2 * clusterBytes)}`)
  assert.ok(notes.kept.some(({ text: said }) => said.includes('overlap')))
  assert.ok(notes.kept.some(({ text: said }) => said.includes('a piece of a stream is missing')))
})

test('a table whose runs go on in another record is read whole', () => {
  const attributes = Buffer.concat([
    u32(0x80),
    u16(32, 0x1a00),
    Buffer.alloc(8),
    u32(16),
    u16(0, 1),
    Buffer.alloc(8),
  ])
  const list = residentData('', attributes.toString('latin1'))
  attributes.copy(list, 24)
  list.writeUInt32LE(0x20)
  // 20 records from cluster 4 on; the runs of the next 4 stand in record 16.
  const first = writeRecord({ attributes: [list, runData(24 * recordBytes, Buffer.from('11140400', 'hex'))] })
  const rest = writeRecord({
    base: [0, 1],
    attributes: [runData(24 * recordBytes, Buffer.from('11046400', 'hex'), 20)],
  })
  const root = folderRecord(5, { parent: 5, name: '.', lists: [{ entry: 22, name: 'late' }] })
  const late = fileRecord('late', residentData('', 'found'))
  const { tree, notes } = handMade({ 0: first, 5: root, 16: rest }, { 102: late })
  assert.equal(text(tree, '/late'), 'found')
  assert.equal(tree.open('/late')?.path, '/late')
  assert.deepEqual(notes.kept, [])
})

test('the table of a volume, in pieces and with a damaged beginning', () => {
  const records = Buffer.concat(Array.from({ length: 32 }, (_, index) => fileRecord(`f${index}`)))
  const volume = Buffer.alloc(256 * 1024)
  writeBoot(volume, { table: 80 })
  // 12 clusters at 80, 20 before them at 16: of 1 KiB each, as the records.
  const runs = Buffer.from('110c501114c000', 'hex')
  const first = writeRecord({ attributes: [runData(records.length, runs)] })
  first.copy(records)
  records.copy(volume, 80 * 1024, 0, 12 * 1024)
  records.copy(volume, 16 * 1024, 12 * 1024)
  first.copy(volume, 200 * 1024)
  const notes = new Notes()
  const source = must(mftOfVolume(memorySource(volume), notes))
  assert.equal(source.size, records.length)
  assert.ok(Buffer.from(source.read(0, source.size)).equals(records))
  assert.ok(
    Buffer.from(source.read(11 * 1024 + 5, 2000)).equals(records.subarray(11 * 1024 + 5, 11 * 1024 + 2005)),
  )
  assert.equal(notes.kept.length, 0)
  volume.fill(0, 80 * 1024, 80 * 1024 + 4)
  assert.notEqual(mftOfVolume(memorySource(volume), notes), undefined)
  assert.match(notes.kept[0]?.text ?? '', /mirror/)
  volume.fill(0, 200 * 1024, 200 * 1024 + 4)
  assert.equal(mftOfVolume(memorySource(volume), notes), undefined)
  assert.equal(mftOfVolume(memorySource(Buffer.alloc(512)), notes), undefined)
})

test('the copy of the boot sector stands in for a damaged one', () => {
  const volume = writeNtfs({
    records: {
      5: folderRecord(5, { parent: 5, name: '.', lists: [{ entry: 24, name: 'f' }] }),
      24: fileRecord('f'),
    },
  })
  volume.copyWithin(volume.length - 512, 0, 512)
  volume.fill(0, 0, 512)
  const notes = new Notes()
  const tree = must(openNtfs({ source: memorySource(volume), label: 'x', close: () => undefined }, notes))
  assert.deepEqual([...namesBelow(tree)], ['/f'])
  assert.match(notes.kept[0]?.text ?? '', /copy at the end/)
})

test('any change of any byte is survived', () => {
  const sample = writeNtfs({
    records: {
      5: folderRecord(rootEntry, {
        parent: 5,
        name: '.',
        lists: [folder(24, 'a'), { entry: 25, name: 'f' }],
      }),
      24: folderRecord(24, { parent: 5, name: 'a', lists: [{ entry: 25, name: 'f' }] }),
      25: fileRecord('f', runData(3000, Buffer.from('11031400', 'hex')), residentData('s', 'stream')),
    },
    clusters: { 20: Buffer.from(randomBytes(3000, 1)) },
    volumeClusters: 40,
  })
  const changes = fc.array(fc.tuple(fc.nat(30 * clusterBytes), fc.nat(255)), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at] = value
      const tree = openNtfs({ source: memorySource(bytes), label: 'x', close: () => undefined }, new Notes())
      if (tree === undefined) return
      for (const path of namesBelow(tree)) {
        JSON.stringify(tree.stat(path))
        tree.open(path)?.read(0, 10_000)
      }
    }),
    { numRuns: 300 },
  )
})
