import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'

import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { listed, unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { ppt } from './ppt.ts'

function record(type: number, instance: number, data: Uint8Array, version = 0): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(version | (instance << 4), 0)
  head.writeUInt16LE(type, 2)
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data])
}

function packed(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, deflateSync(Buffer.from(text))])
}

function open(main: Uint8Array, pictures?: Uint8Array): Unpacked {
  const streams = [{ name: 'PowerPoint Document', data: main }]
  return unpack(
    cfbOf(pictures === undefined ? streams : [...streams, { name: 'Pictures', data: pictures }]),
    {
      formats: [ppt],
      isFlat: true,
    },
  )
}

test('embedded objects are given as they are, or unpacked', () => {
  const main = Buffer.concat([
    record(0x03e8, 0, record(0x1011, 0, Buffer.from('inside a container')), 0x0f),
    record(0x1011, 1, packed('packed')),
    record(0x1011, 1, Buffer.from('abc')),
  ])
  assert.deepEqual(listed(open(main)), [
    'PowerPoint Document/object 1=inside a container',
    'PowerPoint Document/object 2=packed',
  ])
})

test('pictures are given behind their digests, metafiles unpacked', () => {
  const header = Buffer.alloc(34)
  const stored = Buffer.alloc(34)
  stored[32] = 0xfe
  const pictures = Buffer.concat([
    record(0xf01d, 0x46a, Buffer.concat([Buffer.alloc(17), Buffer.from('jpeg')])),
    record(0xf01e, 0x6e1, Buffer.concat([Buffer.alloc(33), Buffer.from('png')])),
    record(0xf01a, 0x3d4, Buffer.concat([Buffer.alloc(16), header, deflateSync(Buffer.from('emf'))])),
    record(0xf01b, 0x217, Buffer.concat([Buffer.alloc(32), stored, Buffer.from('wmf')])),
    record(0xf01e, 0x6e0, Buffer.alloc(3)),
  ])
  const slides = record(0x03e8, 0, Buffer.alloc(0), 0x0f)
  assert.deepEqual(listed(open(slides, pictures)), [
    'Pictures/1.jpg=jpeg',
    'Pictures/2.png=png',
    'Pictures/3.emf=emf',
    'Pictures/4.wmf=wmf',
    'Pictures/5.png=',
  ])
})

test('compressed data that is damaged is said once, and given as far as it goes', () => {
  const whole = packed('some text that is repeated, '.repeat(100))
  const { members, faults } = open(record(0x1011, 1, whole.subarray(0, 40)))
  assert.deepEqual(faults, ['damaged PowerPoint Document/object 1'])
  assert.ok((members[0]?.size ?? 0) > 0)
})

test('an encrypted presentation is said to be', () => {
  assert.deepEqual(open(record(0x2f14, 0, Buffer.alloc(20), 0x0f)).faults, ['encrypted PowerPoint Document'])
})

test('records that claim more than there is, and a million empty ones, end', () => {
  const lying = record(0x1011, 0, Buffer.from('content'))
  lying.writeUInt32LE(0xffffffff, 4)
  assert.deepEqual(listed(open(lying)), ['PowerPoint Document/object 1=content'])
  const started = performance.now()
  open(Buffer.alloc(8_000_000))
  assert.ok(performance.now() - started < 2000)
})
