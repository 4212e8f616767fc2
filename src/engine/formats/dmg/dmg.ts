// Apple disk images (UDIF: the `koly` block at the end, libdmg-hfsplus' dmg.h), through 7-Zip.

import { u64Be } from '../../codecs/big-endian.ts'
import { sevenZipFormat } from '../../seven-zip/format.ts'
import { hasText } from '../../seven-zip/magic.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const trailerBytes = 512

export const dmg = sevenZipFormat({
  id: 'dmg',
  kind: 'archive',
  type: () => 'Dmg',
  matches: ({ head, source }) => {
    if (head.length < trailerBytes) return false
    const { size } = source
    const trailer = source.read(size - trailerBytes, trailerBytes)
    // Version 4, 512 bytes long, big-endian.
    return hasText(trailer, 0, 'koly\0\0\0\x04\0\0\x02\0') && hasTable(trailer.slice(), source)
  },
})

/** The table of chunks, a property list or a resource fork, is where the trailer says: offsets count from the beginning. */
function hasTable(trailer: Uint8Array, source: ByteSource): boolean {
  const [forkAt, forkBytes] = [u64Be(trailer, 40), u64Be(trailer, 48)]
  const [listAt, listBytes] = [u64Be(trailer, 216), u64Be(trailer, 224)]
  const room = source.size - trailerBytes
  if (listBytes > 0) return listAt + listBytes <= room && hasText(source.read(listAt, 5), 0, '<?xml')
  return forkBytes > 0 && forkAt + forkBytes <= room
}
