// What every format owes to the scan, asked of each entry of the table. A new format needs a sample, nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formats } from '../../src/engine/formats/index.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'
import { headBytes } from '../../src/engine/scan-object.ts'
import { bytesSource, maxRead } from '../../src/engine/source/byte-source.ts'
import { randomBytes } from '../support/random.ts'
import { eicar, samples } from '../support/samples.ts'
import { unpack } from '../support/unpack.ts'

const objectOf = (bytes: Uint8Array) => ({
  chain: ['object'],
  depth: 0,
  source: bytesSource(bytes),
  head: bytes.slice(0, headBytes),
})
const allSamples = Object.values(samples).flat()

test('ids are unique and lower case', () => {
  const ids = formats.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[a-z0-9-]+$/)
})

for (const format of formats) {
  const own = samples[format.id] ?? []

  test(`${format.id}: has samples, matches them and finds what is in them`, () => {
    assert.ok(own.length > 0)
    for (const bytes of own) {
      assert.ok(format.matches(objectOf(bytes)))
      assert.ok(unpack(bytes, { formats: [format] }).members.some(({ text }) => text === eicar))
    }
  })

  test(`${format.id}: does not match what belongs to others`, () => {
    for (const [id, others] of Object.entries(samples)) {
      if (id === format.id) continue
      for (const bytes of others) assert.equal(format.matches(objectOf(bytes)), false, id)
    }
    for (const bytes of [new Uint8Array(0), new Uint8Array(5000), randomBytes(5000, 1)]) {
      assert.equal(format.matches(objectOf(bytes)), false)
    }
  })

  test(`${format.id}: members() of anything throws nothing`, () => {
    const anything = [
      ...allSamples,
      new Uint8Array(0),
      Uint8Array.of(0x50),
      new Uint8Array(5000),
      randomBytes(9000, 2),
    ]
    for (const bytes of anything) {
      const eager = { ...format, matches: () => true }
      assert.equal(unpack(bytes, { formats: [eager], isFlat: true }).limit, undefined)
    }
  })

  test(`${format.id}: a sample cut off anywhere still ends without an error`, () => {
    for (const bytes of own) {
      for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 8)) {
        unpack(bytes.subarray(0, length), { formats: [format] })
      }
    }
  })

  test(`${format.id}: gives back all the memory it was lent`, () => {
    for (const bytes of own) {
      const { budget } = unpack(bytes, { formats: [format] })
      assert.ok(budget.hold(defaultLimits.maxHeldBytes))
    }
  })

  test(`${format.id}: members can be read in any order and again`, () => {
    for (const bytes of own) {
      unpack(bytes, {
        formats: [format],
        visit({ source }) {
          const whole = source.read(0, maxRead).slice()
          assert.equal(source.size, whole.length)
          for (const at of [source.size - 1, 0, source.size >> 1]) {
            assert.deepEqual(
              Buffer.from(source.read(at, 7)),
              Buffer.from(whole.slice(Math.max(0, at), at + 7)),
            )
          }
          assert.equal(source.read(source.size, 1).length, 0)
        },
      })
    }
  })

  test(`${format.id}: members are readable with no memory to hold them in`, () => {
    for (const bytes of own) {
      const { members } = unpack(bytes, { formats: [format], limits: { maxHeldBytes: 0 } })
      assert.ok(members.some(({ text }) => text === eicar))
    }
  })

  test(`${format.id}: a limit of the budget passes through`, () => {
    for (const bytes of own) {
      assert.equal(unpack(bytes, { formats: [format], limits: { maxMs: 0 } }).limit, 'time')
      assert.equal(unpack(bytes, { formats: [format], limits: { maxMembers: 0 } }).limit, 'members')
    }
  })

  test(`${format.id}: members that nobody reads cost no decoding beyond the limits`, () => {
    for (const bytes of own) {
      const context = { budget: new Budget(defaultLimits), passwords: [], fault: () => {} }
      let count = 0
      for (const { source } of format.members(objectOf(bytes), context)) {
        count++
        source.release?.()
      }
      assert.ok(count > 0)
    }
  })
}
