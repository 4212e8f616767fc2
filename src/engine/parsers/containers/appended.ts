// Appended bytes that need no look of their own: a zip that is read from the whole file.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** The end record of a zip and its longest comment. */
const zipTailBytes = 65_536 + 22

/** Whether a zip begins at `offset` whose end record, at the end of the file, says where it is. */
export function isReadAsZip(source: ByteSource, offset: number): boolean {
  if (Buffer.from(source.read(offset, 4)).toString('latin1') !== 'PK\x03\x04') return false
  const tail = source.read(Math.max(0, source.size - zipTailBytes), maxRead)
  return Buffer.from(tail.buffer, tail.byteOffset, tail.length).includes('PK\x05\x06', 0, 'latin1')
}
