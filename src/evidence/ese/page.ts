// One page of an ESE database: its header, and the nodes that its tags point to (cpage.cxx and node.cxx of the engine's published
// sources).

import { u16, u32 } from '../fields.ts'

const smallHeaderBytes = 40
const largeHeaderBytes = 80
const noBytes = new Uint8Array(0)

export const pageFlag = {
  root: 1,
  leaf: 2,
  empty: 8,
  space: 0x20,
  index: 0x40,
  longValue: 0x80,
  newRecord: 0x800,
}
const nodeDeleted = 2
const nodeCompressed = 4

export interface Page {
  readonly number: number
  readonly bytes: Uint8Array
  readonly isLarge: boolean
  readonly next: number
  /** Of the tree that the page belongs to. */
  readonly objectId: number
  readonly flags: number
  readonly tagCount: number
  /** The first tags are no nodes. */
  readonly firstTag: number
}

/** Valid until the next one. */
export interface Node {
  isDeleted: boolean
  /** How much of its key is the beginning of the page's. */
  prefixBytes: number
  /** The rest of its key. */
  key: Uint8Array
  data: Uint8Array
}

export function pageOf(bytes: Uint8Array, number: number): Page {
  const state = u16(bytes, 34)
  return {
    number,
    bytes,
    isLarge: bytes.length > 8192,
    next: u32(bytes, 20),
    objectId: u32(bytes, 24),
    flags: u32(bytes, 36),
    tagCount: state & 0xfff,
    firstTag: Math.max(1, state >> 12),
  }
}

export function newNode(): Node {
  return { isDeleted: false, prefixBytes: 0, key: noBytes, data: noBytes }
}

/** False: the tag points out of the page, or what is there is too short. */
export function readNode({ bytes, isLarge, tagCount }: Page, tag: number, into: Node): boolean {
  const mask = isLarge ? 0x7fff : 0x1fff
  const tagAt = bytes.length - 4 * (tag + 1)
  const offset = u16(bytes, tagAt + 2)
  const start = (isLarge ? largeHeaderBytes : smallHeaderBytes) + (offset & mask)
  const end = start + (u16(bytes, tagAt) & mask)
  if (end > bytes.length - 4 * tagCount || end < start + 2) return false
  const flags = isLarge ? u16(bytes, start) >> 13 : offset >> 13
  let at = start
  into.prefixBytes = 0
  if ((flags & nodeCompressed) !== 0) {
    into.prefixBytes = u16(bytes, at) & 0x1fff
    at += 2
  }
  const keyAt = at + 2
  const dataAt = keyAt + (u16(bytes, at) & 0x1fff)
  if (dataAt > end) return false
  into.isDeleted = (flags & nodeDeleted) !== 0
  into.key = bytes.subarray(keyAt, dataAt)
  into.data = bytes.subarray(dataAt, end)
  return true
}

/** What the keys of a page that is no root begin with. */
export function keyPrefixOf({ bytes, isLarge, flags }: Page): Uint8Array {
  if ((flags & pageFlag.root) !== 0) return noBytes
  const mask = isLarge ? 0x7fff : 0x1fff
  const tagAt = bytes.length - 4
  const start = (isLarge ? largeHeaderBytes : smallHeaderBytes) + (u16(bytes, tagAt + 2) & mask)
  return bytes.subarray(start, start + (u16(bytes, tagAt) & mask))
}
