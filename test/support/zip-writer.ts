// Writes zip archives, correct ones and every kind of wrong one: each field can be told to lie.

import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

export interface HeaderLies {
  readonly name?: string
  readonly method?: number
  readonly flags?: number
  readonly crc?: number
  readonly packed?: number
  readonly size?: number
  readonly extra?: Uint8Array
}

export interface ZipMember {
  readonly name: string
  readonly data: Uint8Array | string
  readonly method?: 0 | 8
  /** Packed elsewhere, by the method of that number; `data` is what it unpacks to. */
  readonly packed?: { readonly method: number; readonly bytes: Uint8Array; readonly flags?: number }
  /** Sizes in a descriptor behind the data, zeros in the local header. */
  readonly isStreamed?: boolean
  /** Not in the central directory. */
  readonly isHidden?: boolean
  readonly password?: string
  /** Bits of WinZip AES; without it `password` means ZipCrypto. */
  readonly aesBits?: 128 | 192 | 256
  readonly aesVersion?: 1 | 2
  readonly local?: HeaderLies
  readonly central?: HeaderLies
}

export interface ZipOptions {
  readonly prefix?: Uint8Array
  /** Offsets count from the archive's own beginning, as in a self-extractor made with `cat`. */
  readonly prefixIsUnknown?: boolean
  readonly comment?: Uint8Array | string
  readonly trailer?: Uint8Array
  readonly hasNoDirectory?: boolean
  readonly isZip64?: boolean
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data
}

export function zipOf(members: readonly ZipMember[], options: ZipOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [options.prefix ?? new Uint8Array(0)]
  let at = options.prefixIsUnknown === true ? 0 : (options.prefix?.length ?? 0)
  const central: Uint8Array[] = []
  for (const member of members) {
    const { local, data, entry } = writeMember(member, at, options.isZip64 === true)
    parts.push(local, data)
    if (member.isHidden !== true) central.push(entry)
    at += local.length + data.length
  }
  if (options.hasNoDirectory !== true) {
    const directory = Buffer.concat(central)
    parts.push(directory, endRecord(central.length, directory.length, at, options))
  }
  return new Uint8Array(Buffer.concat([...parts, options.trailer ?? new Uint8Array(0)]))
}

export function endRecord(
  count: number,
  bytes: number,
  offset: number,
  options: ZipOptions = {},
): Uint8Array {
  const comment = bytesOf(options.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count & 0xffff, 8)
  end.writeUInt16LE(count & 0xffff, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(options.isZip64 === true ? 0xffffffff : offset, 16)
  end.writeUInt16LE(comment.length, 20)
  if (options.isZip64 !== true) return Buffer.concat([end, comment])
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  record.writeBigUInt64LE(BigInt(count), 24)
  record.writeBigUInt64LE(BigInt(count), 32)
  record.writeBigUInt64LE(BigInt(bytes), 40)
  record.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8)
  return Buffer.concat([record, locator, end, comment])
}

function writeMember(member: ZipMember, offset: number, isZip64: boolean) {
  const plain = bytesOf(member.data)
  const inner = member.packed?.method ?? member.method ?? 8
  const crc = crc32(plain)
  const sealed = (member.password === undefined ? 0 : 1) | (member.packed?.flags ?? 0)
  const flags = sealed | (member.isStreamed === true ? 8 : 0) | 0x800
  const packedPlain = member.packed?.bytes ?? (inner === 0 ? plain : deflateRawSync(plain))
  const packed = seal(member, packedPlain, (flags & 8) === 0 ? crc >>> 24 : 0)
  const isAes = member.aesBits !== undefined
  const truth = {
    name: member.name,
    method: isAes ? 99 : inner,
    flags,
    crc: isAes && member.aesVersion !== 1 ? 0 : crc,
    packed: packed.length,
    size: plain.length,
    extra: isAes ? aesExtra(member, inner) : new Uint8Array(0),
  }
  const zeros = member.isStreamed === true ? { crc: 0, packed: 0, size: 0 } : {}
  const local = localHeader({ ...truth, ...zeros, ...member.local })
  const entry = centralEntry({ ...truth, ...member.central }, offset, isZip64)
  const data = member.isStreamed === true ? Buffer.concat([packed, descriptor(truth)]) : packed
  return { local, data, entry }
}

function descriptor(truth: { crc: number; packed: number; size: number }): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(truth.crc, 4)
  bytes.writeUInt32LE(truth.packed, 8)
  bytes.writeUInt32LE(truth.size, 12)
  return bytes
}

export function localHeader(header: Required<HeaderLies>): Uint8Array {
  const name = Buffer.from(header.name)
  const bytes = Buffer.alloc(30)
  bytes.writeUInt32LE(0x04034b50, 0)
  bytes.writeUInt16LE(20, 4)
  bytes.writeUInt16LE(header.flags, 6)
  bytes.writeUInt16LE(header.method, 8)
  bytes.writeUInt32LE(header.crc, 14)
  bytes.writeUInt32LE(header.packed, 18)
  bytes.writeUInt32LE(header.size, 22)
  bytes.writeUInt16LE(name.length, 26)
  bytes.writeUInt16LE(header.extra.length, 28)
  return Buffer.concat([bytes, name, header.extra])
}

export function centralEntry(header: Required<HeaderLies>, offset: number, isZip64 = false): Uint8Array {
  const name = Buffer.from(header.name)
  const wide = Buffer.alloc(isZip64 ? 28 : 0)
  if (isZip64) {
    wide.writeUInt16LE(1, 0)
    wide.writeUInt16LE(24, 2)
    wide.writeBigUInt64LE(BigInt(header.size), 4)
    wide.writeBigUInt64LE(BigInt(header.packed), 12)
    wide.writeBigUInt64LE(BigInt(offset), 20)
  }
  const extra = Buffer.concat([header.extra, wide])
  const bytes = Buffer.alloc(46)
  bytes.writeUInt32LE(0x02014b50, 0)
  bytes.writeUInt16LE(20, 6)
  bytes.writeUInt16LE(header.flags, 8)
  bytes.writeUInt16LE(header.method, 10)
  bytes.writeUInt32LE(header.crc, 16)
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : header.packed, 20)
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : header.size, 24)
  bytes.writeUInt16LE(name.length, 28)
  bytes.writeUInt16LE(extra.length, 30)
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : offset, 42)
  return Buffer.concat([bytes, name, extra])
}

function aesExtra(member: ZipMember, method: number): Uint8Array {
  const extra = Buffer.alloc(11)
  extra.writeUInt16LE(0x9901, 0)
  extra.writeUInt16LE(7, 2)
  extra.writeUInt16LE(member.aesVersion ?? 2, 4)
  extra.write('AE', 6, 'latin1')
  extra.writeUInt8(((member.aesBits ?? 256) - 64) / 64, 8)
  extra.writeUInt16LE(method, 9)
  return extra
}

function seal(member: ZipMember, packed: Uint8Array, checkByte: number): Uint8Array {
  if (member.password === undefined) return packed
  if (member.aesBits === undefined) return zipCrypto(packed, member.password, checkByte)
  const keyBytes = member.aesBits / 8
  const salt = Buffer.alloc(keyBytes / 2, 7)
  const keys = pbkdf2Sync(member.password, salt, 1000, 2 * keyBytes + 2, 'sha1')
  const cipher = createCipheriv(`aes-${member.aesBits}-ecb`, keys.subarray(0, keyBytes), null)
  const sealed = Buffer.alloc(packed.length)
  for (let at = 0, block = 1; at < packed.length; at += 16, block++) {
    const counter = Buffer.alloc(16)
    counter.writeUInt32LE(block, 0)
    const stream = cipher.update(counter)
    for (let i = 0; i < 16 && at + i < packed.length; i++)
      sealed[at + i] = (packed[at + i] ?? 0) ^ (stream[i] ?? 0)
  }
  const auth = createHmac('sha1', keys.subarray(keyBytes, 2 * keyBytes))
    .update(sealed)
    .digest()
  return Buffer.concat([salt, keys.subarray(2 * keyBytes), sealed, auth.subarray(0, 10)])
}

/** APPNOTE 6.1, written the slow way on purpose: an independent witness. */
function zipCrypto(packed: Uint8Array, password: string, checkByte: number): Uint8Array {
  let [a, b, c] = [0x12345678n, 0x23456789n, 0x34567890n]
  const step = (crc: bigint, byte: number): bigint => {
    let value = (crc ^ BigInt(byte)) & 0xffn
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 0n ? value >> 1n : (value >> 1n) ^ 0xedb88320n
    return value ^ (crc >> 8n)
  }
  const update = (byte: number): void => {
    a = step(a, byte)
    b = ((b + (a & 0xffn)) * 134775813n + 1n) & 0xffffffffn
    c = step(c, Number(b >> 24n))
  }
  for (const byte of Buffer.from(password)) update(byte)
  const plain = Buffer.concat([Buffer.alloc(11, 0x5a), Buffer.of(checkByte), packed])
  return plain.map((byte) => {
    const mixed = (c | 2n) & 0xffffn
    const sealed = byte ^ Number(((mixed * (mixed ^ 1n)) >> 8n) & 0xffn)
    update(byte)
    return sealed
  })
}
