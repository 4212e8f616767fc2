import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { oneNoteOf } from '../../../../test/support/onenote-writer.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { onenote } from './onenote.ts'

const flat = { formats: [onenote], isFlat: true } as const

test('embedded files have the names of their nodes, or else their extensions, or else a number', () => {
  const bytes = oneNoteOf([
    { name: 'Invoice.hta', extension: '.hta', data: 'first' },
    { extension: '.cmd', data: 'second' },
    { data: '' },
    { name: 'Überweisung 송장.lnk', extension: '.lnk', data: 'fourth' },
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual(listed(result), [
    'Invoice.hta=first',
    'file 2.cmd=second',
    'file 3=',
    'Überweisung 송장.lnk=fourth',
  ])
  assert.deepEqual(result.faults, [])
})

test('a length beyond the end gives what is there and is said', () => {
  const result = unpack(oneNoteOf([{ data: 'content', claimedSize: 2 ** 40 }]), flat)
  assert.deepEqual(result.faults, ['damaged file 1'])
  assert.ok(result.members[0]?.text.startsWith('content'))
})

test('data behind a lie about their length are found', () => {
  const bytes = oneNoteOf([{ data: 'one', claimedSize: 2 ** 33 }, { data: 'two' }])
  assert.equal(unpack(bytes, flat).members[1]?.text, 'two')
})

test('a file that is stored in packages is said not to be read', () => {
  const bytes = oneNoteOf([], '638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7')
  assert.deepEqual(unpack(bytes, flat).faults, ['unsupported-method (packages)'])
})

checkFormat(onenote, {
  files: [oneNoteOf([{ name: 'eicar.com', data: eicar }])],
  contains: eicar,
  others: samples,
})
