import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { parseChanges } from './directory-changes.ts'
import { native } from './native.ts'
import { sidText } from './sid.ts'
import { alignedRead } from './volumes.ts'

function change(action: number, name: string, next: number): Buffer {
  const text = Buffer.from(name, 'utf16le')
  const bytes = Buffer.alloc(Math.max(next, 12 + text.length))
  bytes.writeUInt32LE(next, 0)
  bytes.writeUInt32LE(action, 4)
  bytes.writeUInt32LE(text.length, 8)
  text.copy(bytes, 12)
  return bytes
}

test('changes of a folder: each with its name, up to the last', () => {
  const bytes = Buffer.concat([change(1, 'a.exe', 24), change(3, '폴더\\b.dll', 28), change(5, 'c', 0)])
  assert.deepEqual(parseChanges(bytes), [
    { action: 'added', path: 'a.exe' },
    { action: 'modified', path: '폴더\\b.dll' },
    { action: 'renamed-to', path: 'c' },
  ])
})

test('a list of changes that lies about its lengths ends where the bytes end', () => {
  const lying = change(1, 'a', 0)
  lying.writeUInt32LE(0xffff_fff0, 8)
  assert.deepEqual(parseChanges(lying), [])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parseChanges(Buffer.from(bytes)).length < 200),
  )
})

test('a SID as text', () => {
  const bytes = Buffer.from('010500000000000515000000010000000200000003000000e9030000', 'hex')
  assert.equal(sidText(bytes), 'S-1-5-21-1-2-3-1001')
  assert.equal(sidText(Buffer.from('010100000000001000300000', 'hex')), 'S-1-16-12288')
  assert.equal(sidText(bytes.subarray(0, 20)), undefined)
  assert.equal(sidText(Buffer.from('02', 'hex')), undefined)
})

test('a volume is read in whole sectors, whatever is asked for', () => {
  const volume = Buffer.from(Array.from({ length: 5 * 4096 }, (_, index) => index % 251))
  const asked: (readonly [number, number])[] = []
  const readSectors = (offset: number, length: number): Uint8Array => {
    asked.push([offset, length])
    // A device may give less than was asked for.
    return volume.subarray(offset, offset + Math.min(length, 2 * 4096))
  }
  const range = fc.tuple(fc.nat(6 * 4096), fc.nat(6 * 4096))
  fc.assert(
    fc.property(range, ([offset, length]) => {
      const got = alignedRead(readSectors, [offset, length], volume.length)
      assert.deepEqual(Buffer.from(got), volume.subarray(offset, offset + length))
    }),
  )
  assert.ok(asked.every(([offset, length]) => offset % 4096 === 0 && length % 4096 === 0))
})

test('a volume that ends early gives what there is', () => {
  assert.equal(alignedRead(() => new Uint8Array(0), [0, 100], 1000).length, 0)
})

test('a library that is not here is a fault that says so', () => {
  assert.throws(() => native<number>('no-such.dll', 'int Nothing()')(), {
    code: 'unsupported',
    message: /no-such\.dll has no Nothing here/,
  })
})
