// A small ext volume written by hand, of 64 blocks of 1 KiB.

import { u16, u32 } from './artefact-fields.ts'

export const block = 1024
const inodeTable = 4
const inodeBytes = 256

function inode(mode: number, size: number, { flags = 0, map }: { flags?: number; map: Buffer }): Buffer {
  const bytes = Buffer.alloc(inodeBytes)
  u16(mode).copy(bytes)
  u32(size, 1, 2, 3).copy(bytes, 4)
  u16(0, 1).copy(bytes, 24)
  u32(flags).copy(bytes, 32)
  map.copy(bytes, 40)
  u16(32).copy(bytes, 128)
  return bytes
}

function entry(
  number: number,
  { type, name, length }: { type: number; name: string; length: number },
): Buffer {
  const bytes = Buffer.alloc(length)
  Buffer.concat([u32(number), u16(length), Buffer.of(name.length, type), Buffer.from(name)]).copy(bytes)
  return bytes
}

function extents(depth: number, at: number, length: number): Buffer {
  const leaf = depth === 0 ? Buffer.concat([u32(0), u16(length, 0), u32(at)]) : u32(0, at, 0)
  return Buffer.concat([u16(0xf30a, 1, 4, depth), u32(0), leaf])
}

/** Where an inode begins. */
export function inodeAt(number: number): number {
  return inodeTable * block + (number - 1) * inodeBytes
}

/**
 * Inode 11 is `/sub`; 12 `/extents` has three blocks from 40 on by a leaf in block 22; in `/sub` 13 has blocks behind pointers, 14 its content
 * in the inode, 15 is a link.
 */
export function writeExt(): Buffer {
  const volume = Buffer.alloc(64 * block)
  u32(16, 64, 0, 0, 0, 1, 0, 0, 8192, 8192, 16).copy(volume, block)
  u16(0xef53, 1).copy(volume, block + 56)
  u32(1, 0, 11).copy(volume, block + 76)
  u16(inodeBytes).copy(volume, block + 88)
  u32(0x82c2).copy(volume, block + 96)
  u16(64).copy(volume, block + 254)
  u32(2, 3, inodeTable).copy(volume, 2 * block)
  const folder = (self: number, parent: number, ...entries: readonly Buffer[]): Buffer =>
    Buffer.concat([
      entry(self, { type: 2, name: '.', length: 12 }),
      entry(parent, { type: 2, name: '..', length: 12 }),
      ...entries,
    ])
  const inodes: Record<number, Buffer> = {
    2: inode(0x41ed, block, { map: u32(20) }),
    11: inode(0x41ed, block, { map: u32(21) }),
    12: inode(0x81a4, 3000, { flags: 0x80000, map: extents(1, 22, 0) }),
    13: inode(0x81a4, 20_000, { map: u32(30, 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23) }),
    14: inode(0x81a4, 30, { flags: 0x10000000, map: Buffer.from('content within the inode itself') }),
    15: inode(0xa1ff, 9, { map: Buffer.from('../target') }),
  }
  for (const [number, bytes] of Object.entries(inodes)) bytes.copy(volume, inodeAt(Number(number)))
  const root = folder(
    2,
    2,
    entry(11, { type: 2, name: 'sub', length: 12 }),
    entry(12, { type: 1, name: 'extents', length: 988 }),
  )
  root.copy(volume, 20 * block)
  const sub = [13, 14, 15].map((number) =>
    entry(number, { type: number === 15 ? 7 : 1, name: `f${number}`, length: number === 15 ? 976 : 12 }),
  )
  folder(11, 2, ...sub).copy(volume, 21 * block)
  extents(0, 40, 3).copy(volume, 22 * block)
  volume.fill('d', 40 * block, 43 * block)
  u32(32, 33, 0, 34).copy(volume, 23 * block)
  return volume
}
