import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'

import { azoOf } from '../../../../test/support/azo-writer.ts'
import { eggBlock, type EggMember, eggOf, field } from '../../../../test/support/egg-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { egg } from './egg.ts'

const flat = { formats: [egg], isFlat: true } as const
const text = Array.from({ length: 100 }, (_, i) => `line ${i}: hello hello\n`).join('')

test('files of every method of our own making are read, folders and empty files are not', () => {
  const bytes = eggOf([
    { name: 'dir', data: '', isFolder: true },
    { name: 'posix dir', data: '', isFolder: true, isPosix: true },
    { name: 'empty', data: '' },
    { name: 'dir/stored', data: text, method: 0 },
    { name: 'deflated', data: text, method: 1, isPosix: true },
    { name: 'azo', data: text, method: 3 },
  ])
  const result = unpack(bytes, flat)
  const expected = ['dir/stored', 'deflated', 'azo'].map((name) => `${name}=${text}`)
  assert.deepEqual([listed(result), result.faults], [expected, []])
})

test('the blocks of a file are one after the other, each checked', () => {
  const member = { name: 'a', data: text, blockBytes: 700, method: 1 }
  assert.deepEqual(listed(unpack(eggOf([member]), flat)), [`a=${text}`])
  const half = Buffer.from(text.slice(0, 1000))
  const rest = Buffer.from(text.slice(1000))
  const mixed = unpack(
    eggOf([{ name: 'a', data: text, blocks: [eggBlock(half, 3), eggBlock(rest, 0)] }]),
    flat,
  )
  assert.deepEqual([listed(mixed), mixed.faults], [[`a=${text}`], []])
  const wrong = [{ ...eggBlock(half, 1), crc: 1 }, eggBlock(rest, 1)]
  const result = unpack(eggOf([{ name: 'a', data: text, blocks: wrong }]), flat)
  assert.deepEqual([listed(result), result.faults], [[`a=${text}`], ['damaged a']])
})

test('names may be in a code page and relative to another file', () => {
  const korean = Buffer.from('c7d1b1db', 'hex')
  const names = (member: Omit<EggMember, 'data'>) =>
    listed(unpack(eggOf([{ ...member, data: 'x', method: 0 }]), flat))
  assert.deepEqual(names({ name: '한글' }), ['한글=x'])
  assert.deepEqual(names({ name: korean, nameFlags: 8 }), ['한글=x'])
  assert.deepEqual(names({ name: korean, nameFlags: 0x18 }), ['한글=x'])
  assert.deepEqual(names({ name: Buffer.from('82a0', 'hex'), nameFlags: 8, codePage: 932 }), ['あ=x'])
})

for (const method of [0, 1, 2, 5, 6]) {
  test(`encryption method ${method} opens with the right password only`, () => {
    const lock = { method, password: 'sesam' }
    const bytes = eggOf([
      { name: 'a', data: text, lock, method: 1, blockBytes: 500 },
      { name: 'b', data: text, lock, method: 0 },
    ])
    const opened = unpack(bytes, { ...flat, passwords: ['wrong', 'sesam'] })
    assert.deepEqual([listed(opened), opened.faults], [[`a=${text}`, `b=${text}`], []])
    assert.deepEqual(unpack(bytes, { ...flat, passwords: ['wrong'] }).faults, ['encrypted a', 'encrypted b'])
  })
}

test('a changed byte of encrypted data is found by the authentication code', () => {
  const bytes = eggOf([{ name: 'a', data: text, lock: { method: 2, password: 'sesam' }, method: 0 }])
  const at = bytes.length - 10
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const result = unpack(bytes, { ...flat, passwords: ['sesam'] })
  assert.deepEqual([result.members.length, result.faults], [1, ['damaged a']])
})

test('a length of the encryption record that is too large is seen through', () => {
  const bytes = eggOf([{ name: 'a', data: text, lock: { method: 1, password: 'sesam' }, method: 0 }])
  const at = bytes.indexOf(Buffer.from('0f47d108', 'hex'))
  bytes.writeUInt16LE(28, at + 5)
  assert.deepEqual(listed(unpack(bytes, { ...flat, passwords: ['sesam'] })), [`a=${text}`])
})

function solid(method: number, whole: Uint8Array): Buffer {
  const half = Buffer.from(text)
  const all = Buffer.concat([half, half])
  return eggOf(
    [
      { name: 'a', data: text, blocks: [eggBlock(all, method, whole)] },
      { name: 'dir', data: '', isFolder: true },
      { name: 'b', data: text, blocks: [] },
    ],
    { isSolid: true },
  )
}

test('the files of a solid archive are parts of one stream', () => {
  const all = Buffer.from(text + text)
  for (const [method, packed] of [
    [0, all],
    [1, deflateRawSync(all)],
    [3, azoOf(all, { blockBytes: 900 })],
  ] as const) {
    const result = unpack(solid(method, packed), flat)
    assert.deepEqual([listed(result), result.faults], [[`a=${text}`, `b=${text}`], []])
    const cut = unpack(solid(method, packed.subarray(0, -20)), flat)
    assert.deepEqual(cut.faults, ['damaged (solid)'])
  }
})

test('a solid stream may go on in the block of the next file, or begin anew there', () => {
  const half = Buffer.from(text)
  const whole = deflateRawSync(Buffer.concat([half, half]))
  const one = eggOf(
    [
      { name: 'a', data: text, blocks: [eggBlock(half, 1, whole.subarray(0, 100))] },
      { name: 'b', data: text, blocks: [eggBlock(half, 1, whole.subarray(100))] },
    ],
    { isSolid: true },
  )
  const two = eggOf(
    [
      { name: 'a', data: text, method: 3 },
      { name: 'b', data: text, method: 0 },
    ],
    { isSolid: true },
  )
  for (const bytes of [one, two]) {
    const result = unpack(bytes, flat)
    assert.deepEqual([listed(result), result.faults], [[`a=${text}`, `b=${text}`], []])
  }
})

test('a solid archive with encrypted files opens with its password', () => {
  const lock = { method: 6, password: 'sesam' }
  const bytes = eggOf(
    [
      { name: 'a', data: text, method: 1, lock },
      { name: 'b', data: text, method: 1, lock },
    ],
    { isSolid: true },
  )
  assert.deepEqual(listed(unpack(bytes, { ...flat, passwords: ['sesam'] })), [`a=${text}`, `b=${text}`])
  assert.deepEqual(unpack(bytes, flat).faults, ['encrypted a'])
})

test('volumes that are not here are named', () => {
  const whole = eggOf([{ name: 'a', data: text, method: 0 }], { split: { previous: 0, next: 0xabcd } })
  const result = unpack(whole.subarray(0, 1000), flat)
  assert.deepEqual(result.faults, ['missing-volume a', 'missing-volume (archive)'])
  assert.ok(text.startsWith(result.members[0]?.text ?? '-'))
  const later = eggOf([{ name: 'b', data: text, method: 0 }], { split: { previous: 0xabcd, next: 0 } })
  const start = later.indexOf(Buffer.from('e390850a', 'hex'))
  const joined = Buffer.concat([later.subarray(0, start), Buffer.from('the end of a'), later.subarray(start)])
  const second = unpack(joined, flat)
  assert.deepEqual([listed(second), second.faults], [[`b=${text}`], ['missing-volume (archive)']])
})

test('unknown methods, a locked archive and missing blocks are said', () => {
  const faults = (members: EggMember[], options = {}) => unpack(eggOf(members, options), flat).faults
  assert.deepEqual(faults([{ name: 'a', data: text, method: 7, packed: Buffer.from('x') }]), [
    'unsupported-method a',
  ])
  assert.deepEqual(faults([{ name: 'a', data: text, lock: { method: 3, password: 'x' } }]), [
    'unsupported-method a',
  ])
  assert.deepEqual(faults([{ name: 'a', data: text, blocks: [] }]), ['damaged a'])
  const prefix = field(0x08d144a8, 0, Buffer.alloc(8))
  assert.deepEqual(faults([{ name: 'a', data: text }], { prefix }), ['encrypted (archive)'])
})

test('comments, padding and unknown fields are skipped; what follows the end is an object', () => {
  const whole = eggOf([{ name: 'a', data: 'x', method: 0 }], { comment: 'about this' })
  const start = whole.indexOf(Buffer.from('e390850a', 'hex'))
  const dummy = field(0x07463307, 0, Buffer.alloc(30))
  const extra = field(0x12345678, 0, Buffer.from('extra'))
  const bytes = Buffer.concat([
    whole.subarray(0, start),
    dummy,
    whole.subarray(start, start + 16),
    extra,
    whole.subarray(start + 16),
    Buffer.from('behind'),
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [['a=x', 'trailing-data=behind'], []])
})

test('a file cut off anywhere is said to be damaged, and read as far as it goes', () => {
  const bytes = eggOf([{ name: 'a', data: text, method: 0 }])
  for (let length = 14; length < bytes.length - 4; length += 11) {
    const result = unpack(bytes.subarray(0, length), flat)
    assert.ok(result.faults.length > 0, `${length} bytes`)
    if (length > 200) assert.ok((result.members[0]?.size ?? 0) >= length - 120)
  }
})

test('only the head of an egg is an egg', () => {
  assert.deepEqual(unpack(Buffer.from('EGGA is how some texts begin'), flat).faults, [])
})
