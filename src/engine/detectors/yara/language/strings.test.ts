import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Pattern, TextPattern } from '../../../matcher/pattern.ts'
import { checkRules } from './index.ts'
import { acceptedStrings, rejectedStrings } from './sample-strings.ts'

function check(declarations: string, condition = 'any of them'): ReturnType<typeof checkRules> {
  const text = new TextEncoder().encode(`rule r { strings:\n${declarations}\ncondition: ${condition} }`)
  return checkRules([{ name: 'r.yar', text, namespace: '' }], { modules: new Map(), externals: {} })
}

function patternOf(declaration: string): Pattern {
  const { rules, problems } = check(`$a = ${declaration}`)
  assert.deepEqual(problems, [])
  return rules[0]!.strings[0]!.pattern
}

function textOf(declaration: string): TextPattern {
  const pattern = patternOf(declaration)
  assert.ok(pattern.kind === 'text')
  return pattern
}

describe('strings that YARA-X accepts', () => {
  for (const declaration of acceptedStrings) {
    it(`accepts ${declaration.slice(0, 70)}`, () => {
      assert.deepEqual(check(`$a = ${declaration}`).problems, [])
    })
  }
})

describe('strings that YARA-X rejects', () => {
  for (const [declaration, code] of rejectedStrings) {
    it(`rejects ${declaration.slice(0, 70)}`, () => {
      const { rules, problems } = check(`$a = ${declaration}`)
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
      )
      assert.deepEqual(rules, [])
    })
  }
})

describe('text strings', () => {
  it('has the bytes between the quotes with escapes replaced', () => {
    const { bytes } = textOf(String.raw`"a\x00\xfF\t\n\r\\\"/*x*/"`)
    assert.deepEqual([...bytes], [0x61, 0, 0xff, 9, 10, 13, 0x5c, 0x22, ...Buffer.from('/*x*/')])
  })

  it('keeps the bytes of characters that are not ASCII', () => {
    assert.deepEqual([...textOf('"ä€"').bytes], [0xc3, 0xa4, 0xe2, 0x82, 0xac])
  })

  it('keeps bytes that are not UTF-8', () => {
    const text = Buffer.concat([
      Buffer.from('rule r { strings: $a = "'),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('" condition: $a }'),
    ])
    const { rules } = checkRules([{ name: '', text, namespace: '' }], { modules: new Map(), externals: {} })
    const [string] = rules[0]!.strings
    assert.ok(string?.pattern.kind === 'text')
    assert.deepEqual([...string.pattern.bytes], [0xff, 0xfe, 0x80])
  })

  it('does not share memory with the file', () => {
    assert.equal(textOf('"abcd"').bytes.buffer.byteLength, 4)
  })

  it('is ascii unless only wide is asked for', () => {
    const widths = ['', 'ascii', 'wide', 'ascii wide'].map((modifiers) => {
      const { ascii, wide } = textOf(`"abc" ${modifiers}`)
      return [ascii, wide]
    })
    assert.deepEqual(widths, [
      [true, false],
      [true, false],
      [false, true],
      [true, true],
    ])
  })

  it('carries its other modifiers', () => {
    const { nocase, fullword, xor, base64 } = textOf('"abc" nocase fullword')
    assert.deepEqual(
      { nocase, fullword, xor, base64 },
      {
        nocase: true,
        fullword: true,
        xor: undefined,
        base64: undefined,
      },
    )
  })

  it('has the keys of xor', () => {
    const keys = ['xor', 'xor(5)', 'xor(0x10-0x20)'].map((modifier) => textOf(`"abc" ${modifier}`).xor)
    assert.deepEqual(keys, [
      { least: 0, most: 255 },
      { least: 5, most: 5 },
      { least: 16, most: 32 },
    ])
  })

  it('has one variant for base64 and one for base64wide, each with its alphabet', () => {
    const own = '!@#$%^&*(){}[].,|ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu'
    const { base64 } = textOf(`"abc" base64 base64wide("${own}")`)
    assert.deepEqual(
      base64?.map(({ alphabet, wide }) => [Buffer.from(alphabet).toString(), wide]),
      [
        ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', false],
        [own, true],
      ],
    )
  })
})

describe('hex strings and regular expressions', () => {
  it('is a tree for a hex string, whose comments may have braces', () => {
    const pattern = patternOf('{ 41 /* } */ 42 // }\n 43 }')
    assert.ok(pattern.kind === 'tree')
    const { tree, ...flags } = pattern
    assert.deepEqual(tree, { kind: 'bytes', bytes: new Uint8Array([0x41, 0x42, 0x43]) })
    assert.deepEqual(flags, { kind: 'tree', ascii: true, wide: false, fullword: false, greedy: false })
  })

  it('takes flags behind the slash and modifiers, also without a space between them', () => {
    const pattern = patternOf('/ab+/iwide fullword')
    assert.ok(pattern.kind === 'tree')
    const { ascii, wide, fullword, greedy } = pattern
    assert.deepEqual(
      { ascii, wide, fullword, greedy },
      { ascii: false, wide: true, fullword: true, greedy: true },
    )
  })

  it('is the same regular expression with nocase and with the flag i', () => {
    assert.deepEqual(patternOf('/ab/ nocase'), patternOf('/ab/i'))
    assert.notDeepEqual(patternOf('/ab/'), patternOf('/ab/i'))
  })

  it('ends a regular expression at a slash that is not escaped, also in a class', () => {
    assert.deepEqual(patternOf('/a\\/b/'), patternOf('/a\\x2fb/'))
    assert.equal(check('$a = /a[/]b/').problems[0]?.severity, 'error')
  })

  it('points at the place inside that is wrong', () => {
    const hex = check('$a = { 41 4g 42 }').problems[0]
    assert.deepEqual([hex?.line, hex?.column], [2, 11])
    const regex = check('$abc = /ab[z-a]c/').problems[0]
    assert.ok(regex !== undefined)
    assert.deepEqual([regex.code, regex.line], ['invalid-pattern', 2])
    assert.ok(regex.column > 9 && regex.column < 17)
  })
})

describe('declarations', () => {
  it('keeps names, privacy and lines, in order', () => {
    const { rules } = check('$a = "x"\n\n$ = "y" private\n$b1_ = { 01 }')
    assert.deepEqual(
      rules[0]?.strings.map(({ identifier, private: isPrivate, line }) => [identifier, isPrivate, line]),
      [
        ['$a', false, 2],
        ['$', true, 4],
        ['$b1_', false, 5],
      ],
    )
  })

  it('rejects a name that is declared twice but allows several anonymous strings', () => {
    assert.equal(check('$a = "x" $a = "y"').problems[0]?.code, 'duplicate-string')
    assert.deepEqual(check('$ = "x" $ = "y"').problems, [])
  })

  it('rejects a string that the condition does not use, unless its name begins with an underscore', () => {
    assert.equal(check('$a = "x" $b = "y"', '$a').problems[0]?.code, 'unused-string')
    assert.equal(check('$a = "x" $ = "y"', '$a').problems[0]?.code, 'unused-string')
    assert.deepEqual(check('$a = "x" $_b = "y"', '$a').problems, [])
    assert.deepEqual(check('$a = "x" $b = "y" $c = "z" $d = "w"', '#a > @b + !c and $d at 0').problems, [])
    assert.deepEqual(check('$a1 = "x" $a2 = "y"', 'any of ($a*)').problems, [])
  })

  it('allows at most 10,000 strings', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `$s${index} = "x${index}"`).join('\n')
    assert.deepEqual(check(many).problems, [])
    assert.equal(check(`${many} $one = "more"`).problems[0]?.code, 'too-many-strings')
  })

  it('rejects an empty section', () => {
    assert.equal(check('', 'true').problems[0]?.code, 'syntax')
  })
})
