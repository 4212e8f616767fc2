import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { randomBytes } from '../../../../test/support/random.ts'
import { kwajOf, szddOf } from '../../../../test/support/seven-zip-writers.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { mslz } from './mslz.ts'

const flat = { formats: [mslz], isFlat: true } as const

/** The name, the content and the faults. */
function opened(bytes: Uint8Array, name = 'object'): unknown[] {
  const { members, faults } = unpack(bytes, { ...flat, name })
  return [members.map(({ chain, text }) => [chain, text]), faults]
}

test('anything that is packed comes out again, by every method', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'abc '), { maxLength: 300 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (content) => {
      const data = Buffer.from(content)
      assert.deepEqual(opened(szddOf(data, 'e', 14)), [[['decoded', content]], []])
      assert.deepEqual(opened(szddOf(data, '', 12)), [[['decoded', content]], []])
      for (const method of ['plain', 'inverted', 'lzss', 'mszip'] as const) {
        assert.deepEqual(opened(kwajOf(data, method)), [[['EICAR.COM', content]], []], method)
      }
    }),
    { numRuns: 30 },
  )
})

test('the last letter of the name comes back', () => {
  const [members] = opened(szddOf(Buffer.from('x'), 'E', 14), 'SETUP.EX_')
  assert.deepEqual(members, [['SETUP.EXE', 'x']])
})

test('damage is told and what can be decoded is read', () => {
  const noise = Buffer.from(randomBytes(300, 1))
  const { members, faults } = unpack(szddOf(noise, 'e', 14).slice(0, 200), flat)
  assert.deepEqual([(members[0]?.size ?? 0) > 150, faults], [true, ['damaged decoded']])
  const block = kwajOf(noise, 'mszip')
  block[30] = 0
  assert.deepEqual(unpack(block, flat).faults[0], 'damaged EICAR.COM')
})

test('a place in the window that was never written holds spaces', () => {
  const bytes = Buffer.from('535a444488f02733416500000000000000', 'hex').subarray(0, 14)
  assert.deepEqual(opened(Buffer.concat([bytes, Buffer.of(0, 0, 0)])), [[['decoded', '   ']], []])
})
