import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'

import { randomBytes } from '../../../test/support/random.ts'
import { adler32 } from './adler32.ts'

test('Adler-32 is what zlib writes behind its data', () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('Wikipedia'),
    randomBytes(100_000, 1),
    Buffer.alloc(20_000, 255),
  ]) {
    assert.equal(adler32(bytes), deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4))
  }
})
