// Inodes: where they lie, and what they say.

import { u16, u32 } from '../fields.ts'
import type { EvidenceSource } from '../source.ts'
import type { TreeKind, TreeTimes } from '../tree.ts'
import { incompat, type Superblock } from './superblock.ts'

export const inodeFlags = {
  compressed: 0x4,
  encrypted: 0x800,
  extents: 0x80000,
  inlineData: 0x10000000,
} as const
const oldInodeBytes = 128
export const mapAt = 40
export const mapBytes = 60

export interface Inode {
  readonly number: number
  readonly mode: number
  readonly kind: TreeKind
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly flags: number
  readonly times: TreeTimes
  readonly bytes: Uint8Array
}

export interface ExtVolume {
  readonly source: EvidenceSource
  readonly superblock: Superblock
}

/** Undefined: there is no such inode, or it is not in use. */
export function readInode(volume: ExtVolume, number: number): Inode | undefined {
  const { source, superblock } = volume
  const { inodes, inodesPerGroup, inodeBytes } = superblock
  if (number < 1 || number > inodes) return undefined
  const group = Math.floor((number - 1) / inodesPerGroup)
  const table = inodeTable(volume, group)
  if (table === undefined) return undefined
  const at = table * superblock.blockBytes + ((number - 1) % inodesPerGroup) * inodeBytes
  const bytes = source.read(at, inodeBytes)
  const mode = u16(bytes, 0)
  if (bytes.length < inodeBytes || mode === 0 || u16(bytes, 26) === 0) return undefined
  const kind = kindOf(mode)
  return {
    number,
    mode,
    kind,
    uid: u16(bytes, 2) + u16(bytes, 120) * 65_536,
    gid: u16(bytes, 24) + u16(bytes, 122) * 65_536,
    size: u32(bytes, 4) + (kind === 'file' || kind === 'folder' ? u32(bytes, 108) * 2 ** 32 : 0),
    flags: u32(bytes, 32),
    times: timesOf(bytes),
    bytes,
  }
}

/** The block with which the group's table of inodes begins. */
function inodeTable({ source, superblock }: ExtVolume, group: number): number | undefined {
  const { blockBytes, descriptorBytes, firstBlock, blocksPerGroup, firstMetaGroup } = superblock
  const perBlock = blockBytes / descriptorBytes
  const index = Math.floor(group / perBlock)
  // Blocks of 1 KiB have the superblock in block 1, also where clusters make them count from 0.
  const ahead = blockBytes === 1024 ? 1 : 0
  let block = ahead + 1 + index
  if (index >= firstMetaGroup) {
    const first = index * perBlock
    const skipped = first === 0 ? ahead - firstBlock : 0
    block = firstBlock + first * blocksPerGroup + skipped + (superblock.hasCopy(first) ? 1 : 0)
  }
  const bytes = source.read(block * blockBytes + (group % perBlock) * descriptorBytes, descriptorBytes)
  const isWide = (superblock.incompat & incompat.wide) !== 0 && descriptorBytes >= 64
  const table = u32(bytes, 8) + (isWide ? u32(bytes, 40) * 2 ** 32 : 0)
  return table > 0 && table < superblock.blocks ? table : undefined
}

function kindOf(mode: number): TreeKind {
  switch (mode & 0xf000) {
    case 0x8000:
      return 'file'
    case 0x4000:
      return 'folder'
    case 0xa000:
      return 'link'
    default:
      return 'other'
  }
}

function timesOf(bytes: Uint8Array): TreeTimes {
  const extra = bytes.length > oldInodeBytes ? u16(bytes, oldInodeBytes) : 0
  const fine = (at: number): number | undefined =>
    oldInodeBytes + extra >= at + 4 && at + 4 <= bytes.length ? u32(bytes, at) : undefined
  const bornFine = fine(148)
  const isBorn = bornFine !== undefined && (u32(bytes, 144) !== 0 || bornFine !== 0)
  return {
    modified: timeOf(u32(bytes, 16), fine(136)),
    changed: timeOf(u32(bytes, 12), fine(132)),
    accessed: timeOf(u32(bytes, 8), fine(140)),
    ...(isBorn ? { born: timeOf(u32(bytes, 144), bornFine) } : {}),
  }
}

/** `fine`: 30 bits of nanoseconds above two that continue the seconds; undefined: the inode has no room for them. */
function timeOf(low: number, fine: number | undefined): string {
  const seconds = (low | 0) + ((fine ?? 0) & 3) * 2 ** 32
  const text = new Date(seconds * 1000).toISOString().slice(0, -5)
  return fine === undefined ? `${text}Z` : `${text}.${String(fine >>> 2).padStart(9, '0')}Z`
}
