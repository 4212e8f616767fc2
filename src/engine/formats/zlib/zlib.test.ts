import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'

import { randomBytes } from '../../../../test/support/random.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { zlib } from './zlib.ts'

const flat = { formats: [zlib], isFlat: true } as const

test('streams of every level are opened', () => {
  for (const level of [0, 1, 5, 6, 9]) {
    assert.deepEqual(listed(unpack(deflateSync('some data', { level }), flat)), ['decoded=some data'])
  }
})

test('texts and random bytes that begin like zlib are not taken for it', () => {
  for (const text of ['x^2 + y^2 = z^2', 'x^', 'x^3\n'.repeat(2000), 'x\x01', 'x\x01\x01\x00\x00\xff\xff']) {
    assert.deepEqual(unpack(Buffer.from(text, 'latin1'), flat).members, [], JSON.stringify(text.slice(0, 20)))
  }
  for (const second of [0x01, 0x5e, 0x9c, 0xda]) {
    for (let seed = 0; seed < 300; seed++) {
      const bytes = Buffer.concat([Buffer.of(0x78, second), randomBytes(20 + seed * 9, seed)])
      assert.deepEqual(unpack(bytes, flat).members, [], `seed ${seed}`)
    }
  }
})

test('a long stream with a wrong checksum is damaged, and read', () => {
  const bytes = Buffer.from(deflateSync(randomBytes(9000, 1)))
  const last = bytes.length - 1
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last)
  const { members, faults } = unpack(bytes, flat)
  assert.deepEqual([members[0]?.size, faults], [9000, ['damaged decoded']])
})
