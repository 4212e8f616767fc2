// The variants of a text: case, width, words, keys and base64, each with its edges.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { base64, findOne, hex, regex, text, usualAlphabet } from '../../../test/support/pattern-search.ts'

const wide = (value: string): string => value.replaceAll(/[^]/g, '$&\0')
const encode = (value: string): string => Buffer.from(value, 'latin1').toString('base64')
const keyed = (value: string, key: number): string =>
  Buffer.from(Buffer.from(value, 'latin1').map((byte) => byte ^ key)).toString('latin1')

describe('case and width', () => {
  it('nocase takes letters in both cases, and nothing else', () => {
    const pattern = text('a1[Z', { nocase: true })
    assert.deepEqual(findOne(pattern, 'A1[z a1[Z a1{z A1;Z a\x11[z'), ['0+4', '5+4'])
  })

  it('without nocase the case has to be the same', () => {
    assert.deepEqual(findOne(text('MiXeD'), 'mixed MiXeD MIXED'), ['6+5'])
  })

  it('bytes beyond ASCII have no case', () => {
    assert.deepEqual(findOne(text('\xc4b\xe4', { nocase: true }), '\xc4B\xe4 \xe4b\xc4'), ['0+3'])
  })

  it('wide alone is not found plain, wide with ascii in both forms', () => {
    const bytes = `text ${wide('text')}`
    assert.deepEqual(findOne(text('text', { ascii: false, wide: true }), bytes), ['5+8'])
    assert.deepEqual(findOne(text('text', { wide: true }), bytes), ['0+4', '5+8'])
    assert.deepEqual(findOne(text('text'), bytes), ['0+4'])
  })

  it('the last zero of a wide text has to be there', () => {
    assert.deepEqual(findOne(text('end', { ascii: false, wide: true }), wide('end').slice(0, -1)), [])
  })

  it('nocase and wide go together', () => {
    const pattern = text('Both', { nocase: true, ascii: false, wide: true })
    assert.deepEqual(findOne(pattern, `${wide('BOTH')}${wide('both')}`), ['0+8', '8+8'])
  })

  it('a wide expression has its zeros everywhere', () => {
    const pattern = regex('k[0-9]{2,3}y', { ascii: false, wide: true })
    assert.deepEqual(findOne(pattern, `k12y ${wide('k12y')}${wide('k123y')}`), ['5+8', '13+10'])
  })
})

describe('fullword', () => {
  const word = text('word', { fullword: true })

  it('no letter or digit may stand beside it; anything else may', () => {
    assert.deepEqual(findOne(word, 'word'), ['0+4'])
    for (const neighbour of ['a', 'Z', '0', '9']) {
      assert.deepEqual(findOne(word, `${neighbour}word`), [], neighbour)
      assert.deepEqual(findOne(word, `word${neighbour}`), [], neighbour)
    }
    for (const neighbour of ['_', ' ', '\0', '@', '[', '`', '{', '/', ':', '\xe4']) {
      assert.deepEqual(findOne(word, `${neighbour}word${neighbour}`), ['1+4'], neighbour)
    }
  })

  it('a wide word has wide neighbours: a letter with its zero', () => {
    const pattern = text('word', { fullword: true, ascii: false, wide: true })
    assert.deepEqual(findOne(pattern, wide('word')), ['0+8'])
    assert.deepEqual(findOne(pattern, wide('xword')), [])
    assert.deepEqual(findOne(pattern, wide('wordx')), [])
    assert.deepEqual(findOne(pattern, `x${wide('word')}x`), ['1+8'], 'plain neighbours')
    assert.deepEqual(findOne(pattern, `x\x01${wide('word')}x\x01`), ['2+8'])
    assert.deepEqual(findOne(pattern, wide(' word ')), ['2+8'])
  })

  it('both forms go by their own neighbours', () => {
    const pattern = text('word', { fullword: true, wide: true })
    assert.deepEqual(findOne(pattern, `word ${wide('word')}`), ['0+4', '5+8'])
  })

  it('an expression is a word from its begin to its end', () => {
    const pattern = regex('w[0-9]+', { fullword: true })
    assert.deepEqual(findOne(pattern, 'w12 xw12 w12x w1'), ['0+3', '14+2'])
  })

  it('the neighbours of an encoded word are encoded with the same key', () => {
    const pattern = text('word', { fullword: true, xor: { least: 0, most: 255 } })
    assert.deepEqual(findOne(pattern, keyed(' word ', 5)), ['1+4'])
    assert.deepEqual(findOne(pattern, keyed('xword', 5)), [])
    assert.deepEqual(findOne(pattern, `x${keyed('word', 0x99)}x`), ['1+4'], 'x is no letter under that key')
    const both = text('word', { fullword: true, wide: true, ascii: false, xor: { least: 0, most: 255 } })
    assert.deepEqual(findOne(both, keyed(wide(' word '), 9)), ['2+8'])
    assert.deepEqual(findOne(both, keyed(wide('aword '), 9)), [])
  })
})

describe('xor', () => {
  it('every key of the range is found, and none beside it', () => {
    const pattern = text('secret', { xor: { least: 0x10, most: 0x1f } })
    for (let key = 0; key < 256; key++) {
      const expected = key >= 0x10 && key <= 0x1f ? ['3+6'] : []
      assert.deepEqual(findOne(pattern, `...${keyed('secret', key)}...`), expected, `${key}`)
    }
  })

  it('a single key, and key 0 for the text itself', () => {
    assert.deepEqual(findOne(text('secret', { xor: { least: 7, most: 7 } }), keyed('secret', 7)), ['0+6'])
    assert.deepEqual(findOne(text('secret', { xor: { least: 0, most: 0 } }), 'secret Secret'), ['0+6'])
  })

  it('all bytes have the same key', () => {
    const pattern = text('secret', { xor: { least: 0, most: 255 } })
    assert.deepEqual(findOne(pattern, `${keyed('sec', 3)}${keyed('ret', 4)}`), [])
  })

  it('texts of one to four bytes and of many are found', () => {
    for (const value of ['a', 'ab', 'abc', 'abcd', 'a'.repeat(40), '\0\0\0\0']) {
      const pattern = text(value, { xor: { least: 1, most: 3 } })
      assert.deepEqual(
        findOne(pattern, `\xf0${keyed(value, 2)}\xf0`),
        [`1+${value.length}`],
        JSON.stringify(value),
      )
      assert.deepEqual(findOne(pattern, `\xf0${keyed(value, 4)}\xf0`), [], JSON.stringify(value))
    }
  })

  it('the zeros of a wide text are encoded too', () => {
    const pattern = text('secret', { ascii: false, wide: true, xor: { least: 1, most: 255 } })
    assert.deepEqual(findOne(pattern, keyed(wide('secret'), 0x20)), ['0+12'])
    assert.deepEqual(findOne(pattern, wide(keyed('secret', 0x20))), [])
  })
})

describe('base64', () => {
  const secret = 'This is the secret text'
  /** The characters of the text's base64 form that do not depend on its neighbours. */
  const core = {
    0: 'VGhpcyBpcyB0aGUgc2VjcmV0IHRleH',
    1: 'RoaXMgaXMgdGhlIHNlY3JldCB0ZXh0',
    2: 'UaGlzIGlzIHRoZSBzZWNyZXQgdGV4d',
  }

  for (const phase of [0, 1, 2] as const) {
    it(`phase ${phase}: found behind ${phase} bytes and more, whatever follows`, () => {
      for (const before of ['', 'abc', 'abcdef']) {
        for (const after of ['', 'x', 'xy', '\xff\xff\xff']) {
          const encoded = encode(`${before}${'~'.repeat(phase)}${secret}${after}`)
          const at = encoded.indexOf(core[phase])
          assert.ok(at >= 0)
          assert.deepEqual(findOne(base64(secret), `[${encoded}]`), [`${at + 1}+${core[phase].length}`])
        }
      }
    })
  }

  it('the text itself is not looked for', () => {
    assert.deepEqual(findOne(base64(secret), secret), [])
  })

  it('texts of three to nine bytes are found in every phase', () => {
    for (let length = 3; length <= 9; length++) {
      const value = '~}|{@`_^#'.slice(0, length)
      for (const before of ['', '\x01', '\x01\x02']) {
        assert.equal(findOne(base64(value), encode(`${before}${value}\x03\x04\x05`)).length, 1, `${length}`)
      }
    }
  })

  it('a wide form has a zero behind each character, the form of a wide text has zeros inside', () => {
    const [variant] = base64(secret).base64 ?? []
    assert.ok(variant !== undefined)
    const wideForm = text(secret, { base64: [{ ...variant, wide: true }] })
    assert.deepEqual(findOne(wideForm, wide(encode(secret))), ['0+60'])
    assert.deepEqual(findOne(wideForm, encode(secret)), [])
    const ofWide = base64(secret, { ascii: false, wide: true })
    assert.equal(findOne(ofWide, encode(wide(secret))).length, 1)
    assert.deepEqual(findOne(ofWide, encode(secret)), [])
  })

  it('an alphabet of one’s own', () => {
    const alphabet = usualAlphabet.slice(13) + usualAlphabet.slice(0, 13)
    const own = encode(secret).replaceAll(
      /./g,
      (character) => alphabet[usualAlphabet.indexOf(character)] ?? '',
    )
    assert.deepEqual(findOne(base64(secret, { alphabet }), own), ['0+30'])
    assert.deepEqual(findOne(base64(secret), own), [])
    assert.deepEqual(findOne(base64(secret, { alphabet }), encode(secret)), [])
  })
})

describe('hex strings and expressions', () => {
  it('masks and negated bytes', () => {
    assert.deepEqual(findOne(hex('A? ?5 C3 D4'), '\xa9\x15\xc3\xd4 \xa0\xf5\xc3\xd4 \xb9\x15\xc3\xd4'), [
      '0+4',
      '5+4',
    ])
    assert.deepEqual(findOne(hex('51 ~52 53 54'), 'QRST QQST'), ['5+4'])
    assert.deepEqual(findOne(hex('51 ~5? 53 54'), 'QRST Q\x60ST'), ['5+4'])
  })

  it('sets inside a fixed run', () => {
    assert.deepEqual(findOne(regex('a[135]c[^x]e~'), 'a1cqe~ a2cqe~ a3cxe~ a5c\ne~'), ['0+6', '21+6'])
  })

  it('jumps between their least and most', () => {
    const pattern = hex('D1 D2 [2-4] D3 D4')
    for (let gap = 0; gap <= 6; gap++) {
      const bytes = `\xd1\xd2${'.'.repeat(gap)}\xd3\xd4`
      assert.deepEqual(findOne(pattern, bytes), gap >= 2 && gap <= 4 ? [`0+${gap + 4}`] : [], `${gap}`)
    }
  })

  it('the shortest end counts for jumps, the longest for greedy expressions', () => {
    assert.deepEqual(findOne(hex('D1 D2 [0-9] D3'), '\xd1\xd2..\xd3..\xd3'), ['0+5'])
    assert.deepEqual(findOne(regex('~#.{0,9}!'), '~#..!..!'), ['0+8'])
    assert.deepEqual(findOne(regex('~#.{0,9}?!'), '~#..!..!'), ['0+5'])
  })

  it('alternatives of different lengths at one offset give one match', () => {
    assert.deepEqual(findOne(regex('~#x?(ab|abcd|abc)'), '~#abcd'), ['0+6'])
    assert.deepEqual(findOne(regex('~#x??(abcd|ab|abc)'), '~#abcd'), ['0+4'])
    assert.deepEqual(findOne(regex('~#(abcd|ab|abc)'), '~#abcd'), ['0+4'])
    assert.deepEqual(findOne(hex('D1 D2 ( D3 | D3 D4 | D3 D4 D5 )'), '\xd1\xd2\xd3\xd4\xd5'), ['0+3'])
  })

  it('a program looks at most 4096 bytes away from the fixed part', () => {
    const pattern = regex('[a-z]+~#%@[0-9]+', { greedy: true })
    const bytes = `${'a'.repeat(6000)}~#%@${'1'.repeat(6000)}`
    const found = findOne(pattern, bytes)
    assert.equal(found.length, 4096)
    // The first letter of `[a-z]+` and the first digit are fixed.
    assert.equal(found[0], `1904+${4096 + 4 + 1 + 4096}`)
  })
})
