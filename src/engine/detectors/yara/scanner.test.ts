import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { compileText, scanWith } from '../../../../test/support/yara-scan.ts'
import { Budget, defaultLimits, LimitReached } from '../../limits.ts'

const match = (rules: Parameters<typeof compileText>[0], bytes: Uint8Array | string): string[] =>
  scanWith(compileText(rules)).match(bytes)

describe('rules that match', () => {
  it('come in the order in which they were written, each once', () => {
    const rules = `
      rule c { strings: $a = "one" $b = "two" condition: any of them }
      rule a { condition: filesize > 2 }
      rule b { strings: $a = "two" $b = "two" condition: $a or $b }`
    assert.deepEqual(match(rules, 'two one'), ['c', 'a', 'b'])
    assert.deepEqual(match(rules, 'xyz'), ['a'])
    assert.deepEqual(match(rules, ''), [])
  })

  it('may need no string at all, or that there is none', () => {
    const rules = `
      rule without { strings: $a = "evil" condition: not $a }
      rule empty { condition: filesize == 0 }
      rule fewer { strings: $a = "evil" condition: #a < 2 }
      rule none_of { strings: $a = "evil" $b = "bad" condition: none of them }`
    assert.deepEqual(match(rules, ''), ['without', 'empty', 'fewer', 'none_of'])
    assert.deepEqual(match(rules, 'evil'), ['fewer'])
    assert.deepEqual(match(rules, 'evil evil'), [])
  })

  it('are found by strings that have no atom as well', () => {
    for (const [string, hit, miss] of [
      ['"~"', 'x~x', 'xxx'],
      ['{ ?? 41 ?? }', 'xAx', 'Axx'],
      ['/[a-f][0-9]/', 'xa1', 'xyz'],
      ['/[0-9]{2,}/ wide', '1\x002\x00', '12'],
      ['"~" xor(1-3)', '|', '~'],
      ['{ 00 00 00 00 }', '\0\0\0\0', '\0\0\0'],
    ] as const) {
      const scan = scanWith(compileText(`rule r { strings: $a = ${string} condition: $a }`))
      assert.deepEqual([scan.match(hit), scan.match(miss), scan.match(hit)], [['r'], [], ['r']], string)
    }
  })

  it('are those for the object’s kind and size', () => {
    const rules = `
      rule executable { strings: $a = "mark" condition: uint16(0) == 0x5A4D and $a }
      rule elf { strings: $a = "mark" condition: uint32(0) == 0x464C457F and $a }
      rule small { strings: $a = "mark" condition: filesize < 100KB and $a }
      rule large { strings: $a = "mark" condition: filesize > 600KB and $a }
      rule every { strings: $a = "mark" condition: $a }`
    const image = compileText(rules)
    const scan = scanWith(image)
    assert.deepEqual(scan.match('MZ mark'), ['executable', 'small', 'every'])
    assert.deepEqual(scan.match('\x7fELF mark'), ['elf', 'small', 'every'])
    assert.deepEqual(scan.match(Buffer.concat([Buffer.alloc(700_000), Buffer.from('mark')])), [
      'large',
      'every',
    ])
    assert.deepEqual(scan.match(Buffer.concat([Buffer.from('mark'), Buffer.alloc(300_000)])), ['every'])
  })

  it('do not depend on what was scanned before', () => {
    const image = compileText(`
      private rule base { strings: $a = "base" condition: $a }
      rule uses { condition: base }
      rule once { strings: $a = "once" condition: $a }`)
    const scan = scanWith(image)
    const samples = ['base', 'once', 'base once', '', 'once once', 'neither', 'MZ base']
    const alone = samples.map((sample) => scanWith(image).match(sample))
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(
        samples.map((sample) => scan.match(sample)),
        alone,
      )
      assert.deepEqual(
        samples.toReversed().map((sample) => scan.match(sample)),
        alone.toReversed(),
      )
    }
  })
})

describe('rules about rules', () => {
  it('private rules count and are not told', () => {
    const rules = 'private rule hidden { condition: filesize > 1 } rule shown { condition: hidden }'
    assert.deepEqual(match(rules, 'xx'), ['shown'])
    assert.deepEqual(match(rules, 'x'), [])
  })

  it('a rule may be asked about on objects on which it cannot match', () => {
    const rules = `
      rule executable { strings: $a = "mark" condition: uint16(0) == 0x5A4D and $a }
      rule other { condition: not executable }
      rule either { condition: executable or filesize == 4 }`
    assert.deepEqual(match(rules, 'MZ mark'), ['executable', 'either'])
    assert.deepEqual(match(rules, 'mark'), ['other', 'either'])
  })

  it('a global rule that does not hold shuts its namespace, and only that', () => {
    const rules = [
      { namespace: 'one', text: 'global rule gate { condition: filesize > 3 } rule a { condition: true }' },
      { namespace: 'two', text: 'rule b { condition: filesize > 0 }' },
      {
        namespace: 'three',
        text: 'rule c { condition: true } global private rule shut { strings: $a = "k" condition: $a }',
      },
    ]
    assert.deepEqual(match(rules, 'xx'), ['b'])
    assert.deepEqual(match(rules, 'xxkx'), ['gate', 'a', 'b', 'c'])
    assert.deepEqual(match(rules, 'xxxx'), ['gate', 'a', 'b'])
  })

  it('rules of one name live in namespaces of their own', () => {
    const rules = [
      { namespace: 'one', text: 'rule same { condition: filesize == 1 }' },
      { namespace: 'two', text: 'rule same { condition: filesize == 2 } rule asks { condition: same }' },
    ]
    assert.deepEqual(match(rules, 'x'), ['same'])
    assert.deepEqual(match(rules, 'xx'), ['same', 'asks'])
  })
})

describe('limits of time', () => {
  const rules = `
    rule quick { strings: $a = "evil" condition: $a }
    rule slow { strings: $a = "evil" condition: $a and for all i in (0..2000000000) : (i >= 0) }`

  it('what was found before the time is up is told before it is', () => {
    const budget = new Budget({ ...defaultLimits, maxMs: 300 })
    const found: string[] = []
    assert.throws(() => {
      for (const name of scanWith(compileText(rules)).each('evil '.repeat(50_000), { budget }))
        found.push(name)
    }, LimitReached)
    assert.deepEqual(found, ['quick'])
  })

  it('a scan that ran out of time leaves nothing behind for the next one', () => {
    const scan = scanWith(compileText(rules))
    for (let round = 0; round < 2; round++) {
      const budget = new Budget({ ...defaultLimits, maxMs: 30 })
      assert.throws(() => scan.match('evil '.repeat(50_000), { budget }), LimitReached)
      assert.deepEqual(scan.match('no'), [])
    }
  })
})

describe('surroundings', () => {
  it('external variables have the value of the scan', () => {
    const scan = scanWith(compileText('rule r { condition: own > 3 and filename == "a" }', { own: 1 }))
    assert.deepEqual(scan.match('', { variables: { own: 4, filename: 'a' } }), ['r'])
    assert.deepEqual(scan.match('', { variables: { own: 3, filename: 'a' } }), [])
  })

  it('a variable without a value is undefined, which is false', () => {
    const scan = scanWith(
      compileText('rule r { condition: own > 3 } rule s { condition: not defined own }', { own: 1 }),
    )
    assert.deepEqual(scan.match(''), ['s'])
  })

  it('the entry point is that of the executable', () => {
    const scan = scanWith(compileText('rule r { condition: defined entrypoint }'))
    assert.deepEqual(scan.match('MZ'), [])
    assert.deepEqual(scan.match(''), [])
  })
})
