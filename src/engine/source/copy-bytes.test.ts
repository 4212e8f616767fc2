import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import { Budget, defaultLimits } from '../limits.ts'
import { type ByteSource, bytesSource, maxRead } from './byte-source.ts'
import { copyBytes } from './copy-bytes.ts'

const bytes = randomBytes(2 * maxRead + 100, 1)

/** One window for all reads, as a file descriptor has. */
function windowed(): ByteSource {
  const window = new Uint8Array(maxRead)
  return {
    size: bytes.length,
    read(offset, length) {
      assert.ok(length <= maxRead)
      const part = bytes.subarray(offset, offset + length)
      window.set(part)
      return window.subarray(0, part.length)
    },
  }
}

test('parts of any length are copied out of the window of the reads', () => {
  for (const [from, most] of [
    [0, 0],
    [0, 10],
    [7, maxRead],
    [7, maxRead + 1],
    [0, bytes.length],
    [0, Number.POSITIVE_INFINITY],
    [bytes.length - 5, 100],
    [bytes.length + 5, 100],
  ] as const) {
    const source = windowed()
    const copy = copyBytes(source, { from, most })
    source.read(0, maxRead)
    assert.ok(copy.equals(bytes.subarray(from, from + most)), `${from}, ${most}`)
  }
})

test('the bytes of the source are not those of the copy', () => {
  const own = Buffer.from('abc')
  const copy = copyBytes(bytesSource(own), { most: 3 })
  copy[0] = 0
  assert.equal(own.toString(), 'abc')
})

test('the clock of the budget ends a copy', () => {
  assert.throws(() => copyBytes(windowed(), { most: 10 }, new Budget({ ...defaultLimits, maxMs: 0 })))
})
