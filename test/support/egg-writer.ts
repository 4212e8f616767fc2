// Writes egg archives by the EGG specification 1.0 (src/engine/formats/egg/format.md), with ciphers of its own.

import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

import { azoOf } from './azo-writer.ts'
import { must } from './must.ts'
import { PkwareCipher } from './pkware-cipher.ts'

export interface EggBlock {
  readonly method: number
  readonly packed: Uint8Array
  readonly size: number
  readonly crc: number
}

export interface EggMember {
  readonly name: Uint8Array | string
  /** 0x08: a code page follows, 0x10: relative to another file. */
  readonly nameFlags?: number
  readonly codePage?: number
  readonly data: Uint8Array | string
  /** 0 stored, 1 deflate, 3 AZO; with `packed` any. */
  readonly method?: number
  readonly packed?: Uint8Array
  /** Splits the data into blocks of so many bytes. */
  readonly blockBytes?: number
  /** In place of the blocks made from the data. */
  readonly blocks?: readonly EggBlock[]
  /** 0 PKWARE, 1 AES-128, 2 AES-256, 5 LEA-128, 6 LEA-256. */
  readonly lock?: { readonly method: number; readonly password: string }
  readonly isFolder?: boolean
  readonly isPosix?: boolean
}

export interface EggOptions {
  readonly isSolid?: boolean
  readonly split?: { readonly previous: number; readonly next: number }
  readonly prefix?: Uint8Array
  readonly comment?: string
}

export function eggOf(members: readonly EggMember[], options: EggOptions = {}): Buffer {
  const head = Buffer.alloc(14)
  head.write('EGGA', 0, 'latin1')
  head.writeUInt16LE(0x0100, 4)
  head.writeUInt32LE(0x1badcafe, 6)
  const prefix: Uint8Array[] = []
  if (options.split !== undefined) prefix.push(splitOf(options.split.previous, options.split.next))
  if (options.isSolid === true) prefix.push(field(0x24e5a060, 0, Buffer.alloc(0)))
  const comment = options.comment === undefined ? [] : [field(0x04c63672, 0, Buffer.from(options.comment))]
  return Buffer.concat([
    head,
    ...prefix,
    options.prefix ?? Buffer.alloc(0),
    end,
    ...members.map(memberOf),
    ...comment,
    end,
  ])
}

const end = word(0x08e28222)

function word(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

function splitOf(previous: number, next: number): Buffer {
  return field(0x24f5a262, 0, Buffer.concat([word(previous), word(next)]))
}

/** A record with flags and a length of 16 bits. */
export function field(signature: number, flags: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(3)
  head[0] = flags
  head.writeUInt16LE(data.length, 1)
  return Buffer.concat([word(signature), head, data])
}

export function eggBlock(plain: Uint8Array, method: number, packed?: Uint8Array): EggBlock {
  return { method, size: plain.length, crc: crc32(plain), packed: packed ?? pack(plain, method) }
}

function pack(plain: Uint8Array, method: number): Uint8Array {
  if (method === 1) return deflateRawSync(plain)
  return method === 3 ? azoOf(plain) : plain
}

function memberOf(member: EggMember, id: number): Buffer {
  const plain = Buffer.from(member.data as string)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(0x0a8590e3, 0)
  head.writeUInt32LE(id, 4)
  head.writeBigUInt64LE(BigInt(plain.length), 8)
  let blocks = member.blocks ?? blocksOf(member, plain)
  const parts = [head, nameOf(member), infoOf(member)]
  if (member.lock !== undefined) {
    const locked = lock(member.lock, Buffer.concat(blocks.map(({ packed }) => packed)), crc32(plain))
    parts.push(field(0x08d1470f, 0, Buffer.concat([Buffer.of(member.lock.method), locked.header])))
    let at = 0
    blocks = blocks.map((block) => ({
      ...block,
      packed: locked.data.subarray(at, (at += block.packed.length)),
    }))
  }
  return Buffer.concat([...parts, end, ...blocks.map(blockOf)])
}

function blocksOf(member: EggMember, plain: Buffer): EggBlock[] {
  if (member.isFolder === true || plain.length === 0) return []
  const { method = 1, blockBytes = plain.length } = member
  if (member.packed !== undefined) return [eggBlock(plain, method, member.packed)]
  const count = Math.ceil(plain.length / blockBytes)
  return Array.from({ length: count }, (_, i) =>
    eggBlock(plain.subarray(i * blockBytes, (i + 1) * blockBytes), method),
  )
}

function nameOf({ name, nameFlags = 0, codePage = 949 }: EggMember): Buffer {
  const page = Buffer.alloc((nameFlags & 8) === 0 ? 0 : 2)
  if (page.length > 0) page.writeUInt16LE(codePage)
  const parent = Buffer.alloc((nameFlags & 16) === 0 ? 0 : 4)
  return field(0x0a8591ac, nameFlags, Buffer.concat([page, parent, Buffer.from(name as string)]))
}

function infoOf({ isFolder = false, isPosix = false }: EggMember): Buffer {
  const data = Buffer.alloc(isPosix ? 20 : 9)
  if (isPosix) data.writeUInt32LE(isFolder ? 0x41ed : 0x81a4)
  else data[8] = isFolder ? 0x80 : 0
  return field(isPosix ? 0x1ee922e5 : 0x2c86950b, 0, data)
}

function blockOf({ method, size, packed, crc }: EggBlock): Buffer {
  const head = Buffer.alloc(18)
  head.writeUInt32LE(0x02b50c13, 0)
  head[4] = method
  head.writeUInt32LE(size, 6)
  head.writeUInt32LE(packed.length, 10)
  head.writeUInt32LE(crc, 14)
  return Buffer.concat([head, end, packed])
}

function lock(
  { method, password }: { readonly method: number; readonly password: string },
  packed: Buffer,
  crc: number,
): { header: Buffer; data: Buffer } {
  if (method === 0) {
    const cipher = new PkwareCipher(Buffer.from(password))
    const check = cipher.encrypt(Buffer.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, crc >>> 24))
    return { header: Buffer.concat([check, word(crc)]), data: cipher.encrypt(packed) }
  }
  const keyBytes = method === 1 || method === 5 ? 16 : 32
  const salt = Buffer.alloc(keyBytes / 2, 0x5a)
  const derived = pbkdf2Sync(password, salt, 1000, keyBytes * 2 + 2, 'sha1')
  const key = derived.subarray(0, keyBytes)
  const data = method < 5 ? aesCounter(key, packed) : leaCounter(key, packed)
  const tag = createHmac('sha1', derived.subarray(keyBytes, keyBytes * 2))
    .update(data)
    .digest()
    .subarray(0, 10)
  return { header: Buffer.concat([salt, derived.subarray(keyBytes * 2), tag]), data }
}

function aesCounter(key: Buffer, plain: Buffer): Buffer {
  return Buffer.concat(
    Array.from({ length: Math.ceil(plain.length / 16) }, (_, i) => {
      const counter = Buffer.alloc(16)
      counter.writeUInt32LE(i + 1)
      const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
      return mixed(plain, i, cipher.update(counter))
    }),
  )
}

function leaCounter(key: Buffer, plain: Buffer): Buffer {
  return Buffer.concat(
    Array.from({ length: Math.ceil(plain.length / 16) }, (_, i) => {
      const counter = Buffer.alloc(16)
      counter.writeUInt32BE(i, 12)
      return mixed(plain, i, leaBlock(key, counter))
    }),
  )
}

function mixed(plain: Buffer, block: number, stream: Buffer): Buffer {
  return Buffer.from(plain.subarray(block * 16, block * 16 + 16).map((byte, i) => byte ^ (stream[i] ?? 0)))
}

const delta = [0xc3efe9db, 0x44626b02, 0x79e27c8a, 0x78df30ec, 0x715ea49e, 0xc785da0a, 0xe04ef22a, 0xe5c40957]

/** One block of LEA (KS X 3246), in arithmetic modulo 2^32 with BigInt. */
function leaBlock(key: Buffer, block: Buffer): Buffer {
  const mask = 0xffffffffn
  const rol = (value: bigint, count: number): bigint => {
    const by = BigInt(((count % 32) + 32) % 32)
    return ((value << by) | ((value & mask) >> (32n - by))) & mask
  }
  const words = Array.from({ length: key.length / 4 }, (_, i) => BigInt(key.readUInt32LE(i * 4)))
  let x = Array.from({ length: 4 }, (_, i) => BigInt(block.readUInt32LE(i * 4)))
  const by = [1, 3, 6, 11, 13, 17]
  for (let round = 0; round < (words.length === 4 ? 24 : 32); round++) {
    const at = (i: number): number => (words.length === 4 ? i : (6 * round + i) % 8)
    const count = words.length === 4 ? 4 : 6
    for (let i = 0; i < count; i++) {
      const add = rol(BigInt(must(delta[round % words.length])), round + i)
      words[at(i)] = rol((must(words[at(i)]) + add) & mask, must(by[i]))
    }
    const order = words.length === 4 ? [0, 1, 2, 1, 3, 1] : [0, 1, 2, 3, 4, 5]
    const k = order.map((i) => must(words[at(i)]))
    const sum = (a: bigint, b: bigint): bigint => (a + b) & mask
    x = [
      rol(sum(must(x[0]) ^ must(k[0]), must(x[1]) ^ must(k[1])), 9),
      rol(sum(must(x[1]) ^ must(k[2]), must(x[2]) ^ must(k[3])), -5),
      rol(sum(must(x[2]) ^ must(k[4]), must(x[3]) ^ must(k[5])), -3),
      must(x[0]),
    ]
  }
  const out = Buffer.alloc(16)
  for (const [i, value] of x.entries()) out.writeUInt32LE(Number(value), i * 4)
  return out
}
