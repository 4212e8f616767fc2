import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { writeGpt, writeRecordOf } from '../../../test/support/disk-writer.ts'
import { must } from '../../../test/support/must.ts'
import { writeBoot } from '../../../test/support/ntfs-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { cached, imageFormatOf, volumesOf } from './index.ts'

const basicData = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7'

function disk(sectors: number, sectorBytes = 512): Buffer {
  return Buffer.alloc(sectors * sectorBytes)
}

function ntfsAt(bytes: Buffer, at: number): void {
  writeBoot(bytes.subarray(at))
  bytes.writeUInt16LE(0xaa55, at + 510)
}

function read(bytes: Uint8Array): { volumes: string[]; notes: string[] } {
  const notes = new Notes()
  const volumes = volumesOf(memorySource(bytes), notes).map(({ partition, nature, source }) => {
    const place =
      partition === undefined ? 'whole' : `${partition.number} ${partition.type} ${partition.start}`
    return `${place}+${source.size} ${nature.name}`
  })
  return { volumes, notes: notes.kept.map(({ text }) => text) }
}

test('a boot record with primary and logical partitions', () => {
  const bytes = disk(4000)
  writeRecordOf(bytes, 0, [
    { type: 7, first: 100, count: 200 },
    { type: 0x0f, first: 1000, count: 3000 },
    { type: 0, first: 0, count: 0 },
    { type: 0x83, first: 400, count: 100 },
  ])
  writeRecordOf(bytes, 1000 * 512, [
    { type: 0x83, first: 10, count: 50 },
    { type: 5, first: 500, count: 500 },
  ])
  writeRecordOf(bytes, 1500 * 512, [{ type: 0x82, first: 20, count: 60 }])
  ntfsAt(bytes, 100 * 512)
  bytes.write('SWAPSPACE2', 1520 * 512 + 4086)
  bytes.writeUInt16LE(0xef53, 1010 * 512 + 1024 + 56)
  const { volumes, notes } = read(bytes)
  assert.deepEqual(volumes, [
    '1 0x07 51200+102400 NTFS',
    '5 0x83 517120+25600 ext',
    '6 0x82 778240+30720 swap',
    '4 0x83 204800+51200 nothing',
  ])
  assert.deepEqual(notes, [])
})

test('a chain of logical partitions that is a circle or breaks off ends, and it is said', () => {
  const bytes = disk(400)
  writeRecordOf(bytes, 0, [{ type: 5, first: 100, count: 300 }])
  writeRecordOf(bytes, 100 * 512, [
    { type: 7, first: 1, count: 5 },
    { type: 5, first: 50, count: 5 },
  ])
  writeRecordOf(bytes, 150 * 512, [
    { type: 7, first: 1, count: 5 },
    { type: 5, first: 0, count: 5 },
  ])
  assert.deepEqual(
    [read(bytes).volumes.length, ...read(bytes).notes],
    [2, 'the chain of logical partitions is a circle'],
  )
  bytes.fill(0, 150 * 512, 151 * 512)
  assert.deepEqual(
    [read(bytes).volumes.length, ...read(bytes).notes],
    [1, 'the chain of logical partitions is broken'],
  )
})

test('sectors of 4096 bytes are told by where volumes begin', () => {
  const bytes = disk(100, 4096)
  writeRecordOf(bytes, 0, [{ type: 7, first: 20, count: 50 }])
  ntfsAt(bytes, 20 * 4096)
  assert.deepEqual(read(bytes).volumes, ['1 0x07 81920+204800 NTFS'])
  // Where nothing is recognised, sectors are of the usual length.
  bytes.fill(0, 20 * 4096, 21 * 4096)
  assert.deepEqual(read(bytes).volumes, ['1 0x07 10240+25600 nothing'])
})

for (const sectorBytes of [512, 4096]) {
  test(`a GUID table of sectors of ${sectorBytes} bytes, and its copy`, () => {
    const bytes = disk(200, sectorBytes)
    writeRecordOf(bytes, 0, [{ type: 0xee, first: 1, count: 199 }])
    writeGpt(bytes, sectorBytes, [
      { type: basicData, first: 40, last: 79, name: 'Basic 데이터' },
      { type: basicData, first: 80, last: 500, name: 'too long' },
      { type: basicData, first: 5000, last: 5001, name: 'beyond' },
    ])
    ntfsAt(bytes, 40 * sectorBytes)
    const expected = [
      `1 ${basicData} ${40 * sectorBytes}+${40 * sectorBytes} NTFS`,
      `2 ${basicData} ${80 * sectorBytes}+${120 * sectorBytes}`,
    ]
    const whole = read(bytes)
    assert.equal(whole.volumes[0], expected[0])
    assert.ok(whole.volumes[1]?.startsWith(must(expected[1])))
    assert.deepEqual(whole.notes, [
      'partition 2 goes on beyond the end of the medium',
      'partition 3 begins beyond the end of the medium',
    ])
    assert.equal(whole.volumes.length, 2)
    assert.equal(volumesOf(memorySource(bytes), new Notes())[0]?.partition?.name, 'Basic 데이터')
    bytes[2 * sectorBytes + 40] = 99
    assert.match(read(bytes).notes[0] ?? '', /checksum/)
    bytes.fill(0, sectorBytes, 2 * sectorBytes)
    const copied = read(bytes)
    assert.equal(copied.volumes[0], expected[0])
    assert.match(copied.notes[0] ?? '', /copy at the end/)
  })
}

test('a volume without a table, though its boot sector ends as one', () => {
  const bytes = disk(200)
  ntfsAt(bytes, 0)
  // What could be an entry is code.
  bytes.fill(0x80, 446, 447)
  bytes.set([7, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0], 450)
  assert.deepEqual(read(bytes).volumes, ['whole+102400 NTFS'])
  const ext = disk(200)
  ext.writeUInt16LE(0xef53, 1024 + 56)
  ext.set([0x33, 0, 0, 0, 7, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0], 446)
  ext.writeUInt16LE(0xaa55, 510)
  assert.deepEqual(read(ext).volumes, ['whole+102400 ext'])
})

test('what is not read is told by name', () => {
  const looks: Record<string, [number, string]> = {
    'BitLocker (encrypted)': [3, '-FVE-FS-'],
    'LUKS (encrypted)': [0, 'LUKS\xba\xbe'],
    'LVM (physical volume)': [536, 'LVM2 001'],
    XFS: [0, 'XFSB'],
    Btrfs: [65_600, '_BHRfS_M'],
    FAT: [82, 'FAT32   '],
  }
  for (const [name, [at, text]] of Object.entries(looks)) {
    const bytes = disk(200)
    bytes.write(text, at, 'latin1')
    assert.deepEqual(read(bytes).volumes, [`whole+102400 ${name}`])
  }
  assert.equal(imageFormatOf(memorySource(Buffer.from('QFI\xfb...', 'latin1'))), 'a QCOW image')
  assert.equal(imageFormatOf(memorySource(disk(2))), undefined)
})

test('the cache gives what the source gives, at its ends too', () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  const source = cached(memorySource(bytes))
  const place = fc.nat(210_000)
  fc.assert(
    fc.property(place, fc.nat(70_000), (offset, length) => {
      assert.ok(Buffer.from(source.read(offset, length)).equals(bytes.subarray(offset, offset + length)))
    }),
  )
})

test('any first sectors are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 600 }), fc.boolean(), (start, isMarked) => {
      const bytes = disk(40)
      bytes.set(start)
      if (isMarked) bytes.writeUInt16LE(0xaa55, 510)
      for (const { source } of volumesOf(memorySource(bytes), new Notes()))
        assert.ok(source.size <= bytes.length)
    }),
  )
})
