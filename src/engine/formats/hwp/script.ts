// The script of a document (3.2.9): length and UTF-16 text of four parts: header, source, and what runs before and
// after it.

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'

const parts = 4
/** A script is text that somebody wrote; the raw stream is scanned whatever its size. */
const longestScript = 4 * 1024 * 1024

/** The parts as UTF-8, a line between them. Bytes that do not fit the lengths are taken as text too. */
export function scriptText(source: ByteSource): Uint8Array {
  const bytes = copyBytes(source, { most: longestScript })
  const texts: string[] = []
  let at = 0
  for (let part = 0; part < parts && at + 4 <= bytes.length; part++) {
    const length = u32(bytes, at) * 2
    if (length > bytes.length - at - 4) break
    texts.push(bytes.toString('utf16le', at + 4, at + 4 + length))
    at += 4 + length
  }
  // Behind the parts stands an end mark of four bytes.
  if (bytes.length - at > 4) texts.push(bytes.toString('utf16le', at, at + ((bytes.length - at) & ~1)))
  return Buffer.from(texts.filter((text) => text !== '').join('\n'))
}
