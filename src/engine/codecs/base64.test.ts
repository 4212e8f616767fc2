import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { bytesSource } from '../source/byte-source.ts'
import type { Decoder } from '../source/decoded-source.ts'
import { Base64Decoder, decodeBase64 } from './base64.ts'

/** All of it, in steps of at most `step` bytes. */
function all(decoder: Decoder, step: number): Buffer {
  const parts: Buffer[] = []
  for (;;) {
    const out = new Uint8Array(step)
    const count = decoder.read(out)
    if (count === 0) return Buffer.concat(parts)
    parts.push(Buffer.from(out.subarray(0, count)))
  }
}

function decoded(text: string, step = 1000): string {
  const bytes = Buffer.from(text, 'latin1')
  return all(new Base64Decoder(bytesSource(bytes), 0, bytes.length), step).toString('latin1')
}

test('the vectors of RFC 4648 are decoded', () => {
  for (const [text, plain] of [
    ['', ''],
    ['Zg==', 'f'],
    ['Zm8=', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg==', 'foob'],
    ['Zm9vYmE=', 'fooba'],
    ['Zm9vYmFy', 'foobar'],
  ] as const) {
    assert.equal(decoded(text), plain)
    assert.equal(Buffer.from(decodeBase64(Buffer.from(text))).toString(), plain)
  }
})

test('both alphabets are understood', () => {
  assert.equal(decoded('+/-_'), '\u00fb\u00ff\u00bf')
})

test('missing padding, foreign characters and padding in the middle do no harm', () => {
  assert.equal(decoded('Zm9vYg'), 'foob')
  assert.equal(decoded(' Z*m9\r\nv!Y g='), 'foob')
  assert.equal(decoded('Zg==Zm8=Zm9v'), 'ffofoo')
  assert.equal(decoded('Zm9vY'), 'foo')
})

test('any bytes come back, whatever stands between and however they are read', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 70 }),
      (bytes, width, step) => {
        const lines = Buffer.from(bytes)
          .toString('base64')
          .replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\r\n')
        assert.equal(decoded(lines, step), Buffer.from(bytes).toString('latin1'))
      },
    ),
    { numRuns: 200 },
  )
})

test('only the given range is read', () => {
  const bytes = Buffer.from('xxxxZm9vYmFyyyyy')
  assert.equal(all(new Base64Decoder(bytesSource(bytes), 4, 12), 2).toString(), 'foobar')
})
