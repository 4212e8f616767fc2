// From patterns to shapes: what of a tree is a fixed run, what stays a tree, and where alternatives are taken apart.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { base64, hex, imageOf, regex, text } from '../../../../test/support/pattern-search.ts'
import type { TreePattern } from '../pattern.ts'
import { MatcherBuilder } from './builder.ts'
import { keyOf } from './key.ts'
import type { Shape } from './shape.ts'
import { textShapes } from './text-shapes.ts'
import { itemsOf, treeOf } from './tree-items.ts'
import { treeShapes } from './tree-shapes.ts'

const shown = ({ run }: Shape): string =>
  run.map(({ value, mask }) => (mask === 0xff ? value.toString(16).padStart(2, '0') : '??')).join(' ')

function shapesOf(pattern: TreePattern): Shape[] {
  return treeShapes(pattern).flatMap((form) => (Array.isArray(form) ? form : []))
}

describe('shapes of texts', () => {
  it('one for each form', () => {
    assert.deepEqual(textShapes(text('ab')).map(shown), ['61 62'])
    assert.deepEqual(textShapes(text('ab', { wide: true })).map(shown), ['61 62', '61 00 62 00'])
    assert.deepEqual(textShapes(text('ab', { ascii: false, wide: true })).map(shown), ['61 00 62 00'])
  })

  it('three for base64, without the characters that depend on the neighbours', () => {
    // In Python: base64.b64encode(b"abc"), (b"\0abc"), (b"\0\0abc").
    const values = textShapes(base64('abc')).map(({ run }) =>
      String.fromCharCode(...run.map(({ value }) => value)),
    )
    assert.deepEqual(values, ['YWJj', 'FiY', 'hYm'])
  })
})

describe('shapes of trees', () => {
  it('the fixed run with the best atom is taken, the rest stays before and after it', () => {
    const [shape, ...others] = shapesOf(regex('[a-z]+~#%@[0-9]*x'))
    assert.equal(others.length, 0)
    assert.ok(shape !== undefined)
    assert.equal(shown(shape), '7e 23 25 40')
    assert.ok(shape.before !== undefined && shape.after !== undefined)
  })

  it('alternatives are taken apart where each of them has a better atom than what is around them', () => {
    const shapes = shapesOf(regex('x(~#%@|@%#~)y'))
    assert.deepEqual(shapes.map(shown), ['78 7e 23 25 40 79', '78 40 25 23 7e 79'])
  })

  it('they stay together beside a good atom', () => {
    const shapes = shapesOf(regex('(ab|cd)~#%@'))
    assert.deepEqual(shapes.map(shown), ['7e 23 25 40'])
  })

  it('never more than 64 of them', () => {
    const many = regex(`(${Array.from({ length: 70 }, (_, index) => `k${index}`).join('|')})[0-9]`)
    assert.ok(shapesOf(many).length <= 64)
    const nested = regex('(a|b)(c|d)(e|f)(g|h)(i|j)(k|l)(m|n)(o|p)')
    assert.ok(shapesOf(nested).length <= 64)
  })

  it('small counts are laid open, large ones are not', () => {
    assert.equal(shapesOf(regex('a{3}~#'))[0]?.run.length, 5)
    assert.equal(shapesOf(regex('a{100}~#%@'))[0]?.run.length, 4)
  })

  it('a row of items is the same tree again', () => {
    for (const pattern of [hex('41 ?? 4? ( 42 | 43 44 ) [2-9] 45'), regex('ab{2,3}(c|d)?[x-z]')]) {
      const items = itemsOf(pattern.tree)
      assert.deepEqual(itemsOf(treeOf(items) ?? pattern.tree), items)
    }
    assert.equal(treeOf([]), undefined)
  })
})

describe('numbers of patterns', () => {
  const use = { profiles: 1, existence: true }

  it('equal patterns share one, patterns that differ in anything do not', () => {
    const patterns = [
      text('abc'),
      text('abcd'),
      text('abc', { nocase: true }),
      text('abc', { wide: true }),
      text('abc', { ascii: false, wide: true }),
      text('abc', { fullword: true }),
      text('abc', { xor: { least: 1, most: 23 } }),
      text('abc', { xor: { least: 12, most: 3 } }),
      base64('abc'),
      base64('abc', { alphabet: `.,${'A'.repeat(62)}` }),
      text('b,abc'),
      hex('61 62 63'),
      regex('abc', { fullword: true }),
      regex('ab?c'),
      regex('ab*c'),
      regex('ab??c'),
      regex('a[bc]d'),
      regex('a(b|c)*d'),
      regex('^abc'),
      regex('abc$'),
      hex('61 [3-] 62'),
    ]
    const builder = new MatcherBuilder()
    assert.deepEqual(
      patterns.map((pattern) => builder.add(pattern, use)),
      patterns.map((_, index) => index),
    )
    assert.deepEqual(
      patterns.map((pattern) => builder.add(structuredClone(pattern), use)),
      patterns.map((_, index) => index),
    )
    assert.equal(builder.count, patterns.length)
    assert.equal(new Set(patterns.map(keyOf)).size, patterns.length)
  })

  it('the parts of a cut pattern have numbers behind all patterns', () => {
    const cut = hex('D7 F1 C9 7E [100-500] F7 D1 C3 7E')
    assert.equal(imageOf([cut, text('abcd')]).bytes('existence').length, 4)
  })

  it('a database without patterns has its tables', () => {
    const image = imageOf([])
    assert.equal(image.bytes('existence').length, 0)
    assert.ok(image.bytes('bitmaps').length > 0)
  })
})
