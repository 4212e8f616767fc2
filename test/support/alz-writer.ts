// Writes alz archives by the description of the format (src/engine/formats/alz/format.md); `unalz -t` accepts them.

import { crc32, deflateRawSync } from 'node:zlib'

import { PkwareCipher } from './pkware-cipher.ts'

export interface AlzMember {
  readonly name: Uint8Array | string
  readonly data: Uint8Array | string
  /** 0 stored, 2 deflate; with `packed` any. */
  readonly method?: number
  readonly packed?: Uint8Array
  readonly password?: string
  readonly isFolder?: boolean
  /** Bytes of the two size fields: 1, 2, 4 or 8. */
  readonly width?: number
  readonly crc?: number
}

export interface AlzOptions {
  readonly comment?: string
  /** What the tail ends with: `CLZ` and this byte; 2 ends the archive, 3 the volume. */
  readonly tail?: number
}

export function alzOf(members: readonly AlzMember[], { comment, tail = 2 }: AlzOptions = {}): Buffer {
  const text = comment === undefined ? Buffer.alloc(0) : commentOf(comment)
  const end = Buffer.alloc(16)
  end.write('CLZ\x01', 0, 'latin1')
  end.writeUInt32LE(text.length, 4)
  end.write(`CLZ${String.fromCharCode(tail)}`, 12, 'latin1')
  return Buffer.concat([Buffer.from('ALZ\x01\x0a\0\0\0', 'latin1'), ...members.map(memberOf), text, end])
}

function commentOf(comment: string): Buffer {
  const head = Buffer.alloc(10)
  head.write('ELZ\x01', 0, 'latin1')
  head.writeUInt32LE(0xffffffff, 4)
  head.writeUInt16LE(comment.length, 8)
  return Buffer.concat([head, Buffer.from(comment)])
}

function memberOf(member: AlzMember): Buffer {
  const name = Buffer.from(member.name as string)
  const plain = Buffer.from(member.data as string)
  const { method = 2, width = 4, isFolder = false } = member
  const crc = member.crc ?? crc32(plain)
  let packed: Uint8Array = Buffer.from(member.packed ?? (method === 2 ? deflateRawSync(plain) : plain))
  let keyHeader: Uint8Array = Buffer.alloc(0)
  if (member.password !== undefined) {
    const cipher = new PkwareCipher(Buffer.from(member.password))
    keyHeader = cipher.encrypt(Buffer.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, crc >>> 24))
    packed = cipher.encrypt(packed)
  }
  const fixed = Buffer.alloc(13)
  fixed.write('BLZ\x01', 0, 'latin1')
  fixed.writeUInt16LE(name.length, 4)
  fixed[6] = isFolder ? 0x10 : 0x20
  fixed.writeUInt32LE(0x5a21_6000, 7)
  fixed[11] = isFolder ? 0 : (width << 4) | (member.password === undefined ? 0 : 1)
  if (isFolder) return Buffer.concat([fixed, name])
  const sizes = Buffer.alloc(6 + 2 * width)
  sizes[0] = method
  sizes.writeUInt32LE(crc, 2)
  sizes.writeUIntLE(packed.length, 6, Math.min(width, 6))
  sizes.writeUIntLE(plain.length, 6 + width, Math.min(width, 6))
  return Buffer.concat([fixed, sizes, name, keyHeader, packed])
}

const blockMagic = bitsOf(Buffer.from('314159265359', 'hex'))
const endMagic = bitsOf(Buffer.from('177245385090', 'hex'))

/** Turns a bzip2 stream into that of alz: other marks, no header, no checksums, no randomised bit. */
export function alzBzip2Of(bzip2: Uint8Array): Buffer {
  const bits = bitsOf(bzip2.subarray(4))
  const blocks = bits.slice(0, bits.lastIndexOf(endMagic)).split(blockMagic).slice(1)
  const mark = (type: number): string => bitsOf(Buffer.from(`DLZ${String.fromCharCode(type)}`, 'latin1'))
  const all = `${blocks.map((block) => mark(1) + block.slice(33)).join('')}${mark(2)}`
  const out = Buffer.alloc(Math.ceil(all.length / 8))
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(all.slice(i * 8, i * 8 + 8).padEnd(8, '0'), 2)
  return out
}

function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
}
