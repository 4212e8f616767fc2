// zlib (RFC 1950) as a whole file: git objects, saved streams. Two bytes are no magic, so only what really decodes is
// taken for it.

import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { ZlibStream } from '../../codecs/zlib-stream.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

/** Second bytes that compressors write behind 78: the level and a check (2.2). */
const secondBytes: ReadonlySet<number | undefined> = new Set([0x01, 0x5e, 0x9c, 0xda])
/** Decoded without a fault, so much is no accident. */
const enoughDecoded = 512
/** RFC 1951, 3.2.3: almost any bytes decode as a block of fixed codes, so there only a right checksum counts. */
const fixedBlock = 1

export const zlib: Format = {
  id: 'zlib',
  kind: 'stream',

  matches: ({ head }) => head[0] === 0x78 && secondBytes.has(head[1]) && decodes(head),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.zlib': '', '.zz': '' }),
      open: (source, at) => (at === 0 ? openZlib(source) : undefined),
    })
  },
}

function openZlib(source: ByteSource): ZlibStream {
  return new ZlibStream(source, 0)
}

const trial = new Uint8Array(4096)

function decodes(head: Uint8Array): boolean {
  const stream = openZlib(bytesSource(head))
  const isStrict = (((head[2] ?? 0) >> 1) & 3) === fixedBlock
  let decoded = 0
  for (let count = stream.read(trial); count > 0; count = stream.read(trial)) {
    decoded += count
    if (decoded >= trial.length && !isStrict) return true
  }
  if (stream.fault === undefined) return true
  return !isStrict && stream.consumed >= head.length && decoded >= enoughDecoded
}
