import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { CompileOptions, RuleProblem } from './index.ts'
import { checkRules } from './index.ts'
import { sampleModules } from './sample-modules.ts'

type Outcome = ReturnType<typeof checkRules>

function check(text: string | Uint8Array, options: Partial<CompileOptions> = {}): Outcome {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return checkSources({ 'r.yar': bytes }, options)
}

/** Every file in the namespace in front of its name's colon. */
function checkSources(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<CompileOptions> = {},
): Outcome {
  const sources = Object.entries(files).map(([key, text]) => ({
    name: key.replace(/^.*:/u, ''),
    namespace: key.includes(':') ? key.replace(/:.*$/u, '') : 'default',
    text: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  }))
  return checkRules(sources, { modules: sampleModules, externals: {}, ...options })
}

const names = ({ rules }: Outcome): string[] => rules.map(({ name }) => name)
const codes = ({ problems }: Outcome): string[] => problems.map(({ code }) => code)
const always = 'condition: filesize >= 0'

describe('a rule', () => {
  it('is handed on with everything that is written in it', () => {
    const { rules, problems } = check(`import "pe"
      private global rule name_1 : tag1 tag2 {
        meta:
          author = "Jürgen \\"x\\"\\t"
          count = -5
          hex = 0x10
          size = 2KB
          large = 9223372036854775807
          ratio = -1.5
          yes = true
          no = false
          author = "twice"
        strings:
          $a = "x"
        condition:
          $a and pe.is_pe
      }`)
    assert.deepEqual(problems, [])
    const [{ strings, ...rule }] = rules as [(typeof rules)[number]]
    assert.equal(strings.length, 1)
    assert.deepEqual(rule, {
      name: 'name_1',
      namespace: 'default',
      tags: ['tag1', 'tag2'],
      meta: [
        ['author', 'Jürgen "x"\t'],
        ['count', -5],
        ['hex', 16],
        ['size', 2048],
        ['large', '9223372036854775807'],
        ['ratio', -1.5],
        ['yes', true],
        ['no', false],
        ['author', 'twice'],
      ],
      private: true,
      global: true,
      condition: {
        op: 'and',
        items: [
          { op: 'pattern', pattern: 0 },
          { op: 'field', of: { op: 'module', module: 'pe' }, name: 'is_pe' },
        ],
      },
      file: 'r.yar',
      line: 2,
      modules: ['pe'],
    })
  })

  it('can be written in one line, with any line ends, a byte order mark, and wide spaces', () => {
    assert.deepEqual(names(check(`rule a{${always}}rule b{${always}}`)), ['a', 'b'])
    assert.deepEqual(names(check(`rule a\r\n{\r\n${always}\r\n}\r\n`)), ['a'])
    assert.deepEqual(names(check(`rule a\r{\r${always}\r}`)), ['a'])
    assert.deepEqual(names(check(`\u{feff}rule a { ${always} }`)), ['a'])
    assert.deepEqual(names(check(`rule\u{a0}a\u{2003}{ ${always}\u{202f}\u{205f}}`)), ['a'])
  })

  it('may have comments everywhere, in any encoding', () => {
    const latin = Buffer.from(`/* \u00fc */ rule a /* } */ { // "\n${always} /**/ } // end`, 'latin1')
    const outcome = check(latin)
    assert.deepEqual([names(outcome), codes(outcome)], [['a'], []])
  })

  it('must be complete and in order', () => {
    const rejected = [
      'rule { condition: true }',
      'rule a condition: true }',
      'rule a { }',
      'rule a { condition true }',
      'rule a { condition: true',
      'rule a { strings: $a = "x" meta: a = 1 condition: $a }',
      'rule a { meta: condition: true }',
      'rule a { meta: a condition: true }',
      'rule a { meta: a = -"x" condition: true }',
      'rule a { meta: a = -true condition: true }',
      'rule a { meta: a = /x/ condition: true }',
      'rule a { meta: rule = 1 condition: true }',
      'rule a : { condition: true }',
      'rule a : 1 { condition: true }',
      'rule a : wide { condition: true }',
      'rule 1a { condition: true }',
      'rule for { condition: true }',
      'rule a-b { condition: true }',
      'private private rule a { condition: true }',
      'global private global rule a { condition: true }',
      'private a { condition: true }',
      'import pe',
      'import "p\\x65"',
      'condition: true',
      '}',
    ]
    for (const text of rejected) {
      const { rules, problems } = check(text)
      assert.deepEqual([rules, problems.length], [[], 1], text)
    }
  })

  it('cannot have a tag twice', () => {
    assert.deepEqual(codes(check(`rule a : x y x { ${always} }`)), ['duplicate-tag'])
  })
})

describe('names of rules', () => {
  it('are unique in a namespace, over files', () => {
    const outcome = checkSources({
      'one.yar': `rule a { ${always} }`,
      'two.yar': `rule a { ${always} }`,
      'other:three.yar': `rule a { ${always} }`,
    })
    assert.deepEqual(codes(outcome), ['duplicate-rule'])
    assert.match(outcome.problems[0]?.message ?? '', /one\.yar, line 1/u)
    assert.deepEqual(
      outcome.rules.map(({ namespace, file }) => `${namespace} ${file}`),
      ['default one.yar', 'other three.yar'],
    )
  })

  it('are not those of modules, external variables or functions', () => {
    const outcome = check(
      `import "pe" rule pe { ${always} } rule filename { ${always} } rule uint8 { ${always} }`,
      {
        externals: { filename: 'text' },
      },
    )
    assert.deepEqual(codes(outcome), ['name-in-use', 'name-in-use', 'name-in-use'])
    assert.deepEqual(names(check(`rule pe { ${always} }`)), ['pe'])
  })
})

describe('references to rules', () => {
  it('count accepted rules of all files and see only their namespace', () => {
    const outcome = checkSources({
      'x:one.yar': `rule a { ${always} } rule broken { condition: }`,
      'y:two.yar': `rule a { ${always} } rule b { condition: a }`,
      'x:three.yar': `rule c { condition: b } rule d { condition: a }`,
    })
    assert.deepEqual(names(outcome), ['a', 'a', 'b', 'd'])
    assert.deepEqual(codes(outcome), ['syntax', 'unknown-name'])
    assert.deepEqual(
      outcome.rules.map(({ condition }) => condition.op === 'rule' && condition.rule),
      [false, false, 1, 0],
    )
  })

  it('do not reach forward', () => {
    assert.deepEqual(codes(check(`rule a { condition: b } rule b { ${always} }`)), ['unknown-name'])
    assert.deepEqual(codes(check('rule a { condition: a }')), ['unknown-name'])
  })

  it('fail with the rule they refer to, and say why', () => {
    const { rules, problems } = check(`rule a {\n condition: nothing }
rule b { strings: $a = condition: true }
rule c { condition: not a }
rule d { condition: b }
rule e { condition: c or true }
rule f { condition: any of (a*) }`)
    assert.deepEqual(rules, [])
    assert.deepEqual(
      problems.map(({ code, rule, line }) => [code, rule, line]),
      [
        ['unknown-name', 'a', 2],
        ['syntax', 'b', 3],
        ['rejected-rule', 'c', 4],
        ['rejected-rule', 'd', 5],
        ['rejected-rule', 'e', 6],
        ['rejected-rule', 'f', 7],
      ],
    )
    assert.match(problems[2]?.message ?? '', /rule `a` of line 1 has an error/u)
  })

  it('find a rule that is written again without its mistake', () => {
    assert.deepEqual(names(check(`rule a { condition: } rule a { ${always} } rule b { condition: a }`)), [
      'a',
      'b',
    ])
  })
})

describe('imports', () => {
  it('are needed, once in a namespace', () => {
    const rule = (name: string): string => `rule ${name} { condition: pe.is_pe }`
    const outcome = checkSources({
      'x:one.yar': `${rule('early')} import "pe" ${rule('a')}`,
      'x:two.yar': rule('b'),
      'y:three.yar': rule('c'),
    })
    assert.deepEqual(names(outcome), ['a', 'b'])
    assert.deepEqual(codes(outcome), ['unknown-name', 'unknown-name'])
    assert.match(outcome.problems[0]?.message ?? '', /import "pe"/u)
  })

  it('of an unknown module cost only the rules that use it', () => {
    const outcome = check(
      `import "cuckoo"\nimport "maths"\nrule a { ${always} }\nrule b { condition: cuckoo.x(1) }`,
    )
    assert.deepEqual(names(outcome), ['a'])
    assert.deepEqual(
      outcome.problems.map(({ code, line, column, rule }) => [code, line, column, rule]),
      [
        ['unknown-module', 1, 8, undefined],
        ['unknown-module', 2, 8, undefined],
        ['unknown-module', 4, 21, 'b'],
      ],
    )
    assert.match(outcome.problems[1]?.message ?? '', /did you mean `math`/u)
  })
})

describe('includes', () => {
  const files: Readonly<Record<string, string>> = {
    'dir/a.yar': `rule a { ${always} } include "b.yar"`,
    'dir/b.yar': `rule b { condition: a and nothing }\nrule b2 { condition: a }`,
    'loop.yar': 'include "loop.yar"',
    'many.yar': 'include "many2.yar" '.repeat(200),
    'many2.yar': 'include "empty.yar" '.repeat(200),
    'empty.yar': '',
  }
  const asked: string[] = []
  const include: NonNullable<CompileOptions['include']> = (path, from) => {
    asked.push(`${from} → ${path}`)
    const name = from.startsWith('dir/') ? `dir/${path}` : path
    const text = files[name]
    return text === undefined ? undefined : { name, text: new TextEncoder().encode(text) }
  }

  it('are read where they stand, in the same namespace', () => {
    asked.length = 0
    const outcome = check(`include "dir/a.yar" rule c { condition: b2 }`, { include })
    assert.deepEqual(names(outcome), ['a', 'b2', 'c'])
    assert.deepEqual(asked, ['r.yar → dir/a.yar', 'dir/a.yar → b.yar'])
    assert.deepEqual(
      outcome.problems.map(({ file, line, column }) => [file, line, column]),
      [['dir/b.yar', 1, 27]],
    )
  })

  it('that are not found, or not allowed, cost nothing else', () => {
    const text = `include "none.yar" rule c { ${always} }`
    for (const outcome of [check(text, { include }), check(text)]) {
      assert.deepEqual([names(outcome), codes(outcome)], [['c'], ['include-not-found']])
    }
  })

  it('end, even if files include themselves or one another many times', () => {
    assert.deepEqual(codes(check('include "loop.yar"', { include })), ['include-depth'])
    const outcome = check('include "many.yar"', { include })
    assert.equal(new Set(codes(outcome)).size, 1)
    assert.equal(codes(outcome)[0], 'include-count')
  })
})

describe('recovery', () => {
  it('loses only the rule with the mistake', () => {
    const mistakes = [
      'rule x { condition: (1 }',
      'rule x { condition: 1 + }',
      'rule x { strings: $a = "abc condition: $a }',
      'rule x { strings: $a = "abc\n condition: $a }',
      'rule x { strings: $a = /abc condition: $a }\n',
      'rule x { strings: $a = { 41 gg } condition: $a }',
      'rule x { strings: $a = "x" private "rule" condition: $a }',
      'rule x { meta: a = condition: true }',
      'rule x',
      'rule',
      'rule x { condition: rule }',
      'rule x { condition: import }',
      'garbage { } ; ü \u0001',
      'import 5',
      '"text"',
    ]
    for (const mistake of mistakes) {
      const outcome = check(
        `rule a { ${always} }\n${mistake}\nprivate rule b { ${always} }\nimport "pe" rule c { condition: pe.is_pe }`,
      )
      assert.deepEqual([names(outcome), outcome.problems.length], [['a', 'b', 'c'], 1], mistake)
    }
  })

  it('goes on at the next rule of the same line', () => {
    assert.deepEqual(
      names(check(`rule x { condition: ) } rule a { ${always} } rule y { } rule b { ${always} }`)),
      ['a', 'b'],
    )
  })

  it('does not take a rule in a comment or a text for one', () => {
    const outcome = check(
      `rule x { condition: ) } /* rule a { ${always} } */ "rule b { ${always} }" rule c { ${always} }`,
    )
    assert.deepEqual(names(outcome), ['c'])
  })

  it('survives a comment that does not end', () => {
    const outcome = check(`rule a { ${always} } /* rule b { ${always} }`)
    assert.deepEqual([names(outcome)[0], codes(outcome)], ['a', ['syntax']])
    assert.match(outcome.problems[0]?.message ?? '', /comment is not closed/u)
  })
})

describe('problems', () => {
  const problemOf = (text: string): RuleProblem => {
    const [problem] = check(text).problems
    assert.ok(problem !== undefined)
    return problem
  }

  it('say where in the file they are and show the place', () => {
    assert.deepEqual(problemOf('rule a {\n  condition:\n\tfilesize == "x"\n}'), {
      severity: 'error',
      code: 'type-mismatch',
      file: 'r.yar',
      line: 3,
      column: 2,
      message: 'an integer and a text cannot be compared or combined',
      excerpt: '\tfilesize == "x"\n\t^^^^^^^^^^^^^^^',
      rule: 'a',
    })
  })

  it('count characters, not bytes, and leave out line ends', () => {
    const { column, excerpt } = problemOf('rule a { condition: "ä€" == 1 or x }\r\n')
    assert.equal(column, 21)
    assert.equal(excerpt, `rule a { condition: "ä€" == 1 or x }\n${' '.repeat(20)}^^^^^^^^^`)
    assert.equal(problemOf('rule a { condition: "ä€" == "" or x }').column, 35)
  })

  it('show a part of a long line and no control characters', () => {
    const { column, excerpt } = problemOf(
      `rule a { condition: ${'true and '.repeat(100)}\u001b[31m${'.'.repeat(500)}`,
    )
    assert.equal(column, 921)
    const [line = '', carets = ''] = excerpt.split('\n')
    assert.ok(line.length <= 120 && !excerpt.includes('\u001b'))
    assert.equal(carets.trimStart(), '^')
  })

  it('at the end of the file point behind its last byte', () => {
    const { line, column, message, excerpt } = problemOf('rule a {\n condition: true')
    assert.deepEqual([line, column], [2, 17])
    assert.match(message, /end of the file/u)
    assert.equal(excerpt, ` condition: true\n${' '.repeat(16)}^`)
  })

  it('suggest a near name', () => {
    const suggestions: readonly (readonly [string, string])[] = [
      ['strings: $name = "x" condition: $nane', '$name'],
      ['condition: pe.number_of_section > 1', 'number_of_sections'],
      ['condition: unit16(0) == 1', 'uint16'],
      ['condition: earlier_ruel', 'earlier_rule'],
      ['condition: filname == ""', 'filename'],
      ['condition: for any index in (1..2) : (indx == 1)', 'index'],
    ]
    for (const [body, suggested] of suggestions) {
      const { problems } = check(`import "pe" rule earlier_rule { ${always} } rule a { ${body} }`, {
        externals: { filename: 'text' },
      })
      const message = problems[0]?.message ?? ''
      assert.equal(message.slice(message.indexOf('did you mean')), `did you mean \`${suggested}\`?`)
    }
    assert.doesNotMatch(problemOf('rule a { condition: entirely_different }').message, /did you mean/u)
  })

  it('are errors or warnings; warnings cost nothing', () => {
    const { rules, problems } = check('rule a { condition: 1 }')
    assert.equal(rules.length, 1)
    assert.deepEqual(
      problems.map(({ severity, rule }) => [severity, rule]),
      [
        ['warning', 'a'],
        ['warning', 'a'],
      ],
    )
  })

  it('are bounded in number', () => {
    assert.equal(check('rule a { }\n'.repeat(20_000)).problems.length, 10_000)
    const manyWarnings = Array.from({ length: 3000 }, (_, index) => `rule r${index} { condition: filesize }`)
    assert.equal(check(manyWarnings.join('\n')).problems.length, 2000)
  })
})
