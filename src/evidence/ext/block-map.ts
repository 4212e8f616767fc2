// Where the blocks of a file lie: extents or, before ext4, blocks of pointers. Both are asked block by block and never read as a whole, so
// that sizes and circles of hostile volumes cost nothing.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { type ExtVolume, type Inode, inodeFlags, mapAt, mapBytes } from './inode.ts'

const extentMagic = 0xf30a
const maxDepth = 5
const entryBytes = 12
/** Longer ones are reserved, but not written yet: zeros. */
const longestExtent = 32_768
const directPointers = 12
const levels = 3

export interface Stretch {
  /** The first block of the file in it. */
  readonly first: number
  /** At least 1. */
  readonly count: number
  /** On the volume; undefined: a hole. */
  readonly block: number | undefined
}

export type BlockMap = (block: number) => Stretch

/** Says, for a block of the file, in which stretch it lies; the last one is kept. */
export function blockMapOf(volume: ExtVolume, inode: Inode, notes: Notes): BlockMap {
  const root = inode.bytes.subarray(mapAt, mapAt + mapBytes)
  const isExtents = (inode.flags & inodeFlags.extents) !== 0
  let isTold = false
  const fault = (): void => {
    if (!isTold)
      notes.add(
        `inode ${inode.number}: its ${isExtents ? 'extents' : 'blocks'} make no sense: zeros stand for content`,
      )
    isTold = true
  }
  const find = isExtents ? extents(volume, root, fault) : pointers(volume, root, fault)
  let last: Stretch | undefined
  return (block) => {
    if (last !== undefined && block >= last.first && block < last.first + last.count) return last
    const found = find(block)
    last =
      found.block === undefined || isWithin(volume, found, fault) ? found : { ...found, block: undefined }
    return last
  }
}

function isWithin(volume: ExtVolume, { block = 0, count }: Stretch, fault: () => void): boolean {
  if (block > 0 && block + count <= volume.superblock.blocks) return true
  fault()
  return false
}

function extents({ source, superblock }: ExtVolume, root: Uint8Array, fault: () => void): BlockMap {
  const { blockBytes } = superblock
  return (block) => {
    let node = root
    let expected: number | undefined
    let end = 2 ** 32
    const hole = (first: number, until: number): Stretch => ({
      first,
      count: Math.max(1, until - first),
      block: undefined,
    })
    for (let step = 0; step <= maxDepth; step++) {
      const count = u16(node, 2)
      const depth = u16(node, 6)
      const isSound =
        u16(node, 0) === extentMagic &&
        entryBytes * (count + 1) <= node.length &&
        depth <= maxDepth &&
        (expected === undefined || depth === expected)
      if (!isSound) break
      const index = lastUpTo(node, count, block)
      if (index + 1 < count) end = Math.min(end, u32(node, entryBytes * (index + 2)))
      if (index < 0) return hole(block, end)
      const at = entryBytes * (index + 1)
      if (depth === 0) {
        const first = u32(node, at)
        const told = u16(node, at + 4)
        const length = told > longestExtent ? told - longestExtent : told
        if (block >= first + length) return hole(block, end)
        const start = u32(node, at + 8) + u16(node, at + 6) * 2 ** 32
        return { first, count: length, block: told > longestExtent ? undefined : start }
      }
      const child = u32(node, at + 4) + u16(node, at + 8) * 2 ** 32
      if (child === 0 || child >= superblock.blocks) break
      node = source.read(child * blockBytes, blockBytes)
      expected = depth - 1
    }
    fault()
    return hole(block, end)
  }
}

/** The last of the node's entries that begins at the block or before; -1: none. */
function lastUpTo(node: Uint8Array, count: number, block: number): number {
  let low = -1
  let high = count - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (u32(node, entryBytes * (middle + 1)) <= block) low = middle
    else high = middle - 1
  }
  return low
}

/** A list of pointers, and how many blocks of the file each of them covers. */
interface PointerList {
  readonly bytes: Uint8Array
  readonly first: number
  readonly each: number
}

function pointers(volume: ExtVolume, root: Uint8Array, fault: () => void): BlockMap {
  const { source, superblock } = volume
  const { blockBytes } = superblock
  const perBlock = blockBytes / 4
  return (block) => {
    let list = rootList(root, block, perBlock)
    while (list !== undefined) {
      const { bytes, first, each }: PointerList = list
      const index: number = Math.floor((block - first) / each)
      const pointer = u32(bytes, 4 * index)
      const start: number = first + index * each
      if (each === 1) return stretchOf(list, index)
      if (pointer === 0) return { first: start, count: each, block: undefined }
      if (pointer >= superblock.blocks) {
        fault()
        return { first: start, count: each, block: undefined }
      }
      list = { bytes: source.read(pointer * blockBytes, blockBytes), first: start, each: each / perBlock }
    }
    fault()
    return { first: block, count: 2 ** 32, block: undefined }
  }
}

function rootList(root: Uint8Array, block: number, perBlock: number): PointerList | undefined {
  if (block < directPointers) return { bytes: root.subarray(0, 4 * directPointers), first: 0, each: 1 }
  let first = directPointers
  for (let level = 1; level <= levels; level++) {
    const each = perBlock ** level
    const at = 4 * (directPointers + level - 1)
    if (block < first + each) return { bytes: root.subarray(at, at + 4), first, each }
    first += each
  }
  return undefined
}

/** From the pointer on as long as blocks follow each other, or as none are there. */
function stretchOf({ bytes, first }: PointerList, index: number): Stretch {
  const start = u32(bytes, 4 * index)
  const step = start === 0 ? 0 : 1
  let count = 1
  while (4 * (index + count) < bytes.length && u32(bytes, 4 * (index + count)) === start + step * count)
    count += 1
  return { first: first + index, count, block: start === 0 ? undefined : start }
}
