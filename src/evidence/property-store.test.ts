import assert from 'node:assert/strict'
import { test } from 'node:test'

import { guidBytes, time, u16, u32, u64, wide } from '../../test/support/artefact-fields.ts'
import { lpwstr, namedProperty, numberedProperty, propertyStore } from '../../test/support/shortcut-writer.ts'
import { readPropertyStore } from './property-store.ts'

const format = 'b725f130-47ef-101a-a5f1-02608c9eebac'

test('values of all usual types', () => {
  const values = [
    numberedProperty(10, 0x1f, lpwstr('name')),
    numberedProperty(12, 0x15, u64(5_000_000_000n)),
    numberedProperty(14, 0x40, time('2026-11-22T00:00:00.0000001Z')),
    numberedProperty(100, 0x0b, u16(0xffff, 0)),
    numberedProperty(101, 0x03, u32(-5)),
    numberedProperty(102, 0x13, u32(-5)),
    numberedProperty(103, 0x48, guidBytes('20d04fe0-3aea-1069-a2d8-08002b30309d')),
    numberedProperty(104, 0x101f, Buffer.concat([u32(2), lpwstr('a'), lpwstr('bc')])),
    numberedProperty(105, 0x41, Buffer.from('0102', 'hex')),
    numberedProperty(106, 0x08, Buffer.concat([u32(6), wide('hi\0'), u16(0)])),
    numberedProperty(107, 0x02, u16(-2, 0)),
  ]
  const named = {
    format: 'd5cdd505-2e9c-101b-9397-08002b2cf9ae',
    values: [namedProperty('Key', 0x1f, lpwstr('value'))],
  }
  assert.deepEqual(readPropertyStore(propertyStore([{ format, values }, named]), 0), [
    { name: 'System.ItemNameDisplay', value: 'name' },
    { name: 'System.Size', value: 5_000_000_000 },
    { name: 'System.DateModified', value: '2026-11-22T00:00:00.0000001Z' },
    { name: `${format}/100`, value: true },
    { name: `${format}/101`, value: -5 },
    { name: `${format}/102`, value: 4_294_967_291 },
    { name: `${format}/103`, value: '20d04fe0-3aea-1069-a2d8-08002b30309d' },
    { name: `${format}/104`, value: ['a', 'bc'] },
    { name: `${format}/105`, value: '0102' },
    { name: `${format}/106`, value: 'hi' },
    { name: `${format}/107`, value: -2 },
    { name: 'Key', value: 'value' },
  ])
})

test('what is cut off or none ends the list', () => {
  const store = propertyStore([{ format, values: [numberedProperty(10, 0x1f, lpwstr('a long name'))] }])
  assert.deepEqual(readPropertyStore(Buffer.alloc(64), 0), [])
  assert.equal(readPropertyStore(store.subarray(0, 30), 0).length, 0)
  assert.equal(readPropertyStore(store.subarray(0, 45), 0).length, 1)
  const vector = propertyStore([{ format, values: [numberedProperty(1, 0x101f, u32(0xffffffff))] }])
  assert.ok(JSON.stringify(readPropertyStore(vector, 0)).length < 20_000)
})
