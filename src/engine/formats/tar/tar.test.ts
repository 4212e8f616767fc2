import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../../test/support/random.ts'
import { paxRecords, tarBlock, type TarMember, tarOf } from '../../../../test/support/tar-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { tar } from './tar.ts'

const flat = { formats: [tar], isFlat: true } as const
const open = (members: readonly TarMember[]) => unpack(tarOf(members), flat)
const a = { name: 'a', data: 'first' }
const b = { name: 'b', data: 'second '.repeat(100) }
const both = [`a=${a.data}`, `b=${b.data}`]

test('v7, ustar and GNU headers are read', () => {
  for (const magic of ['v7', 'ustar', 'gnu'] as const) {
    const result = open([a, b].map((member) => ({ ...member, magic })))
    assert.deepEqual([listed(result), result.faults], [both, []], magic)
  }
  assert.deepEqual(listed(open([{ ...a, prefix: 'dir/sub' }])), ['dir/sub/a=first'])
  assert.deepEqual(listed(open([{ ...a, magic: 'v7', type: '\0' }])), ['a=first'])
})

test('sizes in base 256 and checksums of signed bytes are read', () => {
  const result = open([
    { ...a, isBase256: true },
    { ...b, name: 'b\xe4', isSignedSum: true },
  ])
  assert.deepEqual(result.faults, [])
  assert.deepEqual(
    result.members.map(({ text }) => text),
    [a.data, b.data],
  )
})

test('long names of GNU and of pax are read', () => {
  const name = `${'long/'.repeat(60)}name`
  const gnu = open([{ name: '././@LongLink', type: 'L', data: `${name}\0` }, a])
  const pax = open([{ name: 'PaxHeader', type: 'x', data: paxRecords({ mtime: '1.5', path: name }) }, a])
  for (const result of [gnu, pax]) assert.deepEqual([listed(result), result.faults], [[`${name}=first`], []])
})

test('an extended header concerns only the next member, a link name nobody', () => {
  const result = open([
    { name: 'x', type: 'x', data: paxRecords({ path: 'new' }) },
    a,
    { name: '././@LongLink', type: 'K', data: 'target\0' },
    b,
  ])
  assert.deepEqual(listed(result), [`new=${a.data}`, both[1]])
})

test('where the pax size and the header disagree, both are followed', () => {
  const inner = Buffer.from(tarOf([{ name: 'hidden', data: 'malware' }], { endBlocks: 0 }))
  const size = String(inner.length)
  const result = open([
    { name: 'x', type: 'x', data: paxRecords({ size }) },
    { name: 'outer', data: inner, size: 0 },
    a,
  ])
  assert.ok(listed(result).includes('hidden=malware'))
  assert.ok(listed(result).includes('a=first'))
  assert.equal(result.members.find(({ chain }) => chain === 'outer')?.size, inner.length)
})

test('links, folders and devices have no data, and what follows is found', () => {
  const types = ['1', '2', '3', '4', '5', '6'].map((type) => ({
    name: type,
    type,
    size: 12_345,
    linkName: 'a',
  }))
  const result = open([...types, a])
  assert.deepEqual([listed(result), result.faults], [['a=first'], []])
})

test('a hard link that has data (pax) is read', () => {
  assert.deepEqual(listed(open([{ name: 'link', type: '1', data: 'found' }, a])), ['link=found', 'a=first'])
})

test('archives after the end mark are read', () => {
  const result = unpack(Buffer.concat([tarOf([a]), tarOf([b], { endBlocks: 9 }), Buffer.from('rest')]), flat)
  assert.deepEqual([listed(result), result.faults], [both, []])
})

test('after a damaged header reading goes on at the next one', () => {
  const result = open([a, { name: 'bad', data: 'x'.repeat(2000), hasBadSum: true }, b])
  assert.deepEqual([listed(result), result.faults.length], [both, 1])
  assert.match(result.faults[0] ?? '', /^damaged/)
})

test('a member cut off is read as far as it goes and reported', () => {
  const result = unpack(tarOf([a, { name: 'long', data: randomBytes(5000, 1) }]).subarray(0, 3000), flat)
  assert.equal(result.members[1]?.size, 3000 - 1536)
  assert.deepEqual(result.faults, ['damaged long'])
})

test('a sparse file is read as stored and reported', () => {
  const header = Buffer.from(tarBlock({ name: 'sparse', type: 'S', data: 'stored', magic: 'gnu' }))
  header[482] = 1
  header.write('        ', 148, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  const map = Buffer.alloc(1024)
  map[504] = 1
  const data = Buffer.alloc(512)
  data.write('stored')
  const result = unpack(Buffer.concat([header, map, data, tarOf([a])]), flat)
  assert.deepEqual(
    [listed(result), result.faults],
    [['sparse=stored', 'a=first'], ['unsupported-method sparse']],
  )
})

test('hostile sizes and pax records do not end in loops or errors', () => {
  for (const records of [
    '9999999 path=x\n',
    '0 path=x\n',
    '-1 a=b\n',
    ' =\n',
    '11 size=-9\n',
    '12 size=1e9\n',
  ]) {
    unpack(tarOf([{ name: 'x', type: 'x', data: records }, a]), flat)
  }
  const huge = Buffer.from(tarBlock({ name: 'huge', size: 2 ** 50, isBase256: true }))
  assert.deepEqual(unpack(huge, flat).faults, ['damaged huge'])
})

test('zeros, text and random bytes are not tar', () => {
  for (const bytes of [Buffer.alloc(10_240), Buffer.alloc(10_240, 'text '), randomBytes(10_240, 2)]) {
    assert.deepEqual(unpack(bytes, flat).members, [])
  }
})
