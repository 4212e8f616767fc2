// `haechi rules add` and `remove`: the user's own hashes, byte patterns and rules, found by the next scan.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import { ruleAddedLine, ruleRemovedLine } from '../../src/model/rule-lines.ts'
import { jsonLines, startHaechi } from '../support/run-haechi.ts'
import { RuleFolder } from '../support/rule-set.ts'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Names that a scan of a file finds. */
function found(folder: RuleFolder, content: string | Uint8Array): string[] {
  const { stdout } = folder.scan('-q', folder.file('sample', content))
  return [...stdout.matchAll(/: (\S+)$/gm)].map(([, name = '']) => name).toSorted()
}

test('a hash, a byte pattern and a rule are found after they were added, and each leaves the others', () => {
  using folder = new RuleFolder()
  const hash = folder.rules('add', '--hash', `${sha256('bad').toUpperCase()}:3`, 'Own.Hash-1')
  assert.equal(hash.code, 0, hash.stderr)
  assert.equal(hash.stdout, `added hash Own.Hash-1 to ${folder.at('local/hashes.txt')}\n`)
  assert.deepEqual(found(folder, 'bad'), ['Own.Hash-1'])

  assert.equal(folder.rules('add', '--pattern', '{ DE AD ?? ef [1-2] 01 02 }', 'Own_Bytes').code, 0)
  assert.deepEqual(found(folder, Uint8Array.of(9, 0xde, 0xad, 7, 0xef, 0, 0, 1, 2)), ['Own_Bytes'])

  const rule = folder.file(
    'mine.yar',
    'import "hash"\nrule Own_Rule { strings: $a = "needle" condition: $a }',
  )
  assert.equal(folder.rules('add', '--rule', rule).code, 0)
  assert.deepEqual(found(folder, 'a needle'), ['Own_Rule'])

  assert.deepEqual(found(folder, 'bad'), ['Own.Hash-1'])
  assert.deepEqual(found(folder, Uint8Array.of(0xde, 0xad, 0, 0xef, 0, 1, 2)), ['Own_Bytes'])
})

test('files are added by what they are: rules, or a hash list', () => {
  using folder = new RuleFolder()
  const rules = folder.file(
    'two.yar',
    'rule One { strings: $a = "needle-1" condition: $a }\nrule Two { strings: $a = "needle-2" condition: $a }\n',
  )
  const list = folder.file('list.txt', `# mine\n${sha256('x')}:ListedX\n\n${sha256('y')}:1:ListedY`)
  const run = folder.rules('add', '--json', rules, list)
  assert.deepEqual(
    jsonLines(run.stdout).map((line) => {
      const { kind, name } = ruleAddedLine.parse(line)
      return [kind, name]
    }),
    [
      ['rule', 'One'],
      ['rule', 'Two'],
      ['hash', 'ListedX'],
      ['hash', 'ListedY'],
    ],
  )
  assert.deepEqual(found(folder, 'needle-1 needle-2'), ['One', 'Two'])
  assert.deepEqual(found(folder, 'y'), ['ListedY'])
})

/** With everything that could be taken for its end. */
function ruleText(name: string): string {
  return `rule ${name} : tag { strings: $a = "} ${name}" condition: ($a) /* } */ or (filesize == 99) }`
}

test('what is removed is no longer found, and everything else still is', () => {
  using folder = new RuleFolder()
  const rules = folder.file(
    'three.yar',
    ['One', 'Two', 'Three'].map((name) => `/* } */ ${ruleText(name)} // }`).join('\n'),
  )
  assert.equal(folder.rules('add', rules).code, 0)
  folder.rules('add', '--hash', sha256('bad'), 'Bad')
  folder.rules('add', '--hash', sha256('worse'), 'Worse')
  const run = folder.rules('remove', '--json', 'Two', 'Bad')
  assert.equal(run.code, 0, run.stderr)
  assert.deepEqual(
    jsonLines(run.stdout).map((line) => ruleRemovedLine.parse(line).name),
    ['Two', 'Bad'],
  )
  assert.deepEqual(found(folder, '} One } Two } Three'), ['One', 'Three'])
  assert.deepEqual(found(folder, 'bad'), [])
  assert.deepEqual(found(folder, 'worse'), ['Worse'])
  folder.rules('remove', 'One', 'Three')
  assert.doesNotMatch(readFileSync(folder.at('local/local.yar'), 'utf8'), /\brule /)
})

test('what cannot be used, or is there already, is refused and changes nothing', () => {
  using folder = new RuleFolder()
  folder.rules('add', '--hash', sha256('bad'), 'Bad')
  folder.rules('add', '--pattern', '01 02 03 04', 'Bytes')
  const before = contentOf(folder)
  const good = 'rule Fresh { strings: $a = "needle" condition: $a }'
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--hash', sha256('other'), 'Bad'], 2, /the name Bad is taken\nhint: .*haechi rules remove Bad/],
    [['--hash', sha256('other'), 'Bytes'], 2, /the name Bytes is taken/],
    [['--hash', sha256('bad').toUpperCase(), 'Again'], 2, /this hash is there already, as Bad/],
    [['--hash', 'abc', 'Short'], 64, /3 digits/],
    [['--hash', `${sha256('x')}:big`, 'Size'], 64, /HASH or HASH:SIZE/],
    [['--hash', sha256('x'), 'two\nlines'], 64, /cannot be added/],
    [['--pattern', '01 02 03 04', 'Not-A-Name'], 64, /letters, digits and _ only/],
    [['--pattern', '01 02 ?? 03', 'Loose'], 64, /fewer than 4 fixed bytes/],
    [['--pattern', '01 02 [4-8] ~03 04', 'Loose'], 64, /fewer than 4 fixed bytes/],
    [['--pattern', '01 02 03 04 } condition: true }', 'Out'], 64, /not bytes in hexadecimal/],
    [['--pattern', '01 02 03 04 05 6', 'Odd'], 2, /the pattern: it has errors/],
    [['--pattern', '01 02 03 04 06', 'private'], 2, /the pattern: /],
    [
      [folder.file('bad.yar', 'rule Broken { condition: nothing }')],
      2,
      /bad\.yar:1:26: .*\n.*\n.*\nhaechi: nothing was changed: .*it has errors/,
    ],
    [[folder.file('half.yar', `${good} rule Broken { condition: nothing }`)], 2, /it has errors/],
    [
      [folder.file('taken.yar', `${good} rule Bytes { condition: filesize == 1 }`)],
      2,
      /the name Bytes is taken/,
    ],
    [[folder.file('twice.yar', `${good} ${good}`)], 2, /the name Fresh is taken/],
    [[folder.file('open.yar', `${good} /* no end`)], 2, /it has errors/],
    [
      [folder.file('global.yar', 'global rule G { condition: filesize < 9 }')],
      2,
      /G is a global rule.*\nhint: /,
    ],
    [[folder.file('include.yar', `include "x.yar"\n${good}`)], 2, /includes x\.yar/],
    [[folder.file('empty.yar', '// nothing\n')], 2, /there is no rule in it/],
    [[folder.file('binary.yar', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff))], 2, /nothing was changed/],
    [[folder.file('bad.txt', `${sha256('x')}:Good\nnot a hash\n`)], 2, /bad\.txt: line 2: /],
    [[folder.file('empty.txt', '# nothing\n')], 2, /has no hashes/],
    [[folder.at('gone.yar')], 2, /cannot read .*gone\.yar/],
  ]
  for (const [args, code, message] of cases) {
    const run = folder.rules('add', ...args)
    assert.equal(run.code, code, `${args.join(' ')}: ${run.stdout}${run.stderr}`)
    assert.match(run.stderr, message)
    assert.deepEqual(contentOf(folder), before, args.join(' '))
  }
  const none = folder.rules('remove', 'Bad', 'Nothing')
  assert.equal(none.code, 2)
  assert.match(none.stderr, /your own set has no Nothing\nhint: /)
  assert.deepEqual(contentOf(folder), before, 'all names, or none')
})

function contentOf(folder: RuleFolder): readonly string[] {
  return ['local/hashes.txt', 'local/local.yar'].map((name) =>
    existsSync(folder.at(name)) ? readFileSync(folder.at(name), 'utf8') : '',
  )
}

test('a rule may use what was added before it, which then cannot be removed', () => {
  using folder = new RuleFolder(['variables = ["level=3"]'])
  const first = folder.file('first.yar', 'rule Base { strings: $a = "needle" condition: $a and level > 2 }')
  const second = folder.file('second.yar', 'rule Built { condition: Base and filesize < 20 }')
  assert.equal(folder.rules('add', first, second).code, 0)
  assert.deepEqual(found(folder, 'needle'), ['Base', 'Built'])
  const refused = folder.rules('remove', 'Base')
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /nothing was changed: rule Built: /)
  assert.deepEqual(found(folder, 'needle'), ['Base', 'Built'])
  assert.equal(folder.rules('remove', 'Built', 'Base').code, 0)
})

test('what somebody broke by hand is not held against others, and files of their own stay', () => {
  using folder = new RuleFolder()
  folder.file('local/local.yar', 'rule Broken { condition: nothing }')
  folder.file('local/hashes.txt', 'not a hash')
  folder.file('local/notes.md', 'mine')
  assert.equal(folder.rules('add', '--pattern', '61 62 63 64', 'Letters').code, 0)
  assert.equal(folder.rules('add', '--hash', sha256('bad'), 'Bad').code, 0)
  assert.deepEqual(found(folder, 'abcd'), ['Letters'])
  assert.deepEqual(found(folder, 'bad'), ['Bad'])
  assert.equal(readFileSync(folder.at('local/notes.md'), 'utf8'), 'mine')
  assert.match(readFileSync(folder.at('local/local.yar'), 'utf8'), /^rule Broken \{ condition: nothing \}\n/)
})

test('of many that add at the same time nothing is lost, and nothing is left half', async () => {
  using folder = new RuleFolder()
  const names = Array.from({ length: 6 }, (_, index) => `Own.${index}`)
  const codes = await Promise.all(
    names.map(async (name) => {
      const child = startHaechi(['rules', '-c', folder.config, 'add', '--hash', sha256(name), name])
      return new Promise<number | null>((resolve) => {
        child.on('close', (code) => resolve(code))
      })
    }),
  )
  const added = readFileSync(folder.at('local/hashes.txt'), 'utf8').trimEnd().split('\n')
  assert.equal(added.length, codes.filter((code) => code === 0).length)
  assert.ok(added.length >= 1)
  assert.deepEqual(
    readdirSync(folder.at('local')).filter((name) => !name.startsWith('.lock.')),
    ['hashes.txt'],
  )
})

test('without a folder for the own set there is nothing to add to', () => {
  using folder = new RuleFolder()
  const config = folder.file('off.toml', '[engine]\nlocal = ""\n')
  const run = folder.rules('-c', config, 'add', '--hash', sha256('x'), 'X')
  assert.equal(run.code, 2)
  assert.match(run.stderr, /there is no folder .*\nhint: set \[engine\] local/)
})

test('a folder that cannot be written is told with what to do', () => {
  using folder = new RuleFolder()
  folder.file('local', 'a file')
  const run = folder.rules('add', '--hash', sha256('x'), 'X')
  assert.equal(run.code, 2)
  assert.match(run.stderr, /cannot write .*local: .*\nhint: run as root/)
})
