// What all compressed streams share, shown on those that Node itself can write, and on golden samples of the others.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'

import { goldenSamples } from '../../../../test/support/golden.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { bzip2 } from '../../formats/bzip2/bzip2.ts'
import { compress } from '../../formats/compress/compress.ts'
import type { Format } from '../../formats/format.ts'
import { lz4 } from '../../formats/lz4/lz4.ts'
import { lzip } from '../../formats/lzip/lzip.ts'
import { lzma } from '../../formats/lzma/lzma.ts'
import { xz } from '../../formats/xz/xz.ts'
import { zlib } from '../../formats/zlib/zlib.ts'
import { zstd } from '../../formats/zstd/zstd.ts'

const suffixes: readonly (readonly [Format, Readonly<Record<string, string>>])[] = [
  [bzip2, { 'a.bz2': 'a', 'a.tbz2': 'a.tar', 'A.TBZ': 'A.tar', 'a.txt': 'decoded', '.bz2': 'decoded' }],
  [xz, { 'a.xz': 'a', 'a.txz': 'a.tar' }],
  [lzma, { 'a.lzma': 'a', 'a.tlz': 'a.tar' }],
  [zstd, { 'a.zst': 'a', 'a.tzst': 'a.tar' }],
  [lz4, { 'a.tar.lz4': 'a.tar' }],
  [lzip, { 'a.lz': 'a', 'a.tlz': 'a.tar' }],
  [compress, { 'a.Z': 'a', 'a.taz': 'a.tar' }],
  [zlib, { 'a.zz': 'a' }],
]

for (const [format, names] of suffixes) {
  const { id } = format
  const file = goldenSamples(id).find(({ title }) => title.startsWith('one file'))?.bytes ?? new Uint8Array(0)

  test(`${id}: the object inside is called as its own program would call it`, () => {
    for (const [outer, inner] of Object.entries(names)) {
      assert.deepEqual(listed(unpack(file, { formats: [format], isFlat: true, name: outer })), [
        `${inner}=${eicar}`,
      ])
    }
  })

  test(`${id}: zeros behind the end are padding`, () => {
    // compress has no end.
    if (id === 'compress') return
    const padded = Buffer.concat([file, Buffer.alloc(1000)])
    const result = unpack(padded, { formats: [format], isFlat: true })
    assert.deepEqual([listed(result), result.faults], [[`decoded=${eicar}`], []])
  })

  test(`${id}: no prefix of a file that is not one is taken for it`, () => {
    for (const [other] of suffixes) {
      if (other === format) continue
      for (const { bytes } of goldenSamples(other.id)) {
        assert.deepEqual(unpack(bytes, { formats: [format], isFlat: true }).members, [], other.id)
      }
    }
  })
}

test('each kind of damage is said once, also when the stream is decoded again', () => {
  const bytes = Buffer.from(zstdCompressSync(Buffer.alloc(2 << 20, 'damaged '), { params: { 201: 1 } }))
  const last = bytes.length - 1
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last)
  const limits = { maxHeldBytes: 0, maxRatio: 1e9 }
  const visit = ({ source }: { source: { read(at: number, length: number): Uint8Array } }): void => {
    source.read(0, 10)
  }
  const result = unpack(bytes, { formats: [zstd], isFlat: true, limits, visit })
  assert.deepEqual(result.faults, ['damaged decoded'])
})
