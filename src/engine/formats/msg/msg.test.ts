import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf, type CfbNode } from '../../../../test/support/cfb-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { formats } from '../index.ts'
import { msg } from './msg.ts'

const properties: CfbNode = { name: '__properties_version1.0', data: Buffer.alloc(32) }
const property = (name: string, data: Uint8Array | string): CfbNode => ({ name: `__substg1.0_${name}`, data })
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')
const attachment = (number: number, ...children: readonly CfbNode[]): CfbNode => ({
  name: `__attach_version1.0_#0000000${number}`,
  children: [properties, ...children],
})

const open = (...nodes: readonly CfbNode[]): string[] =>
  listed(unpack(cfbOf([properties, ...nodes]), { formats: [msg], isFlat: true }))

test('attachments have their long name, else the short one, else their storage as name', () => {
  assert.deepEqual(
    open(
      attachment(
        0,
        property('37010102', 'a'),
        property('3704001F', wide('SHORT.TXT')),
        property('3707001F', wide('long name.txt\0')),
      ),
      attachment(
        1,
        property('37010102', 'b'),
        property('3704001E', 'SHORT.EXE'),
        property('3001001E', 'shown'),
      ),
      attachment(2, property('37010102', 'c')),
    ),
    ['long name.txt=a', 'SHORT.EXE=b', '__attach_version1.0_#00000002=c'],
  )
})

test('attachments and texts of an embedded message are found', () => {
  const inner = [
    properties,
    attachment(0, property('37010102', 'deep'), property('3707001F', wide('deep.bin'))),
  ]
  const outer = attachment(0, {
    name: '__substg1.0_3701000D',
    children: [...inner, property('1000001E', 'text')],
  })
  const prefix = '__attach_version1.0_#00000000/__substg1.0_3701000D/'
  assert.deepEqual(open(outer), ['deep.bin=deep', `${prefix}body.txt=text`])
})

test('the text is given as plain text, HTML and unpacked RTF', () => {
  // The example of [MS-OXRTFCP] 4.1.
  const packed = Buffer.from(
    '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
    'hex',
  )
  const given = open(
    property('1000001F', wide('plain')),
    property('10130102', '<p>html</p>'),
    property('10090102', packed),
  )
  assert.equal(given[0], `body.txt=${wide('plain').toString('latin1')}`)
  assert.equal(given[1], 'body.html=<p>html</p>')
  assert.equal(given[2], `${String.raw`body.rtf={\rtf1\ansi\ansicpg1252\pard hello world}`}\r\n`)
})

test('every stream is given by one of the two formats that read a message', () => {
  const file = cfbOf([
    properties,
    property('0037001F', wide('subject')),
    attachment(0, property('37010102', 'a')),
  ])
  const names = unpack(file, {
    formats: formats.filter(({ id }) => id === 'ole' || id === 'msg'),
    isFlat: true,
  }).members.map(({ chain }) => chain)
  assert.ok(names.includes('__substg1.0_0037001F'))
  assert.equal(
    names.filter((name) => name.includes('37010102') || name.startsWith('__attach_version1.0_#00000000'))
      .length,
    2,
  )
})
