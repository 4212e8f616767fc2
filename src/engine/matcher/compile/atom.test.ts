import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { rangeSet, setOf } from '../regex/byte-set.ts'
import { bestAtom, spellingsOf, xorSpellingsOf } from './atom.ts'
import { costOf, pairCostOf } from './byte-costs.ts'
import { eitherCase, type Element, elementOf, exactly, foldedBytes } from './element.ts'

const runOf = (value: string): Element[] => [...Buffer.from(value, 'latin1')].map((byte) => exactly(byte))
const any = elementOf(rangeSet(0, 255))
const numberOf = (value: string): number => Buffer.from(value.padEnd(4, '\0'), 'latin1').readUInt32LE(0)

describe('elements', () => {
  it('a set that a mask can say has no set, any other has one', () => {
    assert.deepEqual([any.mask, any.value, any.set], [0, 0, undefined])
    const nibble = elementOf(rangeSet(0x40, 0x4f))
    assert.deepEqual([nibble.mask, nibble.value, nibble.set], [0xf0, 0x40, undefined])
    const digits = rangeSet(0x30, 0x39)
    assert.equal(elementOf(digits).set, digits)
    assert.deepEqual([elementOf(digits).mask, elementOf(digits).value], [0xf0, 0x30])
  })

  it('a letter in either case is one mask and one spelling; what is no letter stays as it is', () => {
    for (const byte of [0x41, 0x5a, 0x61, 0x7a]) {
      const element = eitherCase(byte)
      assert.deepEqual([element.mask, element.value, element.spellings], [0xdf, byte & 0xdf, 1])
    }
    for (const byte of [0x40, 0x5b, 0x60, 0x7b, 0x31, 0xe4]) assert.equal(eitherCase(byte), exactly(byte))
  })

  it('of any set: mask and value take each of its bytes, and spellings are its folded bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(255), { minLength: 1, maxLength: 20 }), (bytes) => {
        const element = elementOf(setOf(...bytes))
        for (const byte of bytes) assert.equal(byte & element.mask, element.value)
        const folded = [...new Set(bytes.map((byte) => byte | 0x20))].toSorted((left, right) => left - right)
        assert.deepEqual(
          foldedBytes(element).toSorted((left, right) => left - right),
          folded,
        )
        assert.equal(element.spellings, folded.length)
        assert.ok(element.cost >= 0)
      }),
    )
  })

  it('nothing matches an empty set, and it has no spelling', () => {
    const element = elementOf(setOf())
    assert.equal(element.spellings, 0)
    assert.deepEqual(foldedBytes(element), [])
  })
})

describe('costs', () => {
  it('zero is common, and both cases of a letter cost the same', () => {
    for (const rare of ['~', '\xd7', '\xf1']) assert.ok(costOf(0) < costOf(rare.charCodeAt(0)))
    assert.equal(costOf(0x45), costOf(0x65))
    assert.equal(pairCostOf(0x54, 0x48), pairCostOf(0x74, 0x68))
  })

  it('a pair is at least as rare as its rarer half', () => {
    for (const [left, right] of ['th', 'qz', '\0\0', '  ', 'e~'].map((pair) => Buffer.from(pair))) {
      const [first = 0, second = 0] = [left, right].map(Number)
      // Both are rounded to quarters of a bit.
      assert.ok(pairCostOf(first, second) >= Math.max(costOf(first), costOf(second)) - 2)
    }
  })
})

describe('the choice of an atom', () => {
  it('is a window of four in which the rare bytes are', () => {
    const place = bestAtom(runOf('eeeeeeee\xd7\xf1eeeeeeee'))
    assert.ok(place !== undefined && place.size === 4 && place.at >= 6 && place.at <= 8)
    const common = bestAtom(runOf('eeeeeeee'))
    assert.ok(common === undefined || common.score < place.score)
  })

  it('does not span a wildcard that would need too many spellings', () => {
    const place = bestAtom([...runOf('ab'), any, any, ...runOf('~#%@')])
    assert.deepEqual([place?.at, place?.size], [4, 4])
  })

  it('is shorter where nothing longer is known', () => {
    assert.equal(bestAtom(runOf('~#%'))?.size, 3)
    assert.equal(bestAtom(runOf('~#'))?.size, 2)
    assert.equal(bestAtom(runOf('~')), undefined)
    assert.equal(bestAtom([any, exactly(0x41), any]), undefined)
    assert.equal(bestAtom([]), undefined)
  })

  it('there is none in what is everywhere', () => {
    assert.equal(bestAtom(runOf('\0\0\0\0\0\0')), undefined)
    assert.equal(bestAtom([any, any, any, any]), undefined)
  })

  it('lies inside of the run and can be spelled', () => {
    const element = fc.oneof(
      fc.nat(255).map((byte) => exactly(byte)),
      fc.nat(255).map((byte) => eitherCase(byte)),
      fc.uniqueArray(fc.nat(255), { maxLength: 9 }).map((bytes) => elementOf(setOf(...bytes))),
      fc.constant(any),
    )
    fc.assert(
      fc.property(fc.array(element, { maxLength: 12 }), (run) => {
        const place = bestAtom(run)
        if (place === undefined) return
        assert.ok(place.at >= 0 && place.size >= 2 && place.size <= 4 && place.at + place.size <= run.length)
        const spellings = spellingsOf(run, place)
        assert.ok(spellings.length <= (place.size === 4 ? 128 : 8))
        assert.equal(new Set(spellings).size, spellings.length)
      }),
    )
  })
})

describe('spellings', () => {
  it('are folded and little-endian', () => {
    assert.deepEqual(spellingsOf(runOf('ABCD'), { at: 0, size: 4, score: 0 }), [numberOf('abcd')])
    assert.deepEqual(spellingsOf(runOf('xABCx'), { at: 1, size: 3, score: 0 }), [numberOf('abc')])
    assert.deepEqual(spellingsOf(runOf('A\x01'), { at: 0, size: 2, score: 0 }), [numberOf('a!')])
  })

  it('take every byte of a set once', () => {
    const run = [...runOf('ab'), elementOf(setOf(0x41, 0x61, 0x31, 0x11)), exactly(0x7a)]
    const found = spellingsOf(run, { at: 0, size: 4, score: 0 })
    assert.deepEqual(new Set(found), new Set([numberOf('abaz'), numberOf('ab1z')]))
  })

  it('of an xor text are those of its keys', () => {
    const run = runOf('abcd')
    const spellings = xorSpellingsOf(run, { at: 0, size: 4, score: 0 }, { least: 1, most: 2 })
    assert.deepEqual(new Set(spellings), new Set([numberOf('`cbe'), numberOf('c`af')]))
    // Keys that differ in bit 0x20 only look the same here.
    assert.equal(xorSpellingsOf(run, { at: 0, size: 4, score: 0 }, { least: 0, most: 255 }).length, 128)
  })
})
