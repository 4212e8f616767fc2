import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { smallProgram } from '../../test/support/signed-program.ts'
import { imageFactsOf } from './image-facts.ts'
import { memorySource } from './source.ts'

test('a program has digests and an import hash, another file digests only', () => {
  const program = smallProgram()
  const facts = imageFactsOf(memorySource(program))
  assert.equal(facts?.hashes.sha256, createHash('sha256').update(program).digest('hex'))
  assert.equal(facts?.importHash, createHash('md5').update('kernel32.exitprocess').digest('hex'))
  const text = imageFactsOf(memorySource(Buffer.from('text')))
  assert.equal(text?.hashes.md5, createHash('md5').update('text').digest('hex'))
  assert.equal(text?.importHash, undefined)
})

test('a file that is too large is left alone', () => {
  assert.equal(imageFactsOf({ size: 2 ** 40, read: () => assert.fail('it was read') }), undefined)
})
