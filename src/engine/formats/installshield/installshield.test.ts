import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { installshield } from './installshield.ts'

const flat = { formats: [installshield], isFlat: true } as const

/** Half bytes swapped, combined with the name, which begins again after each 1,024 bytes. */
function hidden(name: string, data: Uint8Array): Buffer {
  const magic = [0x13, 0x35, 0x86, 0x07]
  return Buffer.from(
    data.map((byte, at) => {
      const index = (at % 1024) % name.length
      const mixed = byte ^ name.charCodeAt(index) ^ (~(magic[index % 4] ?? 0) & 0xff)
      return ((mixed << 4) | (mixed >> 4)) & 0xff
    }),
  )
}

test('files behind UTF-16 texts are read', () => {
  const entry = (name: string, data: string): Buffer =>
    Buffer.concat([
      Buffer.from(`${name}\0C:\\${name}\x001.0.0.0\0${data.length}\0`, 'utf16le'),
      Buffer.from(data),
    ])
  const bytes = Buffer.concat([Buffer.of(2, 0, 0, 0), entry('a.txt', 'first'), entry('b.txt', 'second')])
  assert.deepEqual(listed(unpack(bytes, flat)), ['a.txt=first', 'b.txt=second'])
})

test('the stream with names of any length is read', () => {
  const head = Buffer.alloc(46)
  head.write('ISSetupStream')
  head.writeUInt16LE(2, 14)
  const entry = (name: string, data: string): Buffer => {
    const text = Buffer.from(name, 'utf16le')
    const content = hidden(name, deflateSync(data))
    const row = Buffer.alloc(24)
    row.writeUInt32LE(text.length, 0)
    row.writeUInt32LE(6, 4)
    row.writeUInt32LE(content.length, 10)
    return Buffer.concat([row, text, content])
  }
  const long = Array.from({ length: 3000 }, (_, index) => `${index * 7919}`).join(' ')
  const bytes = Buffer.concat([head, entry('setup.ini', 'short'), entry('data.bin', long)])
  const { members, faults } = unpack(bytes, flat)
  assert.deepEqual(
    [members.map(({ chain, text }) => [chain, text]), faults],
    [
      [
        ['setup.ini', 'short'],
        ['data.bin', long],
      ],
      [],
    ],
  )
})

test("a linker's debug record may stand before the files", () => {
  const head = Buffer.alloc(46)
  head.write('InstallShield')
  head.writeUInt16LE(1, 14)
  const row = Buffer.alloc(312)
  row.write('a.txt')
  row.writeUInt32LE(4, 268)
  const record = Buffer.concat([Buffer.from('NB10'), Buffer.alloc(12, 1), Buffer.from('C:\\setup.pdb\0')])
  const bytes = Buffer.concat([record, head, row, Buffer.from('text')])
  assert.deepEqual(listed(unpack(bytes, flat)), ['a.txt=text'])
  assert.deepEqual(unpack(bytes.subarray(0, -2), flat).faults, ['damaged a.txt'])
})

test('texts and other data are none of it', () => {
  for (const text of [
    'an ordinary text\n'.repeat(50),
    'a\0b\0c\0d\0'.repeat(9),
    'name\0path\x001.2.3\x0012\0'.repeat(9),
    '',
  ]) {
    assert.deepEqual(unpack(Buffer.from(text), flat).members, [])
  }
})
