import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { base64 } from './base64.ts'

const encoded = Buffer.from(eicar).toString('base64')

checkFormat(base64, {
  files: [
    Buffer.from(encoded),
    Buffer.from(`a = "${encoded}"\n`),
    Buffer.from(`\ufeffa = "${encoded}"`, 'utf16le'),
  ],
  contains: eicar,
  others: samples,
})

test('a text that decodes to plain text is one only as a whole', () => {
  const text = Buffer.from('An ordinary sentence that is long enough to be one blob.\n').toString('base64')
  assert.equal(unpack(Buffer.from(`${text}\n`), { formats: [base64] }).members.length, 1)
  assert.equal(unpack(Buffer.from(`a = "${text}"\n`), { formats: [base64] }).members.length, 0)
})

test('words and letters alone are none', () => {
  for (const text of ['word\n'.repeat(100), 'a'.repeat(500), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.repeat(9)]) {
    assert.deepEqual(unpack(Buffer.from(text), { formats: [base64] }).members, [])
  }
})

test('more candidates than are counted without a budget do not hide a blob', () => {
  const text = `${'"TVqQ", x\n'.repeat(20_000)}"${encoded}"`
  const result = unpack(Buffer.from(text), { formats: [base64], isFlat: true })
  assert.deepEqual(
    listed(result).map((line) => line.split('=', 1)[0]),
    ['base64 at 200001'],
  )
})
