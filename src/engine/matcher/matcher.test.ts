import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import {
  anywhere,
  everyProfile,
  find,
  findOne,
  hex,
  imageOf,
  placesOf,
  regex,
  run,
  text,
} from '../../../test/support/pattern-search.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { Budget, defaultLimits, LimitReached } from '../limits.ts'
import { Matcher } from './matcher.ts'

/** What the first pass gets at a time; see kernel/job.ts. */
const windowBytes = 65_536

/** Full stops with texts written into them. */
function paper(length: number, ...marks: readonly (readonly [at: number, mark: string])[]): Buffer {
  const bytes = Buffer.alloc(length, '.')
  for (const [at, mark] of marks) bytes.write(mark, at, 'latin1')
  return bytes
}

describe('windows of the first pass', () => {
  const needle = 'Needle-In-The-Hay'

  it('a text is found at every place around the border of two windows', () => {
    const matcher = new Matcher(imageOf([text(needle)]))
    for (let at = windowBytes - needle.length - 2; at <= windowBytes + 2; at++) {
      const hits = run(matcher, paper(2 * windowBytes, [at, needle]))
      assert.deepEqual(placesOf(hits, 0), [`${at}+${needle.length}`])
    }
  })

  it('a text is found at the first byte, at the very end and when it is all there is', () => {
    for (const size of [needle.length, 100, windowBytes - 1, windowBytes, windowBytes + 1, 3 * windowBytes]) {
      const end = size - needle.length
      const expected = end === 0 ? ['0+17'] : ['0+17', `${end}+17`]
      assert.deepEqual(findOne(text(needle), paper(size, [0, needle], [end, needle])), expected)
    }
  })

  it('a text that is cut off by the end of the object is not found, also when zeros would follow', () => {
    assert.deepEqual(findOne(text('rare\0\0\0'), 'some rare\0\0'), [])
    assert.deepEqual(findOne(text('Needle'), paper(windowBytes, [windowBytes - 5, 'Needl'])), [])
    assert.deepEqual(findOne(text('\0\0rare'), '\0rare'), [])
  })

  for (const [name, pattern, mark] of [
    ['four bytes', text('~@#%'), '~@#%'],
    ['three bytes', text('~@#'), '~@#'],
    ['two bytes', text('~@'), '~@'],
    ['one byte', text('~'), '~'],
    ['four masked bytes', hex('7E 4? 23 25'), '~@#%'],
    ['a long run with its rare bytes at the end', text(`${'e'.repeat(40)}~@#%`), `${'e'.repeat(40)}~@#%`],
    ['a long run with its rare bytes at the begin', text(`~@#%${'e'.repeat(40)}`), `~@#%${'e'.repeat(40)}`],
  ] as const) {
    it(`${name}: found at, before and after the border of two windows and at both ends`, () => {
      const size = 2 * windowBytes + 3
      const matcher = new Matcher(imageOf([pattern]))
      for (const at of [0, windowBytes - mark.length, windowBytes - 1, windowBytes, size - mark.length]) {
        assert.deepEqual(placesOf(run(matcher, paper(size, [at, mark])), 0), [`${at}+${mark.length}`])
      }
    })
  }

  it('what stands before and after the fixed part may lie in the windows beside', () => {
    const pattern = regex('[a-f]{3,90}Middle![0-9]{2,90}')
    const mark = `${'abcdef'.repeat(15)}Middle!${'0123456789'.repeat(9)}`
    const at = windowBytes - 93
    const found = findOne(pattern, paper(2 * windowBytes, [at, mark]))
    assert.equal(found.length, 88)
    assert.equal(found[0], `${at}+187`)
    assert.equal(found.at(-1), `${at + 87}+100`)
  })

  it('the last bytes of an object whose length is no multiple of four are looked at once', () => {
    for (let length = 1; length <= 40; length++) {
      const bytes = Buffer.alloc(length, 'ab')
      const count = Math.max(0, Math.ceil((length - 1) / 2))
      assert.equal(findOne(text('ab'), bytes).length, count, `${length}`)
    }
  })

  it('an empty object has no match', () => {
    assert.deepEqual(find([text('a'), text('abcd'), regex('[a-z]+'), hex('?? ??')], ''), [[], [], [], []])
  })
})

describe('more candidates than there is room for', () => {
  const bytes = Buffer.alloc(3 * windowBytes + 5, 'abcd')

  it('every one of many thousand matches in one window is found', () => {
    const found = findOne(text('abcd'), bytes)
    assert.equal(found.length, Math.floor(bytes.length / 4))
    assert.deepEqual(found.slice(0, 3), ['0+4', '4+4', '8+4'])
    assert.equal(found.at(-1), `${(found.length - 1) * 4}+4`)
  })

  it('many patterns with one atom are all found at each place', () => {
    const marks = Array.from({ length: 300 }, (_, index) => `Q#~Z${String(index).padStart(3, '0')}`)
    const places = [0, 5000, windowBytes - 3, windowBytes + 5000]
    const data = paper(
      2 * windowBytes,
      ...marks.flatMap((mark, index) => places.map((at): [number, string] => [at + index * 8, mark])),
    )
    const patterns = marks.map((mark) => text(mark))
    for (const [index, found] of find(patterns, data).entries()) {
      const expected = places.map((at) => `${at + index * 8}+7`)
      assert.deepEqual(found, expected, `pattern ${index}`)
    }
  })

  it('more shapes on one atom than there is room for are all looked at', { timeout: 30_000 }, () => {
    // The first eight bytes are the same: each place of the atom is a candidate of every pattern.
    const numbers = Array.from({ length: 9000 }, (_, index) => String(index).padStart(5, '0'))
    const patterns = numbers.map((number) => text(`Q#~Z~#QZ${number}`))
    const marks = ([at, number]: readonly [number, string]): [number, string] => [at, `Q#~Z~#QZ${number}`]
    const places = [
      [10, '00000'],
      [4090, '08999'],
      [4200, '08192'],
      [8900, '00001'],
    ] as const
    const found = find(patterns, paper(9000, ...places.map(marks)))
    for (const [at, number] of places) assert.deepEqual(found[Number(number)], [`${at}+13`])
    assert.equal(found.flat().length, places.length)
  })

  it('a text of one byte a million and more times is counted up to a million', () => {
    const matcher = new Matcher(imageOf([text('~#')]))
    const hits = run(matcher, Buffer.alloc(2_100_000, '~#'))
    assert.equal(hits.count(0), 1_000_000)
    assert.equal(hits.start(0, 999_999), 1_999_998)
  })
})

describe('how patterns are used', () => {
  const profile = (bit: number): number => 1 << bit

  it('where one match is enough the first is the only one, unless all are asked for', () => {
    const wanted = [{ pattern: text('once'), use: { profiles: everyProfile, existence: true } }]
    const bytes = paper(3 * windowBytes, [50, 'once'], [60, 'once'], [windowBytes + 9, 'once'])
    assert.deepEqual(find(wanted, bytes, { all: false }), [['50+4']])
    assert.deepEqual(find(wanted, bytes), [['50+4', '60+4', `${windowBytes + 9}+4`]])
  })

  it('a run that needs one match leaves nothing behind for the next run', () => {
    const matcher = new Matcher(
      imageOf([{ pattern: text('once'), use: { profiles: everyProfile, existence: true } }]),
    )
    const first = Buffer.from('here once')
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(placesOf(run(matcher, first, { all: false }), 0), ['5+4'])
      assert.deepEqual(placesOf(run(matcher, Buffer.from('nothing'), { all: false }), 0), [])
    }
  })

  it('a fullword match that is none does not count as the one that is enough', () => {
    const pattern = text('word', { fullword: true })
    const wanted = [{ pattern, use: { profiles: everyProfile, existence: true } }]
    assert.deepEqual(find(wanted, 'swords word', { all: false }), [['7+4']])
  })

  it('a pattern is looked for only on its profiles', () => {
    const patterns = [text('plain'), hex('?? 41 ??'), text('anchored')]
    const uses = [{}, {}, { anchors: [0] }]
    const wanted = patterns.map((pattern, index) => ({
      pattern,
      use: { profiles: profile(3), existence: false, ...uses[index] },
    }))
    const bytes = 'anchored plain xAx'
    assert.deepEqual(find(wanted, bytes, { profile: 3 }), [['9+5'], ['15+3'], ['0+8']])
    for (const other of [0, 2, 4, 15]) assert.deepEqual(find(wanted, bytes, { profile: other }), [[], [], []])
  })

  it('a text wanted at some offsets is found there and looked for nowhere else', () => {
    const use = { profiles: everyProfile, existence: false, anchors: [0, 9, 100, -4, 2 ** 33] }
    const bytes = 'mark mark mark'
    assert.deepEqual(find([{ pattern: text('mark'), use }], bytes), [['0+4']])
    assert.deepEqual(find([{ pattern: text('ark '), use }], ` ${'.'.repeat(8)}ark ark `), [['9+4']])
    assert.deepEqual(find([{ pattern: regex('[a-z]{4}'), use }], bytes), [['0+4']])
    assert.deepEqual(find([{ pattern: text('m'), use }], bytes), [['0+1']])
  })

  it('at an offset that the text does not reach nothing is found', () => {
    const use = { profiles: everyProfile, existence: false, anchors: [11, 14, 15] }
    assert.deepEqual(find([{ pattern: text('mark'), use }], 'mark mark mark'), [[]])
  })

  it('patterns that are added twice have one number, and what both users want is found', () => {
    const image = imageOf([
      { pattern: text('shared'), use: { profiles: profile(0), existence: true, anchors: [0] } },
      { pattern: text('shared'), use: { profiles: profile(1), existence: false } },
    ])
    assert.equal(image.bytes('existence').length, 1)
    const hits = run(new Matcher(image), Buffer.from('a shared shared'), { profile: 0, all: false })
    assert.deepEqual(placesOf(hits, 0), ['2+6', '9+6'])
  })

  it('a pattern without an atom is searched for when somebody asks, and is named until then', () => {
    const matcher = new Matcher(imageOf([hex('?? 41 ??'), text('other')]))
    const hits = run(matcher, Buffer.from('xAx'))
    assert.deepEqual([...hits.touched], [])
    assert.deepEqual([...hits.postponed], [0])
    assert.ok(hits.has(0))
    assert.equal(hits.length(0, 0), 3)
    assert.deepEqual([...hits.touched], [0])
    assert.deepEqual([...run(matcher, Buffer.from('xAx')).touched], [])
  })
})

describe('limits of time', () => {
  const spent = (): Budget => new Budget({ ...defaultLimits, maxMs: 0 })

  it('a run with no time left ends after its first window', () => {
    const matcher = new Matcher(imageOf([text('abcd')]))
    assert.throws(
      () => run(matcher, Buffer.alloc(10 * windowBytes, 'abcd'), { budget: spent() }),
      (error) => error instanceof LimitReached && error.code === 'time',
    )
    assert.deepEqual(placesOf(run(matcher, Buffer.from('xabcd')), 0), ['1+4'], 'and the next one is whole')
  })

  for (const [name, pattern] of [
    ['an expression without an atom', regex('[a-z]{2,40}[0-9]')],
    ['a key for one byte', text('a', { xor: { least: 1, most: 3 } })],
  ] as const) {
    it(`${name}: a search that is asked for late is held to the time as well`, () => {
      const budget = new Budget({ ...defaultLimits, maxMs: 400 })
      const matcher = new Matcher(imageOf([pattern]))
      const hits = run(matcher, Buffer.alloc(6_000_000, 'abc1'), { budget })
      while (budget.elapsedMs < 400);
      assert.throws(() => hits.count(0), LimitReached)
      assert.equal(run(matcher, Buffer.from('short')).count(0), 0)
    })
  }
})

describe('several matchers on one image', () => {
  it('take turns without disturbing each other', () => {
    const image = imageOf([
      { pattern: text('first'), use: { profiles: everyProfile, existence: true } },
      { pattern: text('second'), use: anywhere },
    ])
    const matchers = Array.from({ length: 5 }, () => new Matcher(image))
    for (const [index, matcher] of matchers.entries()) {
      const bytes = paper(70_000, [index * 10, 'first'], [66_000 + index, 'second'])
      const hits = run(matcher, bytes, { all: false })
      assert.deepEqual([placesOf(hits, 0), placesOf(hits, 1)], [[`${index * 10}+5`], [`${66_000 + index}+6`]])
    }
    for (const matcher of matchers)
      assert.equal(run(matcher, Buffer.from('none'), { all: false }).touched.length, 0)
  })

  it('the same bytes give the same matches on every matcher and in every round', () => {
    const image = imageOf([regex('[0-9a-f]{2}Z'), text('ZZ'), hex('5A ?? 5A'), text('Z\0')])
    const bytes = randomBytes(300_000, 5).map((byte) => [0x5a, 0x30, 0x61, 0x00][byte & 3] ?? 0)
    const answers = [new Matcher(image), new Matcher(image)].flatMap((matcher) =>
      [1, 2].map(() => {
        const hits = run(matcher, bytes)
        return JSON.stringify([0, 1, 2, 3].map((pattern) => placesOf(hits, pattern)))
      }),
    )
    assert.ok((answers[0]?.length ?? 0) > 100_000)
    assert.equal(new Set(answers).size, 1)
  })
})
