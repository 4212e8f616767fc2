import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { tnefAttribute, tnefOf, tnefProperties } from '../../../../test/support/tnef-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { tnef } from './tnef.ts'

const flat = { formats: [tnef], isFlat: true } as const
const begin = tnefAttribute(2, 0x69002, Buffer.alloc(14))
const data = tnefAttribute(2, 0x6800f, Buffer.from(eicar))
const title = tnefAttribute(2, 0x18010, Buffer.from('SHORT.COM\0'))

checkFormat(tnef, { files: [tnefOf([begin, data, title])], contains: eicar, others: samples })

test('the long name counts, wherever it stands', () => {
  const name = { id: 0x3707, type: 0x1e, value: Buffer.from('a longer name.com\0') }
  const named = { id: 0x3704, type: 0x1e, value: Buffer.from('x\0') }
  const file = tnefOf([
    begin,
    title,
    data,
    tnefAttribute(2, 0x69005, tnefProperties([named, name])),
    begin,
    data,
  ])
  assert.deepEqual(
    unpack(file, flat).members.map(({ chain }) => chain),
    ['a longer name.com', 'attachment-3'],
  )
})

test('the compressed RTF of [MS-OXRTFCP] 4.1.1 is decompressed', () => {
  const rtf = Buffer.from(
    '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
    'hex',
  )
  const file = tnefOf([tnefAttribute(1, 0x69003, tnefProperties([{ id: 0x1009, type: 0x102, value: rtf }]))])
  assert.deepEqual(listed(unpack(file, flat)), ['body.rtf={\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n'])
})

test('lengths that lie and properties that are none end', () => {
  const lying = tnefAttribute(2, 0x6800f, Buffer.from('abc'))
  lying.writeUInt32LE(0xffffffff, 5)
  assert.deepEqual(unpack(tnefOf([begin, lying]), flat).faults, ['damaged attribute'])
  const endless = tnefAttribute(1, 0x69003, Buffer.alloc(200, 0xff))
  assert.deepEqual(unpack(tnefOf([endless]), flat).limit, undefined)
})
