import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { must } from '../../../test/support/must.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { codePageOf, codePages } from './code-page.ts'
import { stringDecoder } from './decode.ts'
import { StringScanner, type StringOptions } from './scanner.ts'

interface Found {
  readonly offset: number
  readonly text: string
  readonly encoding: string
}

function scan(bytes: Uint8Array, given: Partial<StringOptions> = {}, chunkBytes = bytes.length): Found[] {
  const options = { least: 4, encodings: ['ascii', 'utf-16le'] as const, ...given }
  const decode = stringDecoder(options.codePage)
  const found: Found[] = []
  const scanner = new StringScanner(options, (block, { start, end, offset }, encoding) => {
    found.push({ offset, text: decode(block.subarray(start, end), encoding), encoding })
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) scanner.push(bytes.subarray(at, at + chunkBytes))
  scanner.end()
  return found
}

/** The same by regular expressions over all bytes. */
function naive(bytes: Uint8Array, least: number): Found[] {
  const text = Buffer.from(bytes).toString('latin1')
  const narrow = [...text.matchAll(new RegExp(`[\\t\\x20-\\x7e]{${least},}`, 'g'))]
  const wide = [...text.matchAll(new RegExp(`(?:[\\t\\x20-\\x7e]\\0){${least},}`, 'g'))]
  return [
    ...narrow.map((match) => ({ offset: match.index, text: match[0], encoding: 'ascii' })),
    ...wide.map((match) => ({
      offset: match.index,
      text: match[0].replaceAll('\0', ''),
      encoding: 'utf-16le',
    })),
  ].toSorted((a, b) => a.offset - b.offset)
}

test('ASCII and UTF-16LE in the order of their places', () => {
  const bytes = Buffer.concat([
    Buffer.from('\0\x01abcd\x02xyz\x03'),
    Buffer.from('wide\ttext', 'utf16le'),
    Buffer.of(0xff),
    Buffer.from('last of all'),
  ])
  assert.deepEqual(scan(bytes), [
    { offset: 2, text: 'abcd', encoding: 'ascii' },
    { offset: 11, text: 'wide\ttext', encoding: 'utf-16le' },
    { offset: 30, text: 'last of all', encoding: 'ascii' },
  ])
  assert.deepEqual(
    scan(bytes, { encodings: ['ascii'], least: 3 }).map(({ text }) => text),
    ['abcd', 'xyz', 'last of all'],
  )
})

test('big-endian', () => {
  const bytes = Buffer.concat([Buffer.of(1, 1), Buffer.from('big end', 'utf16le').swap16(), Buffer.of(1)])
  assert.deepEqual(scan(bytes, { encodings: ['utf-16be'] }), [
    { offset: 2, text: 'big end', encoding: 'utf-16be' },
  ])
})

test('the same as a search by regular expressions, for any bytes and any length', () => {
  const byte = fc.oneof(fc.constantFrom(0, 9, 0x20, 0x41, 0x7e, 0x7f, 0x80, 0xff), fc.constantFrom(0, 0x61))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (list, least) => {
      const bytes = Uint8Array.from(list)
      assert.deepEqual(scan(bytes, { least }), naive(bytes, least))
    }),
    { numRuns: 500 },
  )
})

test('nothing is lost, doubled or cut where blocks meet', () => {
  const bytes = randomBytes(5_000_000, 3)
  // Much text, in both encodings, about where blocks end.
  for (let at = 900_000; at < bytes.length - 60_000; at += 61_003) {
    bytes.fill(0x61, at, at + (at % 50_000))
    Buffer.from('w'.repeat(at % 777), 'utf16le').copy(bytes, at + 52_000)
  }
  const expected = naive(bytes, 4)
  for (const chunk of [bytes.length, 65_537, 1_048_576]) {
    const found = scan(bytes, {}, chunk)
    assert.equal(found.length, expected.length)
    assert.ok(
      found.every(
        ({ offset, text }, index) => expected[index]?.offset === offset && expected[index]?.text === text,
      ),
    )
  }
})

test('a string longer than any block comes in parts that follow each other', () => {
  const bytes = Buffer.alloc(3_000_000, 'long text without end, ')
  const found = scan(bytes)
  assert.equal(found.map(({ text }) => text).join(''), bytes.toString())
  assert.ok(found.every(({ text }) => text.length <= 65_536))
  const wide = Buffer.from(bytes.toString().slice(0, 1_500_000), 'utf16le')
  assert.equal(
    scan(wide)
      .map(({ text }) => text)
      .join('').length,
    1_500_000,
  )
})

test('offsets go on from where a jump says', () => {
  const found: number[] = []
  const scanner = new StringScanner({ least: 4, encodings: ['ascii'] }, (_bytes, { offset }) =>
    found.push(offset),
  )
  scanner.push(Buffer.from('abcd'))
  scanner.end(0x7fff_0000_1000)
  scanner.push(Buffer.from('\0efgh'))
  scanner.end()
  assert.deepEqual(found, [0, 0x7fff_0000_1001])
})

/** 한글 문자열, 대한민국 */
const korean = Buffer.from('c7d1b1db20b9aec0dabfad2c20b4ebc7d1b9ceb1b9', 'hex')

test('Korean: EUC-KR with its extension, and Hangul in UTF-16', () => {
  const bytes = Buffer.concat([
    Buffer.of(0, 1),
    korean,
    Buffer.of(0, 0),
    Buffer.from('한글 폴더\\a', 'utf16le'),
    Buffer.of(0, 0),
    Buffer.from('plain'),
  ])
  assert.deepEqual(scan(bytes, { codePage: must(codePageOf('cp949')) }), [
    { offset: 2, text: '한글 문자열, 대한민국', encoding: 'code-page' },
    { offset: 25, text: '한글 폴더\\a', encoding: 'utf-16le' },
    { offset: 41, text: 'plain', encoding: 'code-page' },
  ])
})

test('random bytes are hardly ever Korean', () => {
  const found = scan(randomBytes(1_000_000, 5), {
    codePage: must(codePageOf('cp949')),
    least: 8,
    encodings: [],
  })
  assert.ok(found.length < 600, `${found.length} strings`)
})

test('every code page that can be named is one, and finds its own text', () => {
  const samples: Readonly<Record<string, string>> = {
    cp1251: 'cff0e8e2e5f2',
    'koi8-r': 'f0d2c9d7c5d4',
    cp866: '8fe0a8a2a5e2',
    cp932: '93fa967b8cea82cc',
    gbk: 'd6d0b9fab9fab9fa',
    big5: 'a4a4a4e5a4a4a4e5',
    'utf-8': Buffer.from('한글 é').toString('hex'),
    cp1252: Buffer.from('résumé', 'latin1').toString('hex'),
  }
  for (const [name, hex] of Object.entries(samples)) {
    const bytes = Buffer.concat([Buffer.of(0), Buffer.from(hex, 'hex'), Buffer.of(0)])
    const found = scan(bytes, { codePage: must(codePageOf(name)), encodings: [] })
    assert.deepEqual(
      found.map(({ offset }) => offset),
      [1],
      name,
    )
    assert.equal(Buffer.from(hex, 'hex').length, name === 'utf-8' ? 9 : Buffer.from(hex, 'hex').length)
  }
  for (const name of codePages) assert.notEqual(codePageOf(name), undefined, name)
  assert.equal(codePageOf('ebcdic'), undefined)
  assert.equal(codePageOf('constructor'), undefined)
})

test('UTF-8 that is none ends a string', () => {
  const utf8 = must(codePageOf('utf-8'))
  for (const bad of ['c080', 'eda080', 'f4908080', 'e0809f', 'ef', 'efbfbf', 'ee8080']) {
    const bytes = Buffer.concat([Buffer.from('abcd'), Buffer.from(bad, 'hex'), Buffer.from('efgh')])
    assert.deepEqual(
      scan(bytes, { codePage: utf8, encodings: [] }).map(({ text }) => text),
      ['abcd', 'efgh'],
      bad,
    )
  }
})
