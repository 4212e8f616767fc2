import assert from 'node:assert/strict'
import { test } from 'node:test'

import { unpack } from '../../../../test/support/unpack.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'
import { PeWriter } from '../../parsers/pe/pe-writer.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { embedded } from './embedded.ts'

const names = (bytes: Uint8Array): string[] =>
  unpack(bytes, { formats: [embedded], isFlat: true }).members.map(({ chain }) => chain)
const program = new PeWriter().build()
const gif = Buffer.from('47494638396101000100800000000000ffffff2c00000000010001000002024401003b', 'hex')

test('pictures, programs and unknown data are searched, archives and texts are not', () => {
  const unknown = Buffer.alloc(100, 0x80)
  assert.deepEqual(names(Buffer.concat([gif, program])), ['offset 0x23 (pe)'])
  assert.deepEqual(names(Buffer.concat([unknown, program])), ['offset 0x64 (pe)'])
  const archives = ['Rar!\x1a\x07', '7z\xbc\xaf\x27\x1c', 'MSCF', '\x1f\x8b\x08', '\xd0\xcf\x11\xe0', 'hsqs']
  for (const magic of archives) {
    assert.deepEqual(names(Buffer.concat([Buffer.from(magic, 'latin1'), unknown, program])), [], magic)
  }
  assert.deepEqual(names(Buffer.from('an ordinary text\n'.repeat(1000))), [])
  assert.deepEqual(names(Buffer.concat([Buffer.from('a text\n'.repeat(1000)), program])), [
    'offset 0x1b58 (pe)',
  ])
})

test('what another format explains is not searched; what a program only loads is', () => {
  const bytes = Buffer.concat([Buffer.alloc(100, 0x80), program])
  const source = bytesSource(bytes)
  const object = { chain: ['file'], depth: 0, source, head: bytes }
  assert.equal(embedded.matches(object, ['zip']), false)
  assert.equal(embedded.matches(object, ['upx']), true)
  assert.equal(embedded.matches(object), true)
  const picture = Buffer.concat([gif, program])
  assert.equal(embedded.matches({ ...object, source: bytesSource(picture), head: picture }, ['zip']), true)
})

test('a program is searched up to where it ends: what is behind is an object of its own', () => {
  const holder = new PeWriter()
  holder.add(program)
  const bytes = holder.build()
  const at = bytes.indexOf('MZ', 1)
  assert.deepEqual(names(Buffer.concat([bytes, Buffer.alloc(10, 1), program])), [
    `offset 0x${at.toString(16)} (pe)`,
  ])
})

test('a zip that is read from the whole file is left to that', () => {
  const zip = zipOf([{ name: 'a', data: 'b' }])
  assert.deepEqual(names(Buffer.concat([gif, zip])), [])
  const far = Buffer.concat([gif, zip, Buffer.alloc(140_000, 1)])
  assert.deepEqual(names(far), ['offset 0x23 (zip)'])
})

test('a program in the middle is shown alone and with what follows it', () => {
  const bytes = Buffer.concat([gif, program, Buffer.from('appended'), program])
  const second = (gif.length + program.length + 8).toString(16)
  assert.deepEqual(names(bytes), ['offset 0x23 (pe)', 'offset 0x23 (pe) and more', `offset 0x${second} (pe)`])
})

test('scripts in pictures are shown up to their end, what happens in compressed data is none', () => {
  const { members } = unpack(Buffer.concat([gif, Buffer.from('<?php system($_GET[0]); ?>\0rest')]), {
    formats: [embedded],
    isFlat: true,
  })
  assert.deepEqual(
    members.map(({ chain, text }) => [chain, text]),
    [['offset 0x23 (script)', '<?php system($_GET[0]); ?>']],
  )
  assert.deepEqual(names(Buffer.concat([gif, Buffer.from('<%\xc3\xa9 and something else here')])), [])
  assert.deepEqual(names(Buffer.concat([gif, Buffer.from('<%= eval(request("x")) + "more" %>')])), [
    'offset 0x23 (script)',
  ])
})

test('more than is opened is said', () => {
  const many = Buffer.concat([gif, ...Array.from({ length: 300 }, () => program)])
  const { members, faults } = unpack(many, { formats: [embedded], isFlat: true })
  assert.equal(members.length, 256)
  assert.deepEqual(
    faults.map((fault) => fault.split(' ')[0]),
    ['unsupported-method'],
  )
})
