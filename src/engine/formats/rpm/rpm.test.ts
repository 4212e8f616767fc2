import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { rpm } from './rpm.ts'

const flat = { formats: [rpm], isFlat: true } as const

function lead(signatureType: number): Buffer {
  const bytes = Buffer.alloc(96)
  bytes.writeUInt32BE(0xedabeedb, 0)
  bytes.writeUInt8(3, 4)
  bytes.writeUInt16BE(signatureType, 78)
  return bytes
}

function header(entries: number, store: number, hasMagic = true): Buffer {
  const intro = Buffer.alloc(hasMagic ? 16 : 8)
  if (hasMagic) intro.writeUInt32BE(0x8eade801, 0)
  intro.writeUInt32BE(entries, intro.length - 8)
  intro.writeUInt32BE(store, intro.length - 4)
  return Buffer.concat([intro, Buffer.alloc(entries * 16 + store, 0x55)])
}

test('the payload begins behind the padded signature and the header', () => {
  const signature = header(2, 13)
  const padding = Buffer.alloc((8 - ((96 + signature.length) % 8)) % 8)
  const bytes = Buffer.concat([lead(5), signature, padding, header(3, 7), Buffer.from('payload')])
  assert.deepEqual(listed(unpack(bytes, flat)), ['payload=payload'])
})

test('packages of RPM 2 and before, without a signature or with one of PGP, are read', () => {
  const old = header(1, 5, false)
  assert.deepEqual(listed(unpack(Buffer.concat([lead(0), old, Buffer.from('data')]), flat)), ['payload=data'])
  const signed = Buffer.concat([lead(1), Buffer.alloc(256), old, Buffer.from('data')])
  assert.deepEqual(listed(unpack(signed, flat)), ['payload=data'])
})

test('headers that lead out of the file are damage', () => {
  const whole = Buffer.concat([lead(5), header(0, 0), header(0, 0)])
  for (const bytes of [
    lead(5),
    Buffer.concat([lead(5), header(0, 0)]),
    whole,
    Buffer.concat([lead(5), Buffer.from('8eade80100000000ffffffffffffffff', 'hex')]),
  ]) {
    const result = unpack(bytes, flat)
    assert.deepEqual([result.members, result.faults], [[], ['damaged payload']])
  }
})
