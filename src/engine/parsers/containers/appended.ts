// What appended bytes are that need no look of their own: padding, and a zip that is read from the whole file.

import type { Budget } from '../../limits.ts'
import { type ByteSource, chunksOf, maxRead } from '../../source/byte-source.ts'

/** The end record of a zip and its longest comment. */
const zipTailBytes = 65_536 + 22

/** Whether there is nothing but zeros; an empty source has nothing. */
export function isAllZeros(source: ByteSource, budget: Budget): boolean {
  for (const chunk of chunksOf(source)) {
    budget.checkTime()
    for (const byte of chunk) if (byte !== 0) return false
  }
  return true
}

/** Whether a zip begins at `offset` whose end record, at the end of the file, says where it is. */
export function isReadAsZip(source: ByteSource, offset: number): boolean {
  if (Buffer.from(source.read(offset, 4)).toString('latin1') !== 'PK\x03\x04') return false
  const tail = source.read(Math.max(0, source.size - zipTailBytes), maxRead)
  return Buffer.from(tail.buffer, tail.byteOffset, tail.length).includes('PK\x05\x06', 0, 'latin1')
}
