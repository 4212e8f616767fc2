import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../../test/support/random.ts'
import { mbrOf } from '../../../../test/support/seven-zip-disks.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { mbr } from './mbr.ts'

const flat = { formats: [mbr], isFlat: true } as const
const data = Buffer.alloc(1024, 'partition')

function named(bytes: Uint8Array): string[] {
  const { members, faults } = unpack(bytes, flat)
  return [...members.map(({ chain, size }) => `${chain} ${size}`), ...faults]
}

test('primary and logical partitions are the parts of the disk that the tables say', () => {
  const part = { type: 7, start: 1, data }
  assert.deepEqual(named(mbrOf([part])), ['partition-1 1024'])
  assert.deepEqual(named(mbrOf([part], [part, part, part])), [
    'partition-1 1024',
    'partition-2.1 1024',
    'partition-2.2 1024',
    'partition-2.3 1024',
  ])
})

test('boot sectors, empty tables and chance are no partition tables', () => {
  const table = mbrOf([{ type: 7, start: 1, data }])
  const changed = (at: number, value: number): Uint8Array => {
    const copy = table.slice()
    copy[at] = value
    return copy
  }
  const random = randomBytes(4096, 3)
  random.set([0x55, 0xaa], 510)
  const overlapping = mbrOf([
    { type: 7, start: 1, data },
    { type: 7, start: 2, data },
  ])
  const outside = mbrOf([{ type: 7, start: 1, data }]).slice(0, 512)
  const protective = mbrOf([{ type: 0xee, start: 1, data }])
  for (const bytes of [
    changed(446, 0x12),
    changed(510, 0),
    changed(450, 0),
    random,
    overlapping,
    outside,
    protective,
  ]) {
    assert.deepEqual(named(bytes), [])
  }
  assert.deepEqual(named(changed(446, 0x80)), ['partition-1 1024'])
})

test('an extended partition that leads to itself ends', () => {
  const bytes = Buffer.from(mbrOf([], [{ type: 7, start: 1, data }]))
  const record = 512
  bytes[record + 446 + 16 + 4] = 5
  bytes.writeUInt32LE(1, record + 446 + 16 + 12)
  for (const next of [0, 0xffffff]) {
    bytes.writeUInt32LE(next, record + 446 + 16 + 8)
    assert.equal(named(bytes)[0], 'partition-1.1 1024')
  }
})
