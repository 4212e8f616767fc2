// Folders: their blocks one after the other. What the hashed index adds looks like entries that are not in use.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { nameOfBytes } from '../tree-path.ts'
import type { TreeKind } from '../tree.ts'
import type { VolumeEntry } from '../volume-tree.ts'
import { type BlockMap, blockMapOf } from './block-map.ts'
import { inlineData } from './content.ts'
import { type ExtVolume, type Inode, inodeFlags, mapBytes } from './inode.ts'
import { incompat } from './superblock.ts'

/** 4 GiB of blocks of 4 KiB. */
const maxBlocks = 2 ** 20
const headBytes = 8
const longestBlock = 65_536

interface RawEntry {
  readonly name: string
  readonly inode: number
  readonly type: number
}

const kinds: readonly (TreeKind | undefined)[] = [
  undefined,
  'file',
  'folder',
  'other',
  'other',
  'other',
  'other',
  'link',
]

export interface Folder {
  readonly volume: ExtVolume
  readonly inode: Inode
  readonly notes: Notes
}

/** `kindOf` tells the kind of an inode where the entry does not. */
export function* folderEntries(
  folder: Folder,
  kindOf: (inode: number) => TreeKind | undefined,
): Generator<VolumeEntry> {
  for (const { name, inode, type } of rawEntries(folder)) {
    if (name === '.' || name === '..') continue
    if (name === '' || /[/\0]/.test(name)) {
      folder.notes.add(`folder ${folder.inode.number}: a name that no path can have is left out`)
      continue
    }
    const kind = kinds[type] ?? kindOf(inode)
    if (kind !== undefined) yield { name, inode, kind }
  }
}

/** The folder in which it says that it lies. */
export function parentOf(folder: Folder): number | undefined {
  if ((folder.inode.flags & inodeFlags.inlineData) !== 0) return u32(inlineData(folder.inode), 0)
  let count = 0
  for (const { name, inode } of rawEntries(folder)) {
    if (name === '..') return inode
    count += 1
    if (count > 2) return undefined
  }
  return undefined
}

function* rawEntries(folder: Folder): Generator<RawEntry> {
  const { volume, inode, notes } = folder
  if ((inode.flags & inodeFlags.inlineData) !== 0) {
    const bytes = inlineData(inode)
    yield* blockEntries(bytes.subarray(4, mapBytes), folder)
    yield* blockEntries(bytes.subarray(mapBytes), folder)
    return
  }
  const { blockBytes } = volume.superblock
  const claimed = Math.ceil(inode.size / blockBytes)
  const count = Math.min(claimed, maxBlocks)
  if (count < claimed) notes.add(`folder ${inode.number}: only the first ${maxBlocks} blocks are read`)
  const map: BlockMap = blockMapOf(volume, inode, notes)
  for (let block = 0; block < count; block++) {
    const { first, count: length, block: start } = map(block)
    if (start === undefined) {
      notes.add(`folder ${inode.number}: a part of it is missing`)
      block = first + length - 1
      continue
    }
    yield* blockEntries(volume.source.read((start + block - first) * blockBytes, blockBytes), folder)
  }
}

function* blockEntries(bytes: Uint8Array, { volume, inode, notes }: Folder): Generator<RawEntry> {
  const hasType = (volume.superblock.incompat & incompat.fileType) !== 0
  for (let at = 0; at + headBytes <= bytes.length;) {
    const told = u16(bytes, at + 4)
    // The longest length of a block of 64 KiB does not fit into its field.
    const length = bytes.length === longestBlock && (told === 0 || told === 65_535) ? longestBlock : told & ~3
    const nameBytes = hasType ? (bytes[at + 6] ?? 0) : u16(bytes, at + 6)
    if (length < headBytes || at + length > bytes.length) {
      notes.add(`folder ${inode.number}: an entry is damaged, those behind it in its block are lost`)
      return
    }
    const number = u32(bytes, at)
    if (number !== 0 && headBytes + nameBytes <= length) {
      const name = nameOfBytes(bytes.subarray(at + headBytes, at + headBytes + nameBytes))
      yield { name, inode: number, type: hasType ? (bytes[at + 7] ?? 0) : 0 }
    }
    at += length
  }
}
