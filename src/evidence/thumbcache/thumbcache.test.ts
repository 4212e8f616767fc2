import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { time, u16, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import { cfbOf } from '../../../test/support/cfb-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readThumbcache, readThumbsDb, type Thumbnail } from './index.ts'

const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex')
const png = Buffer.from('89504e470d0a1a0a', 'hex')
const bmp = Buffer.from('BM1234')

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function entry(version: number, hash: bigint, picture: Buffer): Buffer {
  const name = wide('00aabbccddeeff11')
  const sizes = version >= 0x1a ? u32(96, 54, 0) : u32(0)
  const rest = Buffer.concat([
    u64(hash),
    version === 0x14 ? wide('jpg\0') : Buffer.alloc(0),
    u32(name.length, 2, picture.length),
    sizes,
    u64(1, 2),
    name,
    Buffer.alloc(2),
    picture,
  ])
  return Buffer.concat([Buffer.from('CMMM'), u32(rest.length + 8), rest])
}

function cache(version: number, ...entries: readonly Buffer[]): Buffer {
  const header = u32(version, 4, ...(version >= 0x1a ? [0] : []), 24, 0, entries.length)
  return Buffer.concat([Buffer.from('CMMM'), header, ...entries])
}

function read(
  bytes: Uint8Array,
  reader: typeof readThumbcache = readThumbcache,
): { pictures: Thumbnail[]; notes: string[] } {
  const notes = new Notes()
  const pictures = [...reader(memorySource(bytes), notes)]
  return { pictures, notes: notes.kept.map(({ text }) => text) }
}

for (const version of [0x14, 0x15, 0x1a, 0x1c, 0x1f, 0x20]) {
  test(`version ${version}: hash, name, size and kind of each picture`, () => {
    const first = entry(version, 0x00aabbccddeeff11n, jpeg)
    const bytes = cache(version, first, entry(version, 2n, png), entry(version, 3n, Buffer.alloc(0)))
    const { pictures, notes } = read(bytes)
    assert.deepEqual(notes, [])
    const sizes = version >= 0x1a ? { width: 96, height: 54 } : {}
    assert.deepEqual(pictures[0], {
      offset: version >= 0x1a ? 28 : 24,
      hash: '00aabbccddeeff11',
      name: '00aabbccddeeff11',
      ...sizes,
      kind: 'jpeg',
      bytes: 10,
      sha256: sha256(jpeg),
    })
    assert.deepEqual(
      pictures.map(({ kind, bytes: size }) => [kind, size]),
      [
        ['jpeg', 10],
        ['png', 8],
        ['empty', 0],
      ],
    )
  })
}

test('behind a damaged entry the next one is found', () => {
  const bytes = cache(0x20, entry(0x20, 1n, jpeg), entry(0x20, 2n, bmp), entry(0x20, 3n, png))
  const at = bytes.indexOf('CMMM', 40)
  bytes.fill(0xee, at, at + 8)
  const { pictures, notes } = read(bytes)
  assert.deepEqual([pictures.map(({ kind }) => kind), notes], [['jpeg', 'png'], ['an entry is damaged']])
  const cut = read(cache(0x20, entry(0x20, 1n, jpeg)).subarray(0, -3))
  assert.deepEqual([cut.pictures[0]?.bytes, cut.notes], [7, ['the last entry is cut off']])
})

test('Thumbs.db names the files', () => {
  const name = wide('보고서.jpg\0')
  const item = Buffer.concat([u32(16 + name.length + 4, 12), time('2004-05-06T07:08:09Z'), name, u32(0)])
  const picture = Buffer.concat([u32(12, 1, jpeg.length), jpeg])
  const bytes = cfbOf([
    { name: 'Catalog', data: Buffer.concat([u16(16, 7), u32(1, 96, 96), item]) },
    { name: '21', data: picture },
    { name: '256_00aabbccddeeff11', data: picture },
  ])
  const { pictures, notes } = read(bytes, readThumbsDb)
  assert.deepEqual(notes, [])
  const told = { kind: 'jpeg', bytes: 10, sha256: sha256(jpeg) } as const
  assert.deepEqual(
    new Set(pictures),
    new Set([
      { name: '보고서.jpg', modified: '2004-05-06T07:08:09.0000000Z', ...told },
      { hash: '00aabbccddeeff11', ...told },
    ]),
  )
})

test('what is neither is told', () => {
  assert.deepEqual(read(Buffer.alloc(100)), { pictures: [], notes: ['this is no thumbnail cache'] })
  assert.deepEqual(read(Buffer.alloc(100), readThumbsDb), { pictures: [], notes: ['this is no Thumbs.db'] })
})

test('any bytes end in pictures and notes', () => {
  fc.assert(
    fc.property(fc.constantFrom(0x14, 0x20), fc.uint8Array({ maxLength: 300 }), (version, bytes) => {
      const start = cache(version, entry(version, 1n, jpeg))
      assert.ok(read(Buffer.concat([start.subarray(0, 60), bytes])).pictures.length <= 40)
    }),
    { numRuns: 200 },
  )
})
