import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached } from '../limits.ts'
import { type ByteSource, bytesSource, maxRead } from './byte-source.ts'
import { digestsOf, sha256Of } from './digest.ts'

const budget = new Budget(defaultLimits)

test('the SHA-256 of nothing and of "abc" are those of FIPS 180-4', () => {
  assert.equal(
    sha256Of(bytesSource(new Uint8Array(0)), budget),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  assert.equal(
    sha256Of(bytesSource(Buffer.from('abc')), budget),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

for (const length of [maxRead - 1, maxRead, maxRead + 1, 3 * maxRead, 3 * maxRead + 7]) {
  test(`digests of ${length} bytes are the same streamed as at once`, () => {
    const bytes = Buffer.alloc(length, 'haechi')
    const algorithms = ['md5', 'sha256', 'sha1'] as const
    assert.deepEqual(
      digestsOf(bytesSource(bytes), algorithms, budget).map((digest) => Buffer.from(digest).toString('hex')),
      algorithms.map((algorithm) => createHash(algorithm).update(bytes).digest('hex')),
    )
  })
}

test('the size of a source is never asked for', () => {
  const bytes = bytesSource(Buffer.alloc(2 * maxRead))
  const source: ByteSource = {
    get size(): number {
      throw new Error('size was asked for')
    },
    read: (offset, length) => bytes.read(offset, length),
  }
  assert.equal(sha256Of(source, budget).length, 64)
})

for (const length of [10, 2 * maxRead]) {
  test(`a budget that is used up ends the digest of ${length} bytes`, () => {
    const usedUp = new Budget({ ...defaultLimits, maxMs: 0 })
    assert.throws(() => sha256Of(bytesSource(Buffer.alloc(length)), usedUp), LimitReached)
  })
}
