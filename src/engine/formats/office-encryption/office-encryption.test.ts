import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { goldenSamples } from '../../../../test/support/golden.ts'
import { agileEncrypted } from '../../../../test/support/office-encryption-writer.ts'
import { unpack, type Unpacked } from '../../../../test/support/unpack.ts'
import { officeEncryption } from './office-encryption.ts'

const plain = Buffer.from('An OOXML package, longer than one segment. '.repeat(300))

function open(bytes: Uint8Array, passwords: readonly string[] = []): Unpacked {
  return unpack(bytes, { formats: [officeEncryption], isFlat: true, passwords })
}

test('agile encryption opens with a given password, over many segments', () => {
  const { members, faults } = open(agileEncrypted(plain, { password: 'ключ' }), ['wrong', 'ключ'])
  assert.deepEqual(faults, [])
  assert.equal(members[0]?.chain, 'package')
  assert.equal(members[0].text, plain.toString())
})

test('the password that Excel tries by itself is tried', () => {
  assert.equal(open(agileEncrypted(plain, { password: 'VelvetSweatshop' })).members.length, 1)
})

test('standard encryption as LibreOffice writes it opens', () => {
  const sample = goldenSamples('office-encryption').find(({ title }) =>
    title.startsWith('standard, with a given'),
  )
  assert.ok(sample !== undefined)
  const { members } = open(sample.bytes, ['secret'])
  assert.ok(members[0]?.text.startsWith('PK\u0003\u0004'))
  assert.deepEqual(open(sample.bytes, ['Secret']).faults, ['encrypted EncryptedPackage'])
})

test('without the password it is said so, and nothing is given', () => {
  const { members, faults } = open(agileEncrypted(plain, { password: 'secret' }), ['wrong'])
  assert.deepEqual([members, faults], [[], ['encrypted EncryptedPackage']])
})

test('a description that cannot be understood is said, whatever it claims', () => {
  for (const info of [
    '',
    'nothing',
    '\u0004\0\u0003\0',
    '\u0004\0\u0004\0\0\0\0\0<encryption/>',
    `\u0004\0\u0002\0${'\u00ff'.repeat(60)}`,
  ]) {
    const bytes = cfbOf([
      { name: 'EncryptedPackage', data: 'x'.repeat(50) },
      { name: 'EncryptionInfo', data: info },
    ])
    assert.deepEqual(open(bytes).faults, ['encrypted EncryptedPackage'])
  }
})

test('a number of rounds that would take minutes is refused', () => {
  const bytes = Buffer.from(agileEncrypted(plain, { password: 'secret', spins: 1000 }))
  const at = bytes.indexOf('spinCount="1000"')
  const lying = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from('spinCount="9e99"'),
    bytes.subarray(at + 16),
  ])
  assert.deepEqual(open(lying, ['secret']).faults, ['encrypted EncryptedPackage'])
})

test('a package cut in the middle of a block gives the whole blocks', () => {
  const bytes = Buffer.from(agileEncrypted(plain, { password: 'secret' }))
  const { members } = open(bytes.subarray(0, 5000), ['secret'])
  assert.ok(members.every(({ text }) => plain.toString().startsWith(text)))
})
