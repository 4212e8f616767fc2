import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { findOne, hex, regex } from '../../../test/support/pattern-search.ts'
import { treeShapes } from './compile/tree-shapes.ts'
import { Chains } from './chains.ts'
import { HitList } from './hit-list.ts'

/** Text with parts at their offsets, zeros between them. */
function laid(...parts: readonly (readonly [at: number, part: string])[]): Buffer {
  const bytes = Buffer.alloc(Math.max(...parts.map(([at, part]) => at + part.length)) + 40)
  for (const [at, part] of parts) bytes.write(part, at, 'latin1')
  return bytes
}

describe('joining the parts of a pattern', () => {
  /** Pattern 0 is part 1, a gap of `least` to `most` bytes, part 2. */
  function joined(
    [least, most]: readonly [number, number],
    found: readonly (readonly [part: number, start: number, length: number])[],
    greedy = 0,
  ): string[] {
    const hits = new HitList(3, Uint8Array.of(greedy, 0, 0))
    for (const [part, start, length] of found) hits.add(part, start, length)
    new Chains(Int32Array.from([0, 2, greedy, 1, 2, least, most])).join(hits)
    return Array.from(
      { length: hits.count(0) },
      (_, index) => `${hits.start(0, index)}+${hits.length(0, index)}`,
    )
  }

  it('takes the parts whose distance is in the gap, both ends included', () => {
    for (const [start, expected] of [
      [13, []],
      [14, ['0+18']],
      [20, ['0+24']],
      [21, []],
    ] as const) {
      assert.deepEqual(
        joined(
          [10, 16],
          [
            [1, 0, 4],
            [2, start, 4],
          ],
        ),
        expected,
        `${start}`,
      )
    }
  })

  it('so do greedy ones', () => {
    for (const [start, expected] of [
      [13, []],
      [14, ['0+18']],
      [20, ['0+24']],
      [21, []],
    ] as const) {
      const found = [[1, 0, 4] as const, [2, start, 4] as const]
      assert.deepEqual(joined([10, 16], found, 1), expected, `${start}`)
    }
  })

  it('a gap without an end reaches as far as it goes', () => {
    assert.deepEqual(
      joined(
        [2, -1],
        [
          [1, 5, 3],
          [2, 1_000_000, 4],
        ],
      ),
      ['5+999999'],
    )
    assert.deepEqual(
      joined(
        [2, -1],
        [
          [1, 5, 3],
          [2, 9, 4],
        ],
      ),
      [],
    )
  })

  it('the nearest end counts, for greedy patterns the farthest', () => {
    const found = [
      [1, 0, 2],
      [2, 10, 2],
      [2, 30, 2],
      [2, 50, 2],
      [2, 900, 2],
    ] as const
    assert.deepEqual(joined([0, 100], found), ['0+12'])
    assert.deepEqual(joined([0, 100], found, 1), ['0+52'])
  })

  it('every begin gets its own end', () => {
    const found = [
      [1, 0, 2],
      [1, 100, 2],
      [1, 200, 2],
      [2, 110, 2],
    ] as const
    assert.deepEqual(joined([0, 50], found), ['100+12'])
    assert.deepEqual(joined([0, -1], found), ['0+112', '100+12'])
  })

  it('without one of the parts there is nothing', () => {
    assert.deepEqual(joined([0, 50], [[1, 0, 2]]), [])
    assert.deepEqual(joined([0, 50], [[2, 0, 2]]), [])
  })

  it('of three parts each has to lead on to the end', () => {
    const hits = new HitList(4, new Uint8Array(4))
    const found = [
      [1, 0, 2],
      [2, 10, 2],
      [2, 40, 2],
      [3, 60, 2],
    ] as const
    for (const [part, start, length] of found) hits.add(part, start, length)
    // From the first match of part 2 the third is out of reach.
    new Chains(Int32Array.from([0, 3, 0, 1, 2, 3, 0, 100, 0, 30])).join(hits)
    assert.deepEqual([hits.count(0), hits.start(0, 0), hits.length(0, 0)], [1, 0, 62])
  })
})

describe('patterns with large gaps', () => {
  const bounded = hex('D7 F1 C9 7E [100-500] F7 D1 C3 7E')
  const head = '\xd7\xf1\xc9~'
  const tail = '\xf7\xd1\xc3~'

  it('are cut there', () => {
    const [form] = treeShapes(bounded)
    assert.ok(form !== undefined && !Array.isArray(form))
    assert.equal(form.parts.length, 2)
    assert.equal(form.gaps.length, 1)
  })

  it('are found where the distance fits', () => {
    for (const [distance, expected] of [
      [99, []],
      [100, [`7+108`]],
      [500, [`7+508`]],
      [501, []],
    ] as const) {
      assert.deepEqual(findOne(bounded, laid([7, head], [11 + distance, tail])), expected, `${distance}`)
    }
  })

  it('may be spread over many windows', () => {
    const endless = hex('D7 F1 C9 7E [-] F7 D1 C3 7E')
    assert.deepEqual(findOne(endless, laid([65_534, head], [400_000, tail])), ['65534+334470'])
    assert.deepEqual(findOne(endless, laid([400_000, head], [65_534, tail])), [])
  })

  it('a gap that no object has matches nowhere', () => {
    const bytes = laid([0, head], [500, tail])
    for (const gap of ['2147483648-', '4294967295-', '3000000000-4000000000', '4294967295']) {
      assert.deepEqual(findOne(hex(`D7 F1 C9 7E [${gap}] F7 D1 C3 7E`), bytes), [], gap)
    }
    assert.deepEqual(findOne(hex('D7 F1 C9 7E [0-4294967295] F7 D1 C3 7E'), bytes), ['0+504'])
  })

  it('a greedy expression reaches for the farthest, a lazy one for the nearest', () => {
    const bytes = laid([0, head], [50, tail], [300, tail])
    assert.deepEqual(findOne(regex(String.raw`\xd7\xf1\xc9~.{0,400}\xf7\xd1\xc3~`, { flags: 's' }), bytes), [
      '0+304',
    ])
    assert.deepEqual(findOne(regex(String.raw`\xd7\xf1\xc9~.{0,400}?\xf7\xd1\xc3~`, { flags: 's' }), bytes), [
      '0+54',
    ])
  })

  it('with parts too common to be looked for they are matched in one piece', () => {
    const [form] = treeShapes(hex('00 00 [300-400] D7 F1 C9 7E'))
    assert.ok(Array.isArray(form))
    const found = findOne(hex('00 00 [300-400] D7 F1 C9 7E'), laid([10, '\0\0'], [350, head]))
    assert.deepEqual([found[0], found.at(-1), found.length], ['0+354', '48+306', 49])
  })
})
