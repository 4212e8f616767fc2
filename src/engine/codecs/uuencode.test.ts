import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import { bytesSource } from '../source/byte-source.ts'
import { UuDecoder } from './uuencode.ts'

function decoded(text: string, step = 1000): { bytes: Buffer; fault: string | undefined; consumed: number } {
  const bytes = Buffer.from(text, 'latin1')
  const decoder = new UuDecoder(bytesSource(bytes), 0, bytes.length)
  const parts: Buffer[] = []
  for (;;) {
    const out = new Uint8Array(step)
    const count = decoder.read(out)
    if (count === 0) return { bytes: Buffer.concat(parts), fault: decoder.fault, consumed: decoder.consumed }
    parts.push(Buffer.from(out.subarray(0, count)))
  }
}

/** As POSIX describes it, three bytes at a time. */
function lineOf(bytes: Uint8Array): string {
  const digit = (value: number): string => String.fromCharCode(value === 0 ? 0x60 : value + 32)
  let line = digit(bytes.length)
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
    line +=
      digit(a >> 2) + digit(((a & 3) << 4) | (b >> 4)) + digit(((b & 15) << 2) | (c >> 6)) + digit(c & 63)
  }
  return line
}

test('whole lines are decoded, in steps of any size', () => {
  const bytes = randomBytes(500, 3)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 45) lines.push(lineOf(bytes.subarray(at, at + 45)))
  for (const ends of ['\n', '\r\n']) {
    const text = `${lines.join(ends)}${ends}\`${ends}end${ends}`
    for (const step of [1, 44, 45, 1000]) {
      const result = decoded(text, step)
      assert.deepEqual([result.bytes, result.fault], [Buffer.from(bytes), undefined])
    }
  }
})

test('spaces that were cut off at the end of a line are zeros', () => {
  assert.deepEqual(decoded('#\n`\n').bytes, Buffer.alloc(3))
})

test('a missing end and a line that is none are told', () => {
  assert.equal(decoded('#0V%T\n').fault, 'the end line is missing')
  assert.equal(decoded('#0V%T\n\u00e4\n').fault, 'a line is no uuencode')
  assert.equal(decoded('#0V%T\nend\n').fault, undefined)
  assert.equal(decoded('#0V%T\n').bytes.toString(), 'Cat')
})
