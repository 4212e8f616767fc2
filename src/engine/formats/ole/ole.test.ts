import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf, type CfbNode } from '../../../../test/support/cfb-writer.ts'
import { listed, unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { decodeMsiName } from './msi-name.ts'
import { ole } from './ole.ts'

function open(nodes: readonly CfbNode[]): Unpacked {
  return unpack(cfbOf(nodes), { formats: [ole], isFlat: true })
}

function latin(...parts: readonly (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1')
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(part)
      return bytes
    }),
  )
}

const path = 'C:\\Users\\somebody\\run.exe\0'
const frame = ['\u0002\0', 'label.exe\0', path, '\0\0\u0003\0', path.length, path] as const

test('streams are members under their paths, storages and empty streams are none', () => {
  const opened = open([
    { name: '\u0005SummaryInformation', data: 's' },
    { name: 'a', children: [{ name: 'b', data: 'leaf' }, { name: 'empty' }] },
  ])
  assert.deepEqual(listed(opened), ['\u0005SummaryInformation=s', 'a/b=leaf'])
})

test('a package gives the stream and the file that it wraps', () => {
  const stream = latin(1000, ...frame, 7, 'content', 'behind it')
  assert.deepEqual(listed(open([{ name: '\u0001Ole10Native', data: stream }])), [
    `\u0001Ole10Native=${stream.toString('latin1')}`,
    '\u0001Ole10Native/run.exe=content',
  ])
})

test('a package that claims more than there is gives what there is', () => {
  const stream = latin(1000, ...frame, 0xffffffff, 'content')
  assert.equal(
    listed(open([{ name: '\u0001OLE10NATIVE', data: stream }])).at(-1),
    '\u0001OLE10NATIVE/run.exe=content',
  )
})

test('native data that is no package is given without its length', () => {
  for (const data of [latin(4, 'data'), latin(9, '\u0002\0cut')]) {
    const opened = listed(open([{ name: '\u0001Ole10Native', data }]))
    assert.equal(opened.at(-1), `\u0001Ole10Native/data=${data.subarray(4).toString('latin1')}`)
  }
})

test('names of installer streams are decoded', () => {
  // Streams that msibuild of msitools 0.101 wrote for these names.
  assert.equal(decodeMsiName('\u4840\u3f3f\u4577\u446c\u3b6a\u45e4\u4824'), '!_StringData')
  assert.equal(decodeMsiName('\u430b\u4131\u4735\u45fe\u44b2\u482f'), 'Binary.tool')
  assert.equal(decodeMsiName('\u4840\u3f7f\u4164\u422f\u4836'), '!_Tables')
  assert.equal(decodeMsiName('ordinary'), 'ordinary')
})

test('attachments of messages are left to whoever reads messages', () => {
  const attachment = {
    name: '__attach_version1.0_#00000000',
    children: [{ name: '__substg1.0_37010102', data: 'bytes' }],
  }
  assert.equal(listed(open([attachment])).length, 1)
  assert.equal(listed(open([attachment, { name: '__properties_version1.0', data: 'p' }])).length, 1)
})

test('what is wrong is said once, what is there is read', () => {
  const bytes = Buffer.from(
    cfbOf([
      { name: 'large', data: 'x'.repeat(9000) },
      { name: 'small', data: 'y' },
    ]),
  )
  const table = (bytes.readUInt32LE(0x4c) + 1) * 512
  bytes.writeUInt32LE(0xfffffffe, table + 4)
  const opened = unpack(bytes, { formats: [ole], isFlat: true })
  assert.deepEqual(opened.faults, ['damaged large'])
  assert.equal(opened.members[0]?.size, 1024)
  assert.equal(opened.members[1]?.text, 'y')
  assert.deepEqual(unpack(bytes.subarray(0, 600), { formats: [ole] }).faults, ['damaged (directory)'])
})

test('every entry counts as a member', () => {
  const nodes = Array.from({ length: 300 }, (_, at) => ({ name: `${at}` }))
  assert.equal(unpack(cfbOf(nodes), { formats: [ole], limits: { maxMembers: 200 } }).limit, 'members')
})
