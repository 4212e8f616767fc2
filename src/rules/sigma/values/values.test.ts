// Patterns, encodings, networks and dates: the values of rules.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { addressBytes, isInNetwork, parseNetwork } from '../../../base/network.ts'
import { encode } from './encodings.ts'
import { lowered, opened, patternTest, plainText, readPattern, withAnyDash } from './pattern.ts'
import { readTime, timePart } from './time-part.ts'

function matches(value: string, text: string): boolean {
  return patternTest(readPattern(value))(text)
}

test('a star stands for any characters and a question mark for one', () => {
  assert.ok(matches('a*c', 'abbbc'))
  assert.ok(matches('a*c', 'ac'))
  assert.ok(!matches('a*c', 'acd'))
  assert.ok(matches('a?c', 'abc'))
  assert.ok(!matches('a?c', 'ac'))
  assert.ok(matches('*x*y*', '1x2y3'))
  assert.ok(!matches('*x*y*', '1y2x3'))
  assert.ok(matches('?*?', 'ab'))
  assert.ok(!matches('?*?', 'a'))
  assert.ok(matches('*', ''))
  assert.ok(matches('a*b*b', 'abb'))
  assert.ok(!matches('ab*b', 'ab'))
})

test('a backslash escapes wildcards and itself, and is plain before anything else', () => {
  assert.ok(matches(String.raw`C:\Windows\cmd.exe`, String.raw`C:\Windows\cmd.exe`))
  assert.ok(matches(String.raw`C:\\Windows`, String.raw`C:\Windows`))
  assert.ok(matches(String.raw`a\*b`, 'a*b'))
  assert.ok(!matches(String.raw`a\*b`, 'aXb'))
  assert.ok(matches(String.raw`a\?`, 'a?'))
  assert.ok(!matches(String.raw`a\?`, 'ax'))
  // A backslash, then a wildcard.
  assert.ok(matches(String.raw`dir\\*`, String.raw`dir\file`))
  assert.ok(!matches(String.raw`dir\\*`, 'dir/file'))
  // A backslash, then a plain star.
  assert.ok(matches(String.raw`dir\\\*`, String.raw`dir\*`))
  assert.ok(!matches(String.raw`dir\\\*`, String.raw`dir\file`))
  assert.ok(matches(String.raw`\\\\server`, String.raw`\\server`))
  assert.ok(matches('end\\', 'end\\'))
})

test('a pattern without wildcards is a text, one that is open is not', () => {
  assert.equal(plainText(readPattern('abc')), 'abc')
  assert.equal(plainText(readPattern('')), '')
  assert.equal(plainText(readPattern('a?c')), undefined)
  assert.equal(plainText(opened(readPattern('abc'), { start: true, end: false })), undefined)
  assert.ok(!patternTest(readPattern(''))('x'))
  assert.ok(patternTest(readPattern(''))(''))
})

test('a dash that begins a word stands for all dashes', () => {
  const fits = patternTest(opened(withAnyDash(readPattern(' -f x-y /Z')), { start: true, end: true }))
  for (const text of ['rm -f x-y /Z', 'rm /f x-y -Z', 'rm \u2013f x-y \u2014Z', 'rm \u2015f x-y /Z'])
    assert.ok(fits(text), text)
  assert.ok(!fits('rm -f x/y /Z'))
  assert.ok(!fits('rm +f x-y /Z'))
})

test('patterns agree with the same expression as a regular expression', () => {
  const piece = fc.constantFrom('a', 'b', '.', '*', '?', 'ab')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 12 }),
      (parts, letters) => {
        const value = parts.join('')
        const text = letters.join('')
        const source = value
          .replaceAll('.', String.raw`\.`)
          .replaceAll('*', '[^]*')
          .replaceAll('?', '[^]')
        assert.equal(matches(value, text), new RegExp(`^${source}$`).test(text), `${value} on ${text}`)
      },
    ),
    { numRuns: 500 },
  )
})

test('lower-case patterns fit lower-case values, also beyond ASCII', () => {
  assert.ok(patternTest(lowered(readPattern('ÄÖ?*')))('äöx'))
})

test('base64offset gives what is inside base64 at all three offsets', () => {
  const forms = encode(Buffer.from('/bin/bash'), 'base64offset').map(String)
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const text = Buffer.from(`${before}/bin/bash -i`).toString('base64')
    assert.ok(
      forms.some((form) => text.includes(form)),
      text,
    )
  }
  assert.deepEqual(encode(Buffer.from('foo'), 'base64').map(String), ['Zm9v'])
})

test('utf16 modifiers put the bytes of the specification', () => {
  const hex = (encoding: 'wide' | 'utf16le' | 'utf16be' | 'utf16'): string | undefined =>
    encode(Buffer.from('cmd'), encoding)[0]?.toString('hex')
  assert.equal(hex('utf16le'), '63006d006400')
  assert.equal(hex('wide'), '63006d006400')
  assert.equal(hex('utf16be'), '0063006d0064')
  assert.equal(hex('utf16'), 'fffe63006d006400')
})

test('networks hold their addresses and no others', () => {
  const inside = (address: string, network: string): boolean => {
    const read = parseNetwork(network)
    assert.ok(read !== undefined, network)
    return isInNetwork(addressBytes(address) ?? [], read)
  }
  assert.ok(inside('10.1.2.3', '10.0.0.0/8'))
  assert.ok(!inside('11.1.2.3', '10.0.0.0/8'))
  assert.ok(inside('192.168.1.130', '192.168.1.128/25'))
  assert.ok(!inside('192.168.1.127', '192.168.1.128/25'))
  assert.ok(inside('0.0.0.0', '0.0.0.0/0'))
  assert.ok(inside('fe80::1%eth0', 'fe80::/10'))
  assert.ok(inside('2001:db8:0:1::5', '2001:db8::/47'))
  assert.ok(!inside('2001:db9::1', '2001:db8::/32'))
  assert.ok(inside('::ffff:10.9.9.9', '10.0.0.0/8'))
  assert.ok(!inside('no address', '0.0.0.0/0'))
  for (const wrong of ['10.0.0.0/33', 'x/8', '10.0.0/8', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1']) {
    assert.equal(parseNetwork(wrong), undefined, wrong)
  }
})

test('parts of a date are those of UTC', () => {
  const time = '2026-01-01T23:05:09.123456Z'
  assert.deepEqual(
    (['minute', 'hour', 'day', 'week', 'month', 'year'] as const).map((part) => timePart(time, part)),
    ['5', '23', '1', '1', '1', '2026'],
  )
  assert.equal(timePart('2025-12-29', 'week'), '1')
  assert.equal(timePart('2027-01-03 10:00', 'week'), '53')
  assert.equal(timePart('2026-05-01T01:30:00+02:00', 'hour'), '23')
  assert.equal(readTime('1700000000'), 1_700_000_000_000)
  assert.equal(readTime('1700000000123'), 1_700_000_000_123)
  for (const wrong of ['', 'yesterday', '2026-13-01', '2026-01-01T99:00', '5'])
    assert.equal(readTime(wrong), undefined, wrong)
})
