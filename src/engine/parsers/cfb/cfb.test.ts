import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { cfbOf, type CfbNode } from '../../../../test/support/cfb-writer.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { type ByteSource, bytesSource, chunksOf } from '../../source/byte-source.ts'
import { type Cfb, type CfbEntry, isCfb, readCfb } from './index.ts'

const big = Buffer.from(randomBytes(300_000, 7))
const tree: readonly CfbNode[] = [
  { name: 'small', data: 'hello' },
  { name: 'big', data: big },
  {
    name: 'folder',
    clsid: Buffer.from('0908020000000000c000000000000046', 'hex'),
    children: [
      { name: '\u0001Ole10Native', data: 'x'.repeat(4096) },
      { name: 'empty' },
      { name: 'inner', children: [{ name: 'leaf', data: 'y' }] },
    ],
  },
]

function read(bytes: Uint8Array): Cfb {
  const cfb = readCfb(bytesSource(bytes))
  assert.ok(cfb !== undefined)
  return cfb
}

function contentOf(source: ByteSource): Buffer {
  return Buffer.concat([...chunksOf(source)].map((chunk) => Buffer.from(chunk)))
}

function entryAt(cfb: Cfb, path: string): CfbEntry {
  const entry = cfb.entries.find((one) => one.path === path)
  assert.ok(entry !== undefined, path)
  return entry
}

/** Number of the directory entry with this name, as an offset in the file. */
function directoryOffset(bytes: Uint8Array, name: string): number {
  return Buffer.from(bytes).indexOf(Buffer.from(`${name}\0`, 'utf16le'))
}

for (const version of [3, 4] as const) {
  test(`version ${version}: every stream is read, small ones from the mini stream`, () => {
    const cfb = read(cfbOf(tree, { version, clsid: Buffer.from('0609020000000000c000000000000046', 'hex') }))
    assert.deepEqual(cfb.faults, [])
    assert.equal(cfb.rootClsid, '00020906-0000-0000-c000-000000000046')
    assert.deepEqual(
      cfb.entries.map(({ kind, path, size }) => `${kind} ${path} ${size}`),
      [
        'root  128',
        'stream small 5',
        'stream big 300000',
        'storage folder 0',
        'stream folder/\u0001Ole10Native 4096',
        'stream folder/empty 0',
        'storage folder/inner 0',
        'stream folder/inner/leaf 1',
      ],
    )
    assert.equal(contentOf(entryAt(cfb, 'small').source).toString(), 'hello')
    assert.ok(contentOf(entryAt(cfb, 'big').source).equals(big))
    assert.equal(entryAt(cfb, 'folder').clsid, '00020809-0000-0000-c000-000000000046')
    assert.equal(cfb.slack(), undefined)
  })
}

test('more than 109 sectors of the allocation table are found through their own chain', () => {
  const data = Buffer.alloc(8_000_000, 'some text that is repeated')
  const cfb = read(cfbOf([{ name: 'long', data }]))
  assert.ok(contentOf(entryAt(cfb, 'long').source).equals(data))
  assert.equal(cfb.slack(), undefined)
})

test('a stream in pieces reads the same at every offset, across its pieces too', () => {
  const bytes = cfbOf([{ name: 'a', data: big }])
  // Sectors 2 and 3 of the stream change places, in the file and in the table.
  const table = tableOffset(bytes)
  const view = Buffer.from(bytes)
  const [second, third] = [view.subarray(512 * 3, 512 * 4), view.subarray(512 * 4, 512 * 5)]
  const kept = Buffer.from(second)
  second.set(third)
  third.set(kept)
  view.writeUInt32LE(3, table + 4)
  view.writeUInt32LE(2, table + 12)
  view.writeUInt32LE(4, table + 8)
  const { source } = entryAt(read(view), 'a')
  assert.ok(contentOf(source).equals(big))
  for (const [at, length] of [
    [1000, 30],
    [1500, 100],
    [1023, 2],
    [0, 262_144],
    [299_999, 5],
  ] as const) {
    assert.ok(Buffer.from(source.read(at, length)).equals(big.subarray(at, at + length)), `${at}`)
  }
  assert.equal(source.read(300_000, 1).length, 0)
  assert.equal(source.read(-1, 1).length, 0)
})

function tableOffset(bytes: Uint8Array): number {
  return (Buffer.from(bytes).readUInt32LE(0x4c) + 1) * 512
}

test('a chain that returns to itself ends there', () => {
  const bytes = Buffer.from(cfbOf([{ name: 'a', data: big }]))
  bytes.writeUInt32LE(0, tableOffset(bytes) + 4 * 9)
  const entry = entryAt(read(bytes), 'a')
  assert.equal(entry.source.size, 5120)
  assert.equal(entry.isCut, true)
})

test('a directory tree whose links go in a circle is walked once', () => {
  const bytes = Buffer.from(cfbOf(tree))
  const small = directoryOffset(bytes, 'small')
  bytes.writeUInt32LE(1, small + 0x44)
  bytes.writeUInt32LE(0, small + 0x48)
  bytes.writeUInt32LE(3, directoryOffset(bytes, 'leaf') + 0x44)
  assert.equal(read(bytes).entries.length, 8)
})

test('entries that no tree reaches are listed as orphans, with what hangs on them', () => {
  const bytes = Buffer.from(cfbOf(tree))
  bytes.writeUInt32LE(0xffffffff, 512 + 0x4c + (directoryOffset(bytes, 'Root Entry') - 512))
  const cfb = read(bytes)
  assert.equal(contentOf(entryAt(cfb, 'folder/inner/leaf').source).toString(), 'y')
  assert.deepEqual(
    cfb.entries.filter(({ isOrphan }) => isOrphan).map(({ path }) => path),
    [
      'small',
      'big',
      'folder',
      'folder/\u0001Ole10Native',
      'folder/empty',
      'folder/inner',
      'folder/inner/leaf',
    ],
  )
})

test('what the header says about versions, byte order and counts is not believed', () => {
  const bytes = Buffer.from(cfbOf(tree))
  for (const at of [0x18, 0x1a, 0x1c, 0x2c, 0x40, 0x48]) bytes.writeUInt16LE(0x7777, at)
  assert.equal(contentOf(entryAt(read(bytes), 'small').source).toString(), 'hello')
  bytes.writeUInt16LE(0xffff, 0x1e)
  bytes.writeUInt16LE(0xffff, 0x20)
  bytes.writeUInt16LE(3, 0x1a)
  assert.equal(contentOf(entryAt(read(bytes), 'small').source).toString(), 'hello')
})

test('version 3: the upper half of a size is ignored', () => {
  const bytes = Buffer.from(cfbOf(tree))
  bytes.writeUInt32LE(0xdeadbeef, directoryOffset(bytes, 'small') + 0x7c)
  assert.equal(entryAt(read(bytes), 'small').size, 5)
})

test('a file cut off before its tables still gives what lies before the cut', () => {
  const bytes = cfbOf([
    { name: 'a', data: big },
    { name: 'b', data: 'b'.repeat(600) },
  ])
  const cfb = read(bytes.subarray(0, tableOffset(bytes)))
  assert.deepEqual(cfb.faults, ['a part of the allocation table is missing'])
  assert.ok(contentOf(entryAt(cfb, 'a').source).equals(big))
  assert.equal(contentOf(entryAt(cfb, 'b').source).toString(), 'b'.repeat(600))
})

test('a claimed size beyond the file is cut to what there is', () => {
  const bytes = Buffer.from(cfbOf(tree, { version: 4 }))
  bytes.writeUInt32LE(0x7fffffff, directoryOffset(bytes, 'big') + 0x7c)
  const entry = entryAt(read(bytes), 'big')
  assert.equal(entry.source.size, 74 * 4096)
  assert.equal(entry.isCut, true)
})

test('sectors of nobody are given in one piece, blank ones left out', () => {
  const bytes = cfbOf(tree)
  const rest = Buffer.concat([
    Buffer.alloc(512),
    Buffer.alloc(512, 'a'),
    Buffer.alloc(1024, 0xff),
    Buffer.from('the end'),
  ])
  const slack = read(Buffer.concat([bytes, rest])).slack()
  assert.ok(slack !== undefined)
  assert.equal(contentOf(slack).toString(), `${'a'.repeat(512)}the end`)
})

test('a hundred thousand streams over the same sectors cost no more than the file', () => {
  const bytes = Buffer.from(
    cfbOf([
      { name: 'data', data: Buffer.alloc(2_000_000, 1) },
      ...Array.from({ length: 20_000 }, (_, at) => ({ name: `${at}` })),
    ]),
  )
  for (let at = 0; at < 20_000; at++) {
    const entry = directoryOffsets(bytes, at)
    bytes.writeUInt32LE(0, entry + 0x74)
    bytes.writeUInt32LE(2_000_000, entry + 0x78)
  }
  const started = performance.now()
  assert.equal(read(bytes).entries.length, 20_002)
  assert.ok(performance.now() - started < 1000)
})

/** The directory lies behind the data, in order. */
function directoryOffsets(bytes: Buffer, at: number): number {
  return (bytes.readUInt32LE(0x30) + 1) * 512 + (at + 2) * 128
}

test('only the signature makes a compound file; nothing behind it makes none', () => {
  const bytes = cfbOf(tree)
  assert.ok(isCfb(bytes))
  assert.ok(!isCfb(bytes.subarray(0, 7)))
  assert.ok(!isCfb(Buffer.from('D0CF11E0A1B11AE1')))
  assert.equal(readCfb(bytesSource(bytes.subarray(0, 512))), undefined)
  assert.equal(readCfb(bytesSource(bytes.subarray(0, 20))), undefined)
  assert.equal(readCfb(bytesSource(new Uint8Array(2000))), undefined)
})

test('whatever is changed in a file, it is read without an error and never longer than it is', () => {
  const bytes = cfbOf(tree)
  const change = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.nat(bytes.length), (changes, length) => {
      const copy = bytes.slice(0, length)
      for (const { at, value } of changes) if (at < length) copy[at] = value
      const cfb = readCfb(bytesSource(copy))
      for (const { source } of cfb?.entries ?? []) {
        assert.ok(contentOf(source).length <= copy.length)
        assert.equal(contentOf(source).length, source.size)
      }
      cfb?.slack()
    }),
    { numRuns: 300 },
  )
})
