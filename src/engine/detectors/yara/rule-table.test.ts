import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { compileText } from '../../../../test/support/yara-scan.ts'
import { Image } from '../../image.ts'
import { MatcherBuilder } from '../../matcher/compile/builder.ts'
import { profileOf, profiles } from '../../profiles.ts'
import { compileRules } from './compile-rules.ts'
import { checkRules } from './language/index.ts'
import { ruleField, ruleFlag, ruleWords } from './layout.ts'
import { RuleTable, userTables } from './rule-table.ts'

const tableOf = (rules: string): RuleTable => new RuleTable(compileText(rules))

describe('the description of a rule', () => {
  it('is what was written', () => {
    const table = tableOf(`
      rule first : one two {
        meta: author = "größe \\x00" level = 3 negative = -4 right = true
        strings: $a = "x1" private $b = { 41 42 } $ = /re/
        condition: any of them
      }`)
    assert.equal(table.count, 1)
    assert.deepEqual(table.head(0), {
      name: 'first',
      namespace: 'default',
      tags: ['one', 'two'],
      meta: [
        ['author', 'größe \0'],
        ['level', 3],
        ['negative', -4],
        ['right', true],
      ],
      file: 'default.yar',
      line: 2,
      strings: [
        { identifier: '$a', private: true, line: 4 },
        { identifier: '$b', private: false, line: 4 },
        { identifier: '$', private: false, line: 4 },
      ],
    })
  })

  it('each rule has its own condition and strings; equal strings have one number', () => {
    const table = tableOf(`
      rule a { strings: $x = "xx" $y = "yy" condition: $x and $y }
      rule b { strings: $y = "yy" $z = "zz" $w = "yy" condition: #y > #z and $w }
      rule c { condition: filesize == 7 }`)
    assert.deepEqual([table.patterns(0), table.patterns(1), table.patterns(2)], [[0, 1], [1, 2, 1], []])
    assert.deepEqual([...table.usersOf(0)], [0])
    assert.deepEqual([...new Set(table.usersOf(1))], [0, 1])
    assert.deepEqual([...table.usersOf(2)], [1])
    assert.deepEqual([...table.usersOf(3)], [])
    assert.equal(table.condition(2).op, 'eq')
  })

  it('an image without rules has none', () => {
    assert.equal(new RuleTable(Image.of({})).count, 0)
  })
})

describe('flags and profiles', () => {
  const flagsOf = (rule: string): number => tableOf(rule).flags(0)

  it('private and global are kept', () => {
    const needed = 'strings: $a = "xx" condition: $a'
    assert.equal(flagsOf(`rule r { ${needed} }`), 0)
    assert.equal(flagsOf(`private rule r { ${needed} }`), ruleFlag.private)
    assert.equal(flagsOf(`global rule r { ${needed} }`), ruleFlag.global)
    assert.equal(flagsOf(`private global rule r { ${needed} }`), ruleFlag.private | ruleFlag.global)
  })

  it('a rule that can hold without its strings is looked at always', () => {
    for (const condition of [
      'not $a',
      '$a or filesize > 3',
      '#a < 3',
      'none of them',
      '0 of them',
      '#a == 0',
    ]) {
      assert.equal(
        flagsOf(`rule r { strings: $a = "xx" condition: ${condition} }`),
        ruleFlag.always,
        condition,
      )
    }
    assert.equal(flagsOf('rule r { condition: filesize > 3 }'), ruleFlag.always)
    for (const condition of ['$a', '#a > 0', '@a >= 0', 'any of them', '$a and filesize > 3', '$a at 0']) {
      assert.equal(flagsOf(`rule r { strings: $a = "xx" condition: ${condition} }`), 0, condition)
    }
  })

  it('a rule is looked at on the kinds of objects on which it can match', () => {
    const mask = (condition: string): number =>
      tableOf(`import "pe" rule r { condition: ${condition} }`).profiles(0)
    const bit = (bytes: Uint8Array): number => 1 << profileOf(bytes)
    const all = 2 ** profiles.length - 1
    const [mz, elf, other] = ['MZ', '\x7fELF', 'PK'].map((head) => bit(Buffer.from(head, 'latin1'))) as [
      number,
      number,
      number,
    ]
    assert.equal(mask('filesize > 0'), all)
    assert.equal(mask('uint16(0) == 0x5A4D') & (mz | elf | other), mz)
    assert.equal(mask('uint32(0) == 0x464C457F') & (elf | other), elf)
    assert.equal(mask('uint16(0) != 0x5A4D') & (mz | elf | other), elf | other)
    assert.equal(mask('pe.number_of_sections > 1') & (mz | elf | other), mz)
    const small = bit(new Uint8Array(10))
    const large = bit(new Uint8Array(9_000_000))
    assert.deepEqual([mask('filesize < 1MB') & small, mask('filesize < 1MB') & large], [small, 0])
    assert.deepEqual([mask('filesize > 1MB') & small, mask('filesize > 1MB') & large], [0, large])
  })

  it('for explanations every rule is looked at everywhere, with every match', () => {
    const text = Buffer.from('rule r { strings: $a = "abcd" condition: uint16(0) == 0x5A4D and $a at 0 }')
    const { rules } = checkRules([{ name: 'r', namespace: '', text }], { modules: new Map(), externals: {} })
    const tables = [false, true].map((complete) => {
      const matcher = new MatcherBuilder()
      const image = Image.of({ ...compileRules(rules, matcher, { complete }), ...matcher.build() })
      return { mask: new RuleTable(image).profiles(0), anchors: image.words('anchors').length }
    })
    assert.ok((tables[0]?.mask ?? 0) < (tables[1]?.mask ?? 0))
    assert.equal(tables[1]?.mask, 2 ** profiles.length - 1)
    assert.deepEqual([tables[0]?.anchors, tables[1]?.anchors], [3, 0])
  })
})

describe('users of patterns', () => {
  it('are grouped by pattern, in the order of the rules', () => {
    const rules = new Int32Array(3 * ruleWords)
    for (const [rule, [from, count]] of [
      [0, 2],
      [2, 0],
      [2, 3],
    ].entries()) {
      rules[rule * ruleWords + ruleField.strings] = from ?? 0
      rules[rule * ruleWords + ruleField.stringCount] = count ?? 0
    }
    const { yaraFirstUser, yaraUsers } = userTables(rules, Int32Array.of(3, 1, 1, 0, 3), 4)
    assert.deepEqual([...new Int32Array(yaraFirstUser.buffer)], [0, 1, 3, 3, 5])
    assert.deepEqual([...new Int32Array(yaraUsers.buffer)], [2, 0, 2, 0, 2])
  })
})
