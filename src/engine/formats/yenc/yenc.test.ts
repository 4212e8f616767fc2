import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { yenc } from './yenc.ts'

const flat = { formats: [yenc], isFlat: true } as const

function encoded(text: string): string {
  return text.replaceAll(/./g, (character) => String.fromCharCode((character.charCodeAt(0) + 42) & 255))
}

function part(number: number, text: string, [begin, end]: readonly [number, number], total: number): string {
  return `=ybegin part=${number} total=2 line=128 size=${total} name=a b.txt\r\n=ypart begin=${begin} end=${end}\r\n${encoded(text)}\r\n=yend size=${text.length} part=${number}\r\n`
}

const whole = `=ybegin line=128 size=5 name=hello.txt\r\n${encoded('hello')}\r\n=yend size=5 crc32=3610a686\r\n`

checkFormat(yenc, { files: [Buffer.from(whole, 'latin1')], contains: 'hello', others: samples })

test('the checksum, the length and the end line are looked at', () => {
  const faults = (text: string): string[] => unpack(Buffer.from(text, 'latin1'), flat).faults
  assert.deepEqual(faults(whole), [])
  assert.deepEqual(faults(whole.replace('crc32=36', 'crc32=37')), ['damaged hello.txt'])
  assert.deepEqual(faults(whole.replace('=yend size=5', '=yend size=6')), ['damaged hello.txt'])
  assert.deepEqual(faults(whole.replace('=yend', '=xend')), ['damaged hello.txt'])
})

test('parts are put together in their order; missing ones are told', () => {
  const one = part(1, 'abc', [1, 3], 6)
  const two = part(2, 'def', [4, 6], 6)
  const both = unpack(Buffer.from(two + one + one, 'latin1'), flat)
  assert.deepEqual([listed(both), both.faults], [['a b.txt=abcdef'], []])
  assert.deepEqual(unpack(Buffer.from(two, 'latin1'), flat).faults, ['missing-volume a b.txt'])
})
