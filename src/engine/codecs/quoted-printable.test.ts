import assert from 'node:assert/strict'
import { test } from 'node:test'

import { bytesSource } from '../source/byte-source.ts'
import { QuotedPrintableDecoder } from './quoted-printable.ts'

function decoded(text: string, step = 1000): string {
  const bytes = Buffer.from(text, 'latin1')
  const decoder = new QuotedPrintableDecoder(bytesSource(bytes), 0, bytes.length)
  let plain = ''
  for (;;) {
    const out = new Uint8Array(step)
    const count = decoder.read(out)
    if (count === 0) return plain
    plain += Buffer.from(out.subarray(0, count)).toString('latin1')
  }
}

test('escapes in either case, soft line breaks and the rest as it is', () => {
  assert.equal(decoded('a=3Db=c3=C4'), 'a=b\u00c3\u00c4')
  assert.equal(decoded('one=\r\ntwo=\nthree= \t\r\nfour=\rfive\r\n'), 'onetwothreefourfive\r\n')
})

test('what is no escape stands for itself', () => {
  assert.equal(decoded('a=zz =4 ='), 'a=zz =4 ')
  assert.equal(decoded('=  x'), '=  x')
  assert.equal(decoded('=4'), '=4')
})

test('nothing is cut in two, in however small steps it is read', () => {
  const text = 'x=41=\r\n=42y= \r\n'.repeat(40)
  for (const step of [1, 2, 3, 7, 63, 64, 65]) assert.equal(decoded(text, step), 'xABy'.repeat(40))
})
