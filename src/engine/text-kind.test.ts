import assert from 'node:assert/strict'
import { test } from 'node:test'

import { textKindOf } from './text-kind.ts'

const kindOf = (head: Uint8Array): ReturnType<typeof textKindOf> => textKindOf({ head, chain: ['x'] })

test('ASCII, UTF-8 and code pages are text, one character a byte', () => {
  for (const text of ['plain\r\n\ttext\u001b[1m', 'für', '\u00e4\u00f6'] as const) {
    assert.equal(kindOf(Buffer.from(text)), 'bytes')
    assert.equal(kindOf(Buffer.from(text, 'latin1')), 'bytes')
  }
})

test('UTF-16 is known by its mark, or by its zeros', () => {
  assert.equal(kindOf(Buffer.from('\ufeffa', 'utf16le')), 'utf-16le')
  assert.equal(kindOf(Buffer.from('<html><body>', 'utf16le')), 'utf-16le')
  assert.equal(kindOf(Buffer.from('<html><body>', 'utf16le').swap16()), 'utf-16be')
  assert.equal(kindOf(Buffer.from('\ufeffa', 'utf16le').swap16()), 'utf-16be')
})

test('programs, pictures and nothing are no text', () => {
  for (const bytes of [
    [],
    [0x7f, 0x45, 0x4c, 0x46, 1, 1, 0],
    [0x4d, 0x5a, 0x90, 0, 3, 0],
    [1],
    [0, 0, 0, 0],
  ]) {
    assert.equal(kindOf(Uint8Array.from(bytes)), undefined)
  }
})

test('the answer is that of the object at hand, also in memory that is used again', () => {
  const head = new Uint8Array(Buffer.from('text'))
  assert.equal(textKindOf({ head, chain: ['a'] }), 'bytes')
  head[0] = 1
  assert.equal(textKindOf({ head, chain: ['b'] }), undefined)
})
