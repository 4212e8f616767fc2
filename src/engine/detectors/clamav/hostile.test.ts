// Any bytes: nothing is thrown, and what a file can make us do is bounded.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { hex, load } from './fixture.ts'
import { firstAddress, peFile } from './pe-file.ts'

const engine = load({
  'a.ndb': [
    `A:0:*:${hex('ab')}*${hex('cd')}{1-9}${hex('ef')}`,
    `B:1:EP+0:${hex('abc')}`,
    `C:1:SE0:${hex('abc')}`,
    `D:1:VI:${hex('abc')}`,
    `E:6:SL+0:${hex('abc')}`,
    `F:9:S0+1:${hex('abc')}`,
    `G:3:*:${hex('abc')}`,
    `H:7:EOF-9:(B)${hex('abc')}(W)`,
    `I:0:*:61[1-3]${hex('bcd')}(61|6263)64`,
  ],
  'a.ldb': [
    `J;Engine:81-255,Target:0;0>2&1;${hex('ab')}::iwaf;0/[a-z]+(b|c)*$/g`,
    `K;Engine:81-255,Target:1,NumberOfSections:1-9;0&1;${hex('ab')};0(<<4#il4#>9)`,
  ],
  'a.mdb': `512:${'0'.repeat(32)}:L`,
  'a.imp': `${'0'.repeat(32)}:20:M`,
  'a.fp': `${'0'.repeat(32)}:20:N`,
})

test('any bytes behind any beginning', () => {
  const heads = [
    'MZ',
    '\x7fELF\x02\x01\x01',
    '\xcf\xfa\xed\xfe',
    '\xca\xfe\xba\xbe\0\0\0\x02',
    '<html>',
    'text',
    '\0\x01',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), (head, bytes) => {
      engine.names(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
    }),
    { numRuns: 300 },
  )
})

test('a program with any one field changed, or cut anywhere', () => {
  const program = peFile({
    sections: [Buffer.from('abc'.repeat(99))],
    entryPoint: firstAddress,
    directories: [[2, firstAddress, 99]],
  })
  fc.assert(
    fc.property(fc.nat(0x200), fc.nat(0xffff_ffff), fc.nat(program.length), (at, value, length) => {
      const changed = Buffer.from(program)
      changed.writeUInt32LE(value, at)
      engine.names(changed)
      engine.names(changed.subarray(0, length))
    }),
    { numRuns: 300 },
  )
})

test('a file of nothing but the parts of signatures takes no time', () => {
  for (const piece of ['ab', 'cd', 'abcd', 'abcdef', 'a', '<html>ab', 'ab\0']) {
    const object = Buffer.from(`\0${piece.repeat(1_000_000 / piece.length)}`)
    const started = performance.now()
    engine.names(object)
    assert.ok(performance.now() - started < 5000, piece)
  }
})
