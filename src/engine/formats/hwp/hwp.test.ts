import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'

import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { hwp3Of, hwpOf, utf16 } from '../../../../test/support/hwp-writer.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import type { Member } from '../format.ts'
import { hwp } from './hwp.ts'

const flat = { formats: [hwp], isFlat: true } as const
const long = 'some text that is compressed. '.repeat(300)

function textOf(result: Unpacked, chain: string): string | undefined {
  return result.members.find((member) => member.chain === chain)?.text
}

function languages(bytes: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = ({ name, language }: Member): void => {
    if (language !== undefined) found[name] = language
  }
  unpack(bytes, { ...flat, visit })
  return found
}

test('body, document information and script are inflated; the script is text as well', () => {
  const script = ['// header 한글', 'function OnDocument_Open() { run(); }', '', '']
  const result = unpack(hwpOf({ text: long, script }), flat)
  assert.deepEqual(result.faults, [])
  assert.ok(textOf(result, 'BodyText/Section0')?.includes(utf16(long).toString('latin1')))
  assert.deepEqual(
    result.members.map(({ chain }) => chain),
    ['DocInfo', 'BodyText/Section0', 'Scripts/DefaultJScript', 'Scripts/DefaultJScript.js'],
  )
  const text = Buffer.from(textOf(result, 'Scripts/DefaultJScript.js') ?? '', 'latin1').toString()
  assert.equal(text, script.slice(0, 2).join('\n'))
  assert.deepEqual(languages(hwpOf({ script })), { 'Scripts/DefaultJScript.js': 'javascript' })
})

test('an ordinary document without compression says nothing and hides nothing', () => {
  const bytes = hwpOf({ flags: 0, text: long, binData: [{ name: 'BIN0001.jpg', data: 'ÿØÿ' }] })
  const result = unpack(bytes, flat)
  assert.deepEqual(result.faults, [])
  assert.deepEqual(
    result.members.map(({ chain }) => chain),
    ['Scripts/DefaultJScript.js'],
  )
})

test('binary data are inflated as their record says', () => {
  const picture = randomBytes(3000, 7)
  const bytes = hwpOf({
    binData: [
      { name: 'BIN0001.dat', data: picture },
      { name: 'BIN0002.dat', data: long, mode: 1 },
      { name: 'BIN0003.jpg', data: picture, mode: 2 },
      { name: 'BIN000A.txt', data: long, mode: 2, stream: deflateRawSync(long) },
    ],
  })
  const result = unpack(bytes, flat)
  assert.deepEqual(result.faults, [])
  assert.equal(textOf(result, 'BinData/BIN0001.dat'), Buffer.from(picture).toString('latin1'))
  assert.equal(textOf(result, 'BinData/BIN0002.dat'), long)
  assert.equal(textOf(result, 'BinData/BIN0003.jpg'), undefined)
  assert.equal(textOf(result, 'BinData/BIN000A.txt'), long)
})

test('PostScript is said to be that, by its content or its name, compressed or not', () => {
  const eps = `%!PS-Adobe-3.0 EPSF-3.0\n${long}`
  const binary = Buffer.concat([Buffer.from('c5d0d3c6', 'hex'), Buffer.alloc(26), Buffer.from(eps)])
  const bytes = hwpOf({
    binData: [
      { name: 'BIN0001.eps', data: eps },
      { name: 'BIN0002.dat', data: eps, mode: 2 },
      { name: 'BIN0003.dat', data: binary },
      { name: 'BIN0004.PS', data: long },
      { name: 'BIN0005.dat', data: long },
    ],
  })
  assert.deepEqual(languages(bytes), {
    'BinData/BIN0001.eps': 'postscript',
    'BinData/BIN0002.dat': 'postscript',
    'BinData/BIN0003.dat': 'postscript',
    'BinData/BIN0004.PS': 'postscript',
    'Scripts/DefaultJScript.js': 'javascript',
  })
})

test('an embedded object is a compound file without the length before it', () => {
  const inner = Buffer.from(cfbOf([{ name: 'inner', data: 'found' }]))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(inner.length)
  const data = Buffer.concat([length, inner])
  for (const mode of [0, 2] as const) {
    const result = unpack(hwpOf({ binData: [{ name: 'BIN0001.OLE', data, mode }] }), flat)
    assert.equal(textOf(result, 'BinData/BIN0001.OLE'), inner.toString('latin1'))
  }
})

test('sections and scripts of a document for distribution are decrypted', () => {
  for (const flags of [4, 5]) {
    const result = unpack(hwpOf({ flags, viewText: long.repeat(40), script: ['', 'hidden', '', ''] }), flat)
    assert.deepEqual(result.faults, [])
    const view = textOf(result, 'ViewText/Section0')
    assert.ok(view?.startsWith(utf16(long.repeat(40)).toString('latin1')))
    assert.ok(textOf(result, 'Scripts/DefaultJScript.js')?.startsWith('hidden'))
  }
})

test('a locked document is said to be, and why', () => {
  for (const flags of [3, 0x11, 0x101, 0x401]) {
    assert.deepEqual(unpack(hwpOf({ flags }), flat).faults, ['encrypted (document)'])
  }
})

test('streams that do not inflate are damaged, pictures where none are expected are not', () => {
  const broken = unpack(hwpOf({ bodyStream: Buffer.from('\xff\xff\xff\xff', 'latin1') }), flat)
  assert.deepEqual(broken.faults, ['damaged BodyText/Section0'])
  const cut = unpack(hwpOf({ bodyStream: deflateRawSync(long).subarray(0, 50) }), flat)
  assert.deepEqual(cut.faults, ['damaged BodyText/Section0'])
  for (const magic of ['ffd8ffe0', '89504e47', '424d0000', 'd7cdc69a', '49492a00']) {
    const picture = Buffer.concat([Buffer.from(magic, 'hex'), randomBytes(500, 3)])
    const plain = unpack(hwpOf({ binData: [{ name: 'BIN0001.jpg', data: '', stream: picture }] }), flat)
    assert.deepEqual(plain.faults, [], magic)
  }
  const noise = Buffer.from('ffff0011223344', 'hex')
  const odd = unpack(hwpOf({ binData: [{ name: 'BIN0001.dat', data: '', stream: noise }] }), flat)
  assert.deepEqual(odd.faults, ['damaged BinData/BIN0001.dat'])
})

test('the body of HWP 3.0 is inflated, and what follows it is an object', () => {
  const result = unpack(Buffer.concat([hwp3Of(long), Buffer.from('appended')]), flat)
  assert.deepEqual([result.faults, result.members.map(({ text }) => text)], [[], [long, 'appended']])
  assert.deepEqual(unpack(hwp3Of(long, { isStored: true }), flat).faults, [])
  assert.deepEqual(unpack(hwp3Of(long, { isLocked: true }), flat).faults, ['encrypted body'])
  assert.deepEqual(unpack(hwp3Of(long).subarray(0, 100), flat).faults, ['damaged body'])
  assert.deepEqual(unpack(hwp3Of(long, { body: Buffer.from('\xff\xff', 'latin1') }), flat).faults, [
    'damaged body',
  ])
})

test('other compound files are none', () => {
  for (const bytes of [
    cfbOf([{ name: 'FileHeader', data: 'something else' }]),
    cfbOf([{ name: 'x', data: 'y' }]),
  ]) {
    assert.deepEqual(unpack(bytes, flat).members, [])
  }
})
