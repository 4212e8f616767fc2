import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { goldenSamples } from '../../../../test/support/golden.ts'
import { listed, unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { doc } from './doc.ts'

interface Piece {
  readonly text: string
  readonly isWide: boolean
}

/** A document in pieces ([MS-DOC] 2.8.35), and its table stream with properties in front of the piece table. */
function document(pieces: readonly Piece[]): Uint8Array {
  const start = 0x200
  const encoded = pieces.map(({ text, isWide }) => Buffer.from(text, isWide ? 'utf16le' : 'latin1'))
  const head = Buffer.alloc(start)
  head.writeUInt16LE(0xa5ec, 0)
  head.writeUInt16LE(0x00c1, 2)
  const properties = Buffer.from('0103000a0b0c', 'hex')
  const table = Buffer.alloc(5 + (pieces.length + 1) * 4 + pieces.length * 8)
  table[0] = 2
  table.writeUInt32LE(table.length - 5, 1)
  let characters = 0
  let at = start
  for (const [index, { text, isWide }] of pieces.entries()) {
    characters += text.length
    table.writeUInt32LE(characters, 5 + (index + 1) * 4)
    table.writeUInt32LE(isWide ? at : (at * 2) | 0x40000000, 5 + (pieces.length + 1) * 4 + index * 8 + 2)
    at += encoded[index]?.length ?? 0
  }
  const whole = Buffer.concat([properties, table])
  head.writeUInt32LE(0, 0x01a2)
  head.writeUInt32LE(whole.length, 0x01a6)
  return cfbOf([
    { name: 'WordDocument', data: Buffer.concat([head, ...encoded]) },
    { name: '0Table', data: whole },
  ])
}

const open = (bytes: Uint8Array, passwords: readonly string[] = []): Unpacked =>
  unpack(bytes, { formats: [doc], isFlat: true, passwords })

const wide = (text: string): Piece => ({ text, isWide: true })
const narrow = (text: string): Piece => ({ text, isWide: false })

const fields: readonly (readonly [string, readonly Piece[], string])[] = [
  ['in one piece', [wide('a \u0013DDEAUTO cmd "/c dir"\u0014result\u0015 b')], 'DDEAUTO cmd "/c dir"'],
  [
    'across pieces of both kinds',
    [wide('a \u0013DDE c'), narrow('md "/c'), wide(' dir"\u0015')],
    'DDE cmd "/c dir"',
  ],
  [
    'around a field that spells it',
    [narrow('\u0013 dde \u0013QUOTE 99 109 100\u0014x\u0015 "/c"\u0015')],
    'dde cmd "/c"',
  ],
  ['two of them', [wide('\u0013DDE a b\u0015'), narrow('\u0013DDE c d\u0015')], 'DDE a b\nDDE c d'],
]
for (const [title, pieces, expected] of fields) {
  test(`DDE fields are a member: ${title}`, () => {
    assert.deepEqual(listed(open(document(pieces))), [`DDE fields.txt=${expected}`])
  })
}

test('other fields, and ends without begins, are none', () => {
  const text =
    '\u0015\u0014\u0013 PAGE \u0014 1\u0015\u0013HYPERLINK "http://example.test/dde"\u0015 DDEAUTO in plain text'
  assert.deepEqual(open(document([wide(text)])).members, [])
})

test('fields nested without end cost bounded time', () => {
  const started = performance.now()
  open(document([narrow('\u0013DDE '.repeat(100_000) + '\u0015'.repeat(100_000))]))
  assert.ok(performance.now() - started < 1000)
})

test('a piece table that lies is read as far as it makes sense', () => {
  const bytes = Buffer.from(document([wide('\u0013DDE a b\u0015')]))
  const table = bytes.indexOf(Buffer.from('0103000a0b0c', 'hex'))
  bytes.writeUInt32LE(0xffffffff, table + 7)
  assert.deepEqual(open(bytes).members.length, 1)
  bytes.writeUInt32LE(0xffffffff, table + 15)
  assert.equal(open(bytes).limit, undefined)
})

test('an encrypted document of LibreOffice opens with its password only', () => {
  const sample = goldenSamples('doc').find(({ title }) => title === 'encrypted, with a given password')
  assert.ok(sample !== undefined)
  assert.deepEqual(open(sample.bytes).faults, ['encrypted WordDocument'])
  const { faults, members } = open(sample.bytes, ['secret'])
  assert.deepEqual(faults, [])
  assert.ok(members[0]?.text.includes('haechi-harmless'))
})

test('a document obfuscated in the oldest way is said to be unsupported', () => {
  const bytes = Buffer.from(document([wide('text')]))
  bytes.writeUInt16LE(0x8100, bytes.indexOf(Buffer.from('eca5c100', 'hex')) + 10)
  assert.deepEqual(open(bytes).faults, ['unsupported-method WordDocument'])
})
