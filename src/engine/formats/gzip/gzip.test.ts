import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { randomBytes } from '../../../../test/support/random.ts'
import { tarOf } from '../../../../test/support/tar-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { gzip } from './gzip.ts'

const flat = { formats: [gzip], isFlat: true } as const

/** Every optional field (RFC 1952, 2.3). */
function withFields(data: string, name: string): Buffer {
  const plain = gzipSync(data)
  const header = Buffer.concat([
    Buffer.of(0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3),
    Buffer.of(5, 0, 1, 2, 3, 4, 5),
    Buffer.from(`${name}\0`),
    Buffer.from('a comment\0'),
    Buffer.of(0xff, 0xff),
  ])
  return Buffer.concat([header, plain.subarray(10)])
}

test('the name comes from the header, else from the outer name', () => {
  assert.deepEqual(listed(unpack(withFields('data', 'in.txt'), flat)), ['in.txt=data'])
  for (const [outer, inner] of Object.entries({
    'a.txt.gz': 'a.txt',
    'a.tgz': 'a.tar',
    'a.TAZ': 'a.tar',
    '.gz': 'decoded',
    unnamed: 'decoded',
  })) {
    assert.deepEqual(listed(unpack(gzipSync('data'), { ...flat, name: outer })), [`${inner}=data`])
  }
})

test('a payload split over two gzip members is seen as a whole', () => {
  const result = unpack(Buffer.concat([gzipSync('mal'), gzipSync('ware')]), { ...flat, name: 'x.gz' })
  assert.deepEqual([listed(result), result.faults], [['x=malware'], []])
})

test('thousands of members are one stream', () => {
  const part = gzipSync('0123456789')
  const result = unpack(Buffer.concat(Array.from({ length: 5000 }, () => part)), flat)
  assert.deepEqual(
    result.members.map(({ size }) => size),
    [50_000],
  )
})

test('zeros behind the end are padding, anything else is an object of its own', () => {
  const padded = Buffer.concat([gzipSync('data'), Buffer.alloc(700)])
  assert.deepEqual(listed(unpack(padded, flat)), ['decoded=data'])
  const appended = Buffer.concat([gzipSync('data'), Buffer.from('\0appended')])
  assert.deepEqual(listed(unpack(appended, flat)), ['decoded=data', 'trailing-data=\0appended'])
})

test('wrong checksums and lengths are damage, and the data are read', () => {
  for (const fromEnd of [8, 4]) {
    const bytes = gzipSync('data')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - fromEnd) ^ 1, bytes.length - fromEnd)
    const result = unpack(bytes, flat)
    assert.deepEqual([listed(result), result.faults], [['decoded=data'], ['damaged decoded']])
  }
})

test('a file cut off anywhere is damaged and read as far as it goes', () => {
  const whole = gzipSync(randomBytes(3000, 1))
  for (let length = 10; length < whole.length; length += 7) {
    const result = unpack(whole.subarray(0, length), flat)
    assert.deepEqual(result.faults, ['damaged decoded'], `${length} bytes`)
    if (length > 40) assert.ok((result.members[0]?.size ?? 0) >= length - 40)
  }
})

test('a second member cut off in its header is damage or an appended object, not silence', () => {
  const result = unpack(Buffer.concat([gzipSync('data'), gzipSync('more').subarray(0, 9)]), flat)
  assert.equal(result.members.length, 2)
})

test('the members of a tar inside are reached through the stream', () => {
  const bytes = gzipSync(tarOf([{ name: 'b', data: 'found' }]))
  assert.ok(listed(unpack(bytes, { name: 'a.tar.gz' })).includes('a.tar → b=found'))
})

test('other methods and short files are not gzip', () => {
  for (const bytes of [Buffer.of(0x1f, 0x8b, 8), Buffer.of(0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0)]) {
    assert.deepEqual(unpack(bytes, flat).members, [])
  }
})
