// What matches here was found by clamscan 1.4.6, what does not was not.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { binary, hex, load } from './fixture.ts'

const a = hex('alpha')
const b = hex('beta')
const c = hex('gamma')

/** Expression with subsignatures, objects in which it is found, objects in which it is not. */
const signatures: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['and', `0&1;${a};${b}`, ['alpha beta', 'beta alpha'], ['alpha', 'beta']],
  ['or', `0|1;${a};${b}`, ['alpha', 'beta'], ['gamma']],
  ['groups', `(0|1)&2;${a};${b};${c}`, ['alpha gamma', 'beta gamma'], ['alpha beta', 'gamma']],
  ['not there', `0&1=0;${a};${b}`, ['alpha'], ['alpha beta', 'beta']],
  ['exactly so often', `0=2;${a}`, ['alphaalpha'], ['alpha', 'alpha alpha alpha']],
  ['more often', `0>1;${a}`, ['alpha alpha'], ['alpha']],
  ['less often', `0<2;${a}`, ['alpha', 'nothing'], ['alpha alpha']],
  ['overlapping matches count', '0=3;6161', ['aaaa'], ['aaa', 'aaaaa']],
  ['a group together', `(0|1)>2;${a};${b}`, ['alpha beta alpha', 'beta beta beta'], ['alpha beta']],
  ['a group with different ones', `(0|1)>1,2;${a};${b}`, ['alpha beta'], ['alpha alpha', 'beta']],
  ['ignoring case', `0;${a}::i`, ['ALPHA', 'aLpHa'], ['alph']],
  ['wide', `0;${a}::w`, ['a\0l\0p\0h\0a\0'], ['alpha']],
  ['wide or not', `0;${a}::wa`, ['a\0l\0p\0h\0a\0', 'alpha'], ['a\0lpha']],
  ['both forms at one place count once', '0=1;6100::wa', ['a\0\0\0'], ['a\0\0\0a\0']],
  ['whole words', `0;${a}::f`, ['an alpha.', 'alpha'], ['alphas', 'xalpha']],
  ['at an offset', `0;8:${a}`, ['alpha'], ['.alpha']],
  [
    'a regular expression behind its trigger',
    `0&1;${a};0/b.t+a/`,
    ['alpha betta', 'b-ta alpha'],
    ['betta', 'alpha bta'],
  ],
  ['a regular expression with flags', `1;${a};0/^line$/im`, ['alpha\nLine\n'], ['alpha line']],
  ['all matches of a regular expression', `1=2;${a};0/\\d+/g`, ['alpha 1 22'], ['alpha 1', 'alpha 1 2 3']],
  ['a regular expression at an offset', `1;${a};8,3:0/\\d/`, ['12alpha', '...1alpha'], ['alpha1']],
  ['an end before a last line feed', `1;${a};0/x$/`, ['alpha x', 'alpha x\n'], ['alpha x\n\n']],
  ['a number in the file', `0&1;${a};0(>>5#ib1#>9)`, ['alpha\x0a', 'alpha\xff'], ['alpha\x09', 'alpha']],
  ['two bytes, little-endian', `0&1;${a};0(>>5#il2#=513)`, ['alpha\x01\x02'], ['alpha\x02\x01']],
  ['two comparisons', `0&1;${a};0(>>5#db2#>10,<20)`, ['alpha12'], ['alpha10', 'alpha20', 'alpha5x']],
  ['hexadecimal digits', `0&1;${a};0(>>5#hb2#=0x1f)`, ['alpha1f', 'alpha1F'], ['alpha1g', 'alphaf1']],
  ['pairs of digits, little-endian', `0&1;${a};0(>>5#hl4#=0x3412)`, ['alpha1234'], ['alpha3412']],
  ['exactly so many digits', `0&1;${a};0(>>5#dbe2#=7)`, ['alpha07'], ['alpha7 ', 'alpha 7']],
]

for (const [title, rest, found, missed] of signatures) {
  test(title, () => {
    const engine = load({ 'a.ldb': `Name;Engine:81-255,Target:0;${rest}` })
    assert.deepEqual(engine.database.problems, [])
    assert.deepEqual(engine.compiled.counts.unusable, {})
    for (const object of found)
      assert.deepEqual(engine.names(binary + object), ['Name'], JSON.stringify(object))
    for (const object of missed) assert.deepEqual(engine.names(binary + object), [], JSON.stringify(object))
  })
}

test('the size of the file is a condition', () => {
  const engine = load({ 'a.ldb': `Name;Engine:81-255,Target:0,FileSize:10-20;0;${a}` })
  assert.deepEqual(engine.names('\0alpha'), [])
  assert.deepEqual(engine.names(`${binary}alpha`), ['Name'])
  assert.deepEqual(engine.names(`${binary}alpha........`), [])
})

test('a macro follows at a distance, and the last match before it counts only then', () => {
  const engine = load({
    'a.ndb': [`M.1:0:$12$:${hex('member')}`, `M.2:0:$12$:${hex('fellow')}`],
    'a.ldb': [
      'Both;Engine:51-255,Target:0;0&1;6f726967696e;${6-7}12$',
      'Twice;Engine:51-255,Target:0;1=2;6f726967696e;${6-9}12$',
    ],
  })
  assert.deepEqual(engine.names(`${binary}originmember`), [])
  assert.deepEqual(engine.names(`${binary}originmember originmember`), ['Both'])
  assert.deepEqual(engine.names(`${binary}originmember originfellow originmember`), ['Both', 'Twice'])
  assert.deepEqual(engine.names(`${binary}origin originmember`), [])
})

test('what our expressions do not know makes a signature unusable, and is counted', () => {
  const engine = load({
    'a.ldb': [
      `Look;Engine:81-255,Target:0;0&1;${a};0/x(?=y)/`,
      `Back;Engine:81-255,Target:0;0&1;${a};0/(x)\\1/`,
      `Icon;Engine:81-255,Target:1,IconGroup1:G;0;${a}`,
      `Type;Engine:81-255,Target:1,HandlerType:CL_TYPE_PDF;0;${a}`,
      `Again;Engine:81-255,Target:0,HandlerType:CL_TYPE_PDF;0;${a}`,
      `Never;Engine:81-255,Target:0;0&1;${a};6465{2-1}6162`,
      `Fine;Engine:81-255,Target:0;0;${a}`,
    ],
  })
  assert.deepEqual(engine.compiled.counts.unusable, {
    'regular expression': 2,
    icon: 1,
    'handler type': 1,
    'can never match': 1,
  })
  assert.equal(engine.compiled.counts.logical, 2)
  assert.deepEqual(engine.names(`${binary}alpha xx xy`), ['Again', 'Fine'])
})
