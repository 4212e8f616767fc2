// Content of an inode: in its blocks, or within the inode itself.

import { u16, u32 } from '../fields.ts'
import { mappedSource } from '../mapped-source.ts'
import type { Notes } from '../note.ts'
import { type EvidenceSource, memorySource } from '../source.ts'
import { blockMapOf } from './block-map.ts'
import { type ExtVolume, type Inode, inodeFlags, mapAt, mapBytes } from './inode.ts'

const oldInodeBytes = 128
const attributesMagic = 0xea020000
const maxAttributes = 256
/** The prefix `system.`. */
const systemIndex = 7
const maxBlocks = 2 ** 32

export function contentOf(volume: ExtVolume, inode: Inode, notes: Notes): EvidenceSource {
  if ((inode.flags & inodeFlags.inlineData) !== 0) {
    const inline = inlineData(inode)
    if (inode.size > inline.length)
      notes.add(`inode ${inode.number}: its content within the inode is cut off`)
    return memorySource(inline.subarray(0, inode.size))
  }
  const { blockBytes } = volume.superblock
  const map = blockMapOf(volume, inode, notes)
  const size = Math.min(inode.size, maxBlocks * blockBytes)
  if (size < inode.size) notes.add(`inode ${inode.number} is longer than a file can be`)
  return mappedSource(volume.source, size, (offset) => {
    const { first, count, block } = map(Math.floor(offset / blockBytes))
    const within = offset - first * blockBytes
    return {
      from: block === undefined ? undefined : block * blockBytes + within,
      bytes: count * blockBytes - within,
    }
  })
}

/** What fits into the place of the block map, and the attribute `system.data` behind it. */
export function inlineData(inode: Inode): Buffer {
  const head = inode.bytes.subarray(mapAt, mapAt + mapBytes)
  return Buffer.concat([head, ownAttribute(inode.bytes, systemIndex, 'data') ?? new Uint8Array(0)])
}

/** An extended attribute that lies in the inode itself. */
function ownAttribute(bytes: Uint8Array, prefix: number, name: string): Uint8Array | undefined {
  const magicAt = oldInodeBytes + u16(bytes, oldInodeBytes)
  if (bytes.length <= magicAt + 4 || u32(bytes, magicAt) !== attributesMagic) return undefined
  const start = magicAt + 4
  let at = start
  for (let count = 0; count < maxAttributes && at + 16 <= bytes.length && u32(bytes, at) !== 0; count++) {
    const nameBytes = bytes[at] ?? 0
    const found = Buffer.from(bytes.subarray(at + 16, at + 16 + nameBytes)).toString('latin1')
    if (bytes[at + 1] === prefix && found === name) {
      const valueAt = start + u16(bytes, at + 2)
      return bytes.subarray(valueAt, valueAt + u32(bytes, at + 8))
    }
    at += 16 + 4 * Math.ceil(nameBytes / 4)
  }
  return undefined
}
