// The superblock of ext2, ext3 and ext4 (Linux' documentation of ext4's data structures), or the copy in the second group.

import { nameOfBytes } from '../tree-path.ts'
import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

const superblockAt = 1024
const superblockBytes = 1024
const extMagic = 0xef53
const notUnmounted = 1

export const incompat = {
  compression: 0x1,
  fileType: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaGroups: 0x10,
  extents: 0x40,
  wide: 0x80,
  encrypted: 0x10000,
  inlineData: 0x8000,
} as const
/** Of those above and of what needs nothing here: multiple mount protection, flexible groups, values in inodes, checksum seeds, large
 * directories, folded names. */
const knownIncompat =
  0x1 |
  0x2 |
  0x4 |
  0x8 |
  0x10 |
  0x40 |
  0x80 |
  0x100 |
  0x200 |
  0x400 |
  0x2000 |
  0x4000 |
  0x8000 |
  0x10000 |
  0x20000
const sparseSuper = 0x1
const sparseSuper2 = 0x200

export interface Superblock {
  readonly blockBytes: number
  readonly inodes: number
  readonly blocks: number
  readonly firstBlock: number
  readonly blocksPerGroup: number
  readonly inodesPerGroup: number
  readonly inodeBytes: number
  readonly descriptorBytes: number
  readonly firstMetaGroup: number
  readonly incompat: number
  readonly volumeName: string
  hasCopy(group: number): boolean
}

function isExt(head: Uint8Array): boolean {
  return u16(head, 56) === extMagic
}

/** Undefined: there is none, or it is damaged and the copies too. */
export function readSuperblock(volume: EvidenceSource, notes: Notes): Superblock | undefined {
  const first = volume.read(superblockAt, superblockBytes)
  const found = isExt(first) ? parse(first) : undefined
  if (found !== undefined) {
    tellState(first, notes)
    return found
  }
  const copy = copyOf(volume)
  if (copy !== undefined)
    notes.add('the superblock is damaged; its copy in the second group is used', superblockAt)
  else if (isExt(first)) notes.add('the superblock is damaged', superblockAt)
  return copy
}

/** The copy that begins the second group, as groups are made: as many blocks as one block has bits. */
function copyOf(volume: EvidenceSource): Superblock | undefined {
  for (const blockBytes of [4096, 1024, 2048, 65_536]) {
    const at = 8 * blockBytes * blockBytes + (blockBytes === 1024 ? 1024 : 0)
    const head = volume.read(at, superblockBytes)
    if (!isExt(head) || u16(head, 90) !== 1) continue
    const found = parse(head)
    if (found?.blockBytes === blockBytes) return found
  }
  return undefined
}

function parse(head: Uint8Array): Superblock | undefined {
  if (head.length < superblockBytes || u32(head, 24) > 6) return undefined
  const features = u32(head, 76) === 0 ? 0 : u32(head, 96)
  const isWide = (features & incompat.wide) !== 0
  const blockBytes = 1024 * 2 ** u32(head, 24)
  const inodeBytes = u32(head, 76) === 0 ? 128 : u16(head, 88)
  const descriptorBytes = isWide ? u16(head, 254) : 32
  const blocksPerGroup = u32(head, 32)
  const inodesPerGroup = u32(head, 40)
  const isSound =
    isPowerOf2(inodeBytes, 128, blockBytes) &&
    isPowerOf2(descriptorBytes, 32, 1024) &&
    blocksPerGroup > 0 &&
    inodesPerGroup > 0 &&
    u32(head, 20) <= 1
  if (!isSound) return undefined
  const name = head.subarray(120, 136)
  const end = name.indexOf(0)
  return {
    blockBytes,
    inodes: u32(head, 0),
    blocks: u32(head, 4) + (isWide ? u32(head, 336) * 2 ** 32 : 0),
    firstBlock: u32(head, 20),
    blocksPerGroup,
    inodesPerGroup,
    inodeBytes,
    descriptorBytes,
    firstMetaGroup: (features & incompat.metaGroups) === 0 ? Number.POSITIVE_INFINITY : u32(head, 260),
    incompat: features,
    volumeName: nameOfBytes(end < 0 ? name : name.subarray(0, end)),
    hasCopy: copiesOf(head),
  }
}

function isPowerOf2(bytes: number, least: number, most: number): boolean {
  return bytes >= least && bytes <= most && Number.isInteger(Math.log2(bytes))
}

function copiesOf(head: Uint8Array): (group: number) => boolean {
  if ((u32(head, 92) & sparseSuper2) !== 0) {
    const groups = new Set([0, u32(head, 588), u32(head, 592)])
    return (group) => groups.has(group)
  }
  if ((u32(head, 100) & sparseSuper) === 0) return () => true
  return (group) => group <= 1 || [3, 5, 7].some((base) => isPowerOf(base, group))
}

function isPowerOf(base: number, value: number): boolean {
  let power = base
  while (power < value) power *= base
  return power === value
}

function tellState(head: Uint8Array, notes: Notes): void {
  const features = u32(head, 96)
  if ((features & incompat.recover) !== 0)
    notes.add('the journal holds what was not written yet; it is not replayed', superblockAt)
  else if ((u16(head, 58) & notUnmounted) === 0)
    notes.add('the volume was not unmounted cleanly', superblockAt)
  const unknown = features & ~knownIncompat
  if (unknown !== 0) notes.add(`features that are not known: ${unknown.toString(16)}`, superblockAt)
}
