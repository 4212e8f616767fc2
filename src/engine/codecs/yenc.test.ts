import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'

import { bytesSource } from '../source/byte-source.ts'
import { YencDecoder } from './yenc.ts'

function decoded(bytes: Buffer, step: number): { bytes: Buffer; crc: number; length: number } {
  const decoder = new YencDecoder(bytesSource(bytes), 0, bytes.length)
  const parts: Buffer[] = []
  for (;;) {
    const out = new Uint8Array(step)
    const count = decoder.read(out)
    if (count === 0) return { bytes: Buffer.concat(parts), crc: decoder.crc, length: decoder.length }
    parts.push(Buffer.from(out.subarray(0, count)))
  }
}

test('escapes, line ends and doubled dots, in steps of any size', () => {
  // 0x2e at the beginning of a line is doubled on its way through a news server.
  const encoded = Buffer.from('=\u006e=\u007d\r\n..\u008b\r\n.\u008c\r\n', 'latin1')
  const plain = Buffer.from(
    [0x6e - 106, 0x7d - 106, 0x2e - 42, 0x8b - 42, 0x2e - 42, 0x8c - 42].map((value) => value & 255),
  )
  for (const step of [1, 2, 3, 100]) {
    const result = decoded(encoded, step)
    assert.deepEqual([result.bytes, result.crc, result.length], [plain, crc32(plain), plain.length])
  }
})
