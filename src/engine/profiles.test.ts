import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { profileCount } from './matcher/layout.ts'
import { profileOf, profiles } from './profiles.ts'

const heads = { executable: 'MZ', elf: '\x7fELF', other: 'PK' }

function sized(head: string, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  bytes.write(head, 'latin1')
  return bytes
}

test('there are no more profiles than the tables have bits for', () => {
  assert.ok(profiles.length <= profileCount)
})

test('the kind goes by the first bytes', () => {
  const numbers = Object.values(heads).map((head) => profileOf(sized(head, 100)))
  assert.equal(new Set(numbers).size, 3)
  for (const [name, text] of [
    ['nothing', ''],
    ['half of a magic', 'M'],
    ['the magic turned round', 'ZM'],
    ['the magic later on', ' MZ'],
    ['most of the other magic', '\x7fEL'],
  ] as const) {
    assert.equal(profileOf(Buffer.from(text, 'latin1')), profileOf(sized('PK', 10)), name)
  }
})

test('every size has a class, and the classes meet', () => {
  for (const head of Object.values(heads)) {
    const numbers = [
      100,
      100 * 1024,
      100 * 1024 + 1,
      512 * 1024,
      512 * 1024 + 1,
      2 * 1024 ** 2,
      2 * 1024 ** 2 + 1,
    ]
    const classes = numbers.map((size) => profileOf(sized(head, size)) % 5)
    assert.deepEqual(classes, [0, 0, 1, 1, 2, 2, 3])
    assert.equal(profileOf(sized(head, 8 * 1024 ** 2 + 1)) % 5, 4)
  }
})

test('what a profile says is true of every object that has it', () => {
  const start = fc.constantFrom('', 'M', 'MZ', '\x7fELF', '\x7fEL', 'PK', '\0')
  fc.assert(
    fc.property(start, fc.constantFrom(0, 1, 3, 4, 102_399, 102_400, 102_401, 524_289), (head, length) => {
      const bytes = sized(head, length)
      const profile = profiles[profileOf(bytes)]
      assert.ok(profile !== undefined)
      assert.ok(bytes.length >= profile.size.least && bytes.length <= profile.size.most)
      const begins = (magic: Uint8Array): boolean =>
        Buffer.compare(bytes.subarray(0, magic.length), magic) === 0
      if (profile.head !== undefined) assert.ok(begins(profile.head))
      for (const magic of profile.headNot ?? []) assert.ok(!begins(magic))
    }),
  )
})
