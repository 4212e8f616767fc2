import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Node } from '../condition/node.ts'
import { checkRules } from './index.ts'
import { acceptedConditions, rejectedConditions } from './sample-conditions.ts'
import { sampleModules } from './sample-modules.ts'

const prelude = `import "pe" import "math" import "hash"
rule first { condition: filesize > 1 }
rule second { condition: filesize > 2 }
rule third_ { condition: filesize > 2 }
rule r {
  strings: $a = "abc" $b = "abd" $b2 = "abf" $ = "xyz" $ = "uvw" $_c = "abe"
  condition:`

function check(condition: string): ReturnType<typeof checkRules> {
  const text = new TextEncoder().encode(`${prelude} ${condition}\n}`)
  const externals = { filename: 'text', count: 'int', ratio: 'float', flag: 'bool' } as const
  return checkRules([{ name: 'r.yar', text, namespace: '' }], { modules: sampleModules, externals })
}

function codes(condition: string, severity: 'error' | 'warning'): string[] {
  const { problems } = check(condition)
  return problems.filter((problem) => problem.severity === severity).map(({ code }) => code)
}

/** What the condition becomes; the strings are used besides. */
function nodeOf(condition: string): Node {
  const { rules, problems } = check(`all of them and ${condition}`)
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  const whole = rules.at(-1)?.condition
  assert.ok(whole?.op === 'and' && whole.items.length === 2, 'the condition was not folded away')
  return whole.items[1]!
}

const int = (value: number | string): Node => ({ op: 'const', type: 'int', value })
const filesize: Node = { op: 'filesize' }
const pe: Node = { op: 'module', module: 'pe' }
const field = (of: Node, name: string): Node => ({ op: 'field', of, name })

describe('conditions that YARA-X accepts', () => {
  for (const condition of acceptedConditions) {
    it(`accepts ${condition}`, () => {
      assert.deepEqual(codes(`all of them and ${condition}`, 'error'), [])
    })
  }
})

describe('conditions that YARA-X rejects', () => {
  for (const [condition, code] of rejectedConditions) {
    it(`rejects ${condition}`, () => {
      assert.deepEqual(codes(`all of them and ${condition}`, 'error'), [code])
    })
  }
})

describe('what only YARA 4 accepts', () => {
  it('accepts entrypoint', () => {
    assert.deepEqual(nodeOf('entrypoint == 1'), {
      op: 'eq',
      type: 'int',
      left: { op: 'entrypoint' },
      right: int(1),
    })
  })

  it('accepts rules by the beginning of their names, and no later rule may begin so', () => {
    assert.deepEqual(nodeOf('any of (fir*, second)'), {
      op: 'of-conditions',
      quantifier: { kind: 'any' },
      items: [
        { op: 'rule', rule: 0 },
        { op: 'rule', rule: 1 },
      ],
    })
    assert.deepEqual(codes('all of them and any of (no*)', 'error'), ['empty-set'])
    assert.deepEqual(codes('all of them and any of (fir*) } rule first2 { condition: true', 'error'), [
      'name-in-use',
    ])
  })
})

describe('precedence', () => {
  it('binds products, sums, shifts, &, ^, |, order and equality in this order', () => {
    const or = nodeOf('filesize == 1 < 2 | 3 ^ filesize & 5 << 6 + filesize * 8')
    const product: Node = { op: 'mul', type: 'int', left: filesize, right: int(8) }
    const shift: Node = {
      op: 'shl',
      left: int(5),
      right: { op: 'add', type: 'int', left: int(6), right: product },
    }
    const bits: Node = { op: 'bitxor', left: int(3), right: { op: 'bitand', left: filesize, right: shift } }
    const order: Node = {
      op: 'lt',
      type: 'int',
      left: int(1),
      right: { op: 'bitor', left: int(2), right: bits },
    }
    // An integer beside a condition: equal if both are true (1) or both are not (0).
    assert.deepEqual(or, {
      op: 'or',
      items: [
        { op: 'and', items: [order, { op: 'eq', type: 'int', left: filesize, right: int(1) }] },
        {
          op: 'and',
          items: [
            { op: 'not', of: order },
            { op: 'eq', type: 'int', left: filesize, right: int(0) },
          ],
        },
      ],
    })
  })

  it('takes operators of one strength from the left', () => {
    const inner: Node = { op: 'sub', type: 'int', left: filesize, right: int(1) }
    assert.deepEqual(nodeOf('filesize - 1 - 2 > 0'), {
      op: 'gt',
      type: 'int',
      left: { op: 'sub', type: 'int', left: inner, right: int(2) },
      right: int(0),
    })
  })

  it('takes a whole comparison behind not, and only one', () => {
    const { rules } = check('not filesize == 1 and all of them')
    assert.deepEqual(rules.at(-1)?.condition, {
      op: 'and',
      items: [
        { op: 'not', of: { op: 'eq', type: 'int', left: filesize, right: int(1) } },
        { op: 'of-patterns', quantifier: { kind: 'all' }, patterns: [0, 1, 2, 3, 4, 5] },
      ],
    })
  })

  it('binds and stronger than or', () => {
    const node = nodeOf('($a or $b and $b2 or $a)')
    assert.deepEqual(node, {
      op: 'or',
      items: [
        { op: 'pattern', pattern: 0 },
        {
          op: 'and',
          items: [
            { op: 'pattern', pattern: 1 },
            { op: 'pattern', pattern: 2 },
          ],
        },
        { op: 'pattern', pattern: 0 },
      ],
    })
  })
})

describe('patterns and quantifiers', () => {
  it('numbers patterns by their place and keeps places', () => {
    assert.deepEqual(nodeOf('$b at filesize'), {
      op: 'pattern',
      pattern: 1,
      where: { kind: 'at', offset: filesize },
    })
    assert.deepEqual(nodeOf('#b2 in (1..filesize) == @a + !b[2]'), {
      op: 'eq',
      type: 'int',
      left: { op: 'count', pattern: 2, range: { low: int(1), high: filesize } },
      right: {
        op: 'add',
        type: 'int',
        left: { op: 'offset', pattern: 0, index: int(1) },
        right: { op: 'length', pattern: 1, index: int(2) },
      },
    })
  })

  it('resolves sets in order and without repeats', () => {
    assert.deepEqual(nodeOf('2 of ($b*, $a, $b) in (0..9)'), {
      op: 'of-patterns',
      quantifier: { kind: 'count', value: int(2) },
      patterns: [0, 1, 2],
      where: { kind: 'in', range: { low: int(0), high: int(9) } },
    })
    assert.deepEqual(
      nodeOf('(filesize % 7 == 1 and 30% of ($))'),
      nodeOf('(filesize % 7 == 1 and 30 % of ( $ ))'),
    )
    assert.deepEqual(nodeOf('30% of ($)'), {
      op: 'of-patterns',
      quantifier: { kind: 'percent', value: int(30) },
      patterns: [3, 4],
    })
  })

  it('refers to the pattern at hand in for … of', () => {
    assert.deepEqual(nodeOf('for none of ($a, $b) : ($ at 0 and # > @[2])'), {
      op: 'for-patterns',
      quantifier: { kind: 'none' },
      patterns: [0, 1],
      body: {
        op: 'and',
        items: [
          { op: 'pattern', pattern: 'current', where: { kind: 'at', offset: int(0) } },
          {
            op: 'gt',
            type: 'int',
            left: { op: 'count', pattern: 'current' },
            right: { op: 'offset', pattern: 'current', index: int(2) },
          },
        ],
      },
    })
  })

  it('makes conditions of the items of a list', () => {
    assert.deepEqual(nodeOf('any of (first, filesize, $a)'), {
      op: 'of-conditions',
      quantifier: { kind: 'any' },
      items: [
        { op: 'rule', rule: 0 },
        { op: 'truth', type: 'int', of: filesize },
        { op: 'pattern', pattern: 0 },
      ],
    })
  })
})

describe('variables', () => {
  it('gives every variable of a rule a slot of its own', () => {
    const node = nodeOf('for any i in (1..2) : (for any k, v in pe.version_info : (k == v and i == 1))')
    assert.ok(node.op === 'for-in' && node.body.op === 'for-in')
    assert.deepEqual([node.slots, node.body.slots], [[0], [1, 2]])
    assert.deepEqual(node.body.over, { kind: 'structure', of: field(pe, 'version_info') })
    assert.deepEqual(node.body.body, {
      op: 'and',
      items: [
        { op: 'eq', type: 'text', left: { op: 'local', slot: 1 }, right: { op: 'local', slot: 2 } },
        { op: 'eq', type: 'int', left: { op: 'local', slot: 0 }, right: int(1) },
      ],
    })
  })

  it('hides names outside and gives them back afterwards', () => {
    const visible = nodeOf('((with pe = filesize : (pe == 1)) and pe.is_pe)')
    assert.deepEqual(visible, nodeOf('((with x = filesize : (x == 1)) and pe.is_pe)'))
  })

  it('puts constants and functions where with names them', () => {
    assert.deepEqual(
      nodeOf('with n = 2, f = math.max : (f(n, filesize) == n)'),
      nodeOf('math.max(2, filesize) == 2'),
    )
  })

  it('keeps bindings that must be computed', () => {
    assert.deepEqual(nodeOf('with s = pe.sections[0], n = s.name : (n == "x")'), {
      op: 'with',
      bindings: [
        { slot: 0, value: { op: 'element', of: field(pe, 'sections'), key: int(0) } },
        { slot: 1, value: field({ op: 'local', slot: 0 }, 'name') },
      ],
      body: {
        op: 'eq',
        type: 'text',
        left: { op: 'local', slot: 1 },
        right: { op: 'const', type: 'text', value: 'x' },
      },
    })
  })
})

describe('structures and functions', () => {
  it('chooses the form of a function by the types of its arguments', () => {
    const overloads = ['pe.imports("a") > 0', 'pe.imports("a", "b")', 'pe.imports(/a/i, /b/) > 0'].map(
      (condition) => {
        const node = nodeOf(condition)
        const call = node.op === 'gt' ? node.left : node
        assert.ok(call.op === 'call')
        return [call.overload, call.args[0]]
      },
    )
    assert.deepEqual(overloads, [
      [0, { op: 'const', type: 'text', value: 'a' }],
      [1, { op: 'const', type: 'text', value: 'a' }],
      [2, { op: 'regex', source: 'a', flags: 'i' }],
    ])
  })

  it('puts constants of modules in place and lists the modules that are asked', () => {
    assert.deepEqual(nodeOf('pe.machine == pe.MACHINE_AMD64'), {
      op: 'eq',
      type: 'int',
      left: field(pe, 'machine'),
      right: int(0x8664),
    })
    const { rules } = check('all of them and math.max(1, filesize) > 1 and pe.is_pe')
    assert.deepEqual(rules.at(-1)?.modules, ['math', 'pe'])
  })

  it('reads integers from the file in every size, sign and order', () => {
    const names = [8, 16, 32].flatMap((bits) =>
      ['int', 'uint'].flatMap((kind) => [`${kind}${bits}`, `${kind}${bits}be`]),
    )
    for (const name of names) {
      assert.deepEqual(nodeOf(`${name}(filesize) == 1`), {
        op: 'eq',
        type: 'int',
        left: {
          op: 'read',
          bits: Number(/\d+/u.exec(name)?.[0]),
          signed: name.startsWith('int'),
          bigEndian: name.endsWith('be'),
          offset: filesize,
        },
        right: int(1),
      })
    }
  })

  it('knows external variables by their types', () => {
    assert.deepEqual(nodeOf('flag'), { op: 'external', name: 'flag', type: 'bool' })
    assert.deepEqual(nodeOf('count == ratio'), {
      op: 'eq',
      type: 'float',
      left: { op: 'external', name: 'count', type: 'int' },
      right: { op: 'external', name: 'ratio', type: 'float' },
    })
    assert.deepEqual(codes('all of them and flag + 1 == 2', 'error'), ['wrong-type'])
  })
})

describe('constants', () => {
  const folded: readonly (readonly [string, number | string])[] = [
    ['1 + 2 * 3', 7],
    ['-7 \\ 2', -3],
    ['-7 % 3', -1],
    ['0xFF & 0x0F | 0x30 ^ 0x10', 0x2f],
    ['~0', -1],
    ['1 << 62', '4611686018427387904'],
    ['1 << 63', '-9223372036854775808'],
    ['-8 >> 1', -4],
    ['9007199254740991 + 1', '9007199254740992'],
    ['9007199254740993 - 1', '9007199254740992'],
    ['9007199254740993 - 9007199254740992', 1],
    ['0x7fffffffffffffff', '9223372036854775807'],
    ['-9223372036854775807 - 1', '-9223372036854775808'],
    ['2MB', 2_097_152],
  ]
  for (const [expression, value] of folded) {
    it(`computes ${expression}`, () => {
      assert.deepEqual(nodeOf(`filesize == ${expression}`), {
        op: 'eq',
        type: 'int',
        left: filesize,
        right: int(value),
      })
    })
  }

  it('computes floats', () => {
    const node = nodeOf('ratio == 1.5 * 2 + 1 \\ 2.0')
    assert.ok(node.op === 'eq')
    assert.deepEqual(node.right, { op: 'const', type: 'float', value: 3.5 })
  })

  it('leaves divisions by zero and wide shifts to the run time', () => {
    for (const expression of ['1 \\ 0', '1 % 0', '1 << 64', '1.5 \\ 0']) {
      const node = nodeOf(`filesize == ${expression}`)
      assert.ok(node.op === 'eq' && node.right.op !== 'const')
    }
    assert.deepEqual(codes('all of them and 1 \\ 0 == 1', 'warning'), ['division-by-zero'])
  })

  it('drops what cannot change a condition', () => {
    assert.deepEqual(nodeOf('(true and $a)'), { op: 'and', items: [{ op: 'pattern', pattern: 0 }] })
    assert.deepEqual(nodeOf('($a or false)'), { op: 'or', items: [{ op: 'pattern', pattern: 0 }] })
    assert.deepEqual(nodeOf('($a and not (false and $b) and not "")'), {
      op: 'and',
      items: [{ op: 'pattern', pattern: 0 }],
    })
  })

  it('keeps the truth of numbers and texts', () => {
    assert.deepEqual(nodeOf('filename'), {
      op: 'truth',
      type: 'text',
      of: { op: 'external', name: 'filename', type: 'text' },
    })
  })
})

describe('warnings', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['all of them', []],
    ['all of them or true', ['constant-condition']],
    ['all of them and 0', ['value-as-condition', 'constant-condition']],
    ['all of them and filesize', ['value-as-condition']],
    ['all of them and pe.is_signed == 1', ['condition-as-number']],
    ['all of them and 0 of them', ['ambiguous-zero']],
    ['7 of them', ['never-true']],
    ['all of them and all of ($a, $b) at 0', ['rarely-true']],
    ['all of them and any of ($a, $b) at 0', []],
    ['all of them and for any i in (0..filesize) : (uint8(i) == 1)', ['slow-loop']],
    ['all of them and with x = filesize : (true)', ['unused-variable']],
    ['all of them and hash.md5(0, 1) == "ABCDEFABCDEFABCDEFABCDEFABCDEFAB"', ['never-true']],
    ['all of them and hash.sha256(0, 1) == "abcdef"', ['never-true']],
    ['all of them and hash.md5(0, 1) == "abcdefabcdefabcdefabcdefabcdefab"', []],
  ]
  for (const [condition, expected] of cases) {
    it(`gives ${expected.length === 0 ? 'no warning' : expected.join(' and ')} for ${condition}`, () => {
      assert.deepEqual(codes(condition, 'warning'), expected)
      assert.deepEqual(codes(condition, 'error'), [])
    })
  }

  it('gives at most eight for one rule', () => {
    assert.equal(codes(`all of them ${'and filesize '.repeat(100)}`, 'warning').length, 8)
  })
})

describe('depth', () => {
  it('accepts 200 brackets and rejects 1000', () => {
    const nested = (count: number): string => `all of them and ${'('.repeat(count)}$a${')'.repeat(count)}`
    assert.deepEqual(codes(nested(200), 'error'), [])
    assert.deepEqual(codes(nested(1000), 'error'), ['too-deep'])
    assert.deepEqual(codes(nested(100_000), 'error'), ['too-deep'])
  })

  it('accepts long sums and lists, and rejects sums that make a tree too high', () => {
    assert.deepEqual(codes(`all of them and filesize${' + 1'.repeat(700)} == 2`, 'error'), [])
    assert.deepEqual(codes(`all of them and filesize${' + 1'.repeat(100_000)} == 2`, 'error'), ['too-deep'])
    assert.deepEqual(codes(`all of them${' or $a'.repeat(20_000)}`, 'error'), [])
  })

  it('rejects other ways to go deep', () => {
    const deep = 100_000
    const conditions = [
      `${'not '.repeat(deep)}true`,
      `${'-'.repeat(deep)}1 == 1`,
      `${'~'.repeat(deep)}1 == 1`,
      `pe${'.overlay'.repeat(deep)}`,
      `${'uint8('.repeat(deep)}1${')'.repeat(deep)} == 1`,
      `${'@a['.repeat(deep)}1${']'.repeat(deep)} == 1`,
      `${'for any of them : ('.repeat(deep)}$${')'.repeat(deep)}`,
      `${'any of ('.repeat(deep)}$a${')'.repeat(deep)}`,
      `${'with a = 1 : ('.repeat(deep)}$a${')'.repeat(deep)}`,
      `${'for any i in (1..2) : ('.repeat(deep)}$a${')'.repeat(deep)}`,
      `1${' == 1'.repeat(deep)}`,
      `2 ${'of ('.repeat(deep)}`,
    ]
    for (const condition of conditions) {
      assert.equal(codes(condition, 'error').length, 1, condition.slice(0, 30))
    }
  })
})
