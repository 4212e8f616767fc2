// Writes RAR archives by RARLAB's technical notes: stored files of RAR 4 and RAR 5, RAR 5's encryption, and for solid ones
// RAR 5's compression with the fewest symbols that it takes. There is no free program that packs RAR.

import { createCipheriv, pbkdf2Sync } from 'node:crypto'
import { crc32 } from 'node:zlib'

export interface RarFile {
  readonly name: string
  readonly data: Uint8Array
  /** What its CRC-32 is computed of, where only a part of it lies in this volume. */
  readonly whole?: Uint8Array
  readonly goesOnFromLast?: boolean
  readonly goesOnInNext?: boolean
  /** Packed as a solid archive packs it; `data` stays what comes out. */
  readonly packed?: Uint8Array
  readonly isSolid?: boolean
  readonly password?: string
  /** RAR 5: the key takes 2 to this power rounds. */
  readonly kdfLog?: number
  /** RAR 5: the window has 128 KiB times 2 to this power. */
  readonly windowLog?: number
}

export interface RarOptions {
  /** From 0; absent: no volume. */
  readonly volume?: number
  readonly isLastVolume?: boolean
  readonly isSolid?: boolean
  /** RAR 5: encrypts the headers. */
  readonly headerPassword?: string
}

const dosTime = 0x5c221883

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/** A block of RAR 4: CRC (16 bits), type, flags, size, fields. */
function block4(type: number, flags: number, fields: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.of(type), u16(flags), u16(7 + fields.length), fields])
  return Buffer.concat([u16(crc32(rest) & 0xffff), rest])
}

function file4({ name, data, whole = data, ...file }: RarFile): Buffer {
  const split = (file.goesOnFromLast === true ? 1 : 0) | (file.goesOnInNext === true ? 2 : 0)
  const flags = 0x8000 | split | (file.isSolid === true ? 0x10 : 0) | (file.password === undefined ? 0 : 4)
  const nameBytes = Buffer.from(name, 'latin1')
  const fields = Buffer.concat([
    u32(data.length),
    u32(whole.length),
    Buffer.of(3),
    u32(crc32(file.goesOnInNext === true ? data : whole)),
    u32(dosTime),
    Buffer.of(29, 0x30),
    u16(nameBytes.length),
    u32(0o100644),
    nameBytes,
  ])
  return Buffer.concat([block4(0x74, flags, fields), data])
}

export function rar4Of(files: readonly RarFile[], options: RarOptions = {}): Uint8Array {
  const { volume, isLastVolume = true, isSolid = false } = options
  const volumeFlags = volume === undefined ? 0 : 0x11 | (volume === 0 ? 0x100 : 0)
  const main = block4(0x73, volumeFlags | (isSolid ? 8 : 0), Buffer.alloc(6))
  const end = block4(0x7b, isLastVolume ? 0x4000 : 0x4001, Buffer.alloc(0))
  return new Uint8Array(
    Buffer.concat([Buffer.from('Rar!\x1a\x07\0', 'latin1'), main, ...files.map(file4), end]),
  )
}

function vint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}

interface Block5 {
  readonly type: number
  readonly flags: number
  readonly fields: Buffer
  readonly extra?: Buffer
  readonly data?: Uint8Array
}

function header5({ type, flags, fields, extra, data }: Block5): Buffer<ArrayBuffer> {
  const body = Buffer.concat([
    vint(type),
    vint(flags | (extra === undefined ? 0 : 1) | (data === undefined ? 0 : 2)),
    ...(extra === undefined ? [] : [vint(extra.length)]),
    ...(data === undefined ? [] : [vint(data.length)]),
    fields,
    ...(extra === undefined ? [] : [extra]),
  ])
  const sized = Buffer.concat([vint(body.length), body])
  return Buffer.concat([u32(crc32(sized)), sized])
}

const leastRounds = 4
const salt = Buffer.from('0123456789abcdef')
const vector = Buffer.from('fedcba9876543210')

/** With many rounds nobody opens it, so any key will do. */
function keyOf(password: string, kdfLog: number): Buffer {
  return pbkdf2Sync(password, salt, 2 ** Math.min(kdfLog, 10), 32, 'sha256')
}

/** The value that tells a right password, and the beginning of its own SHA-256, which makers may leave out (flags 0). */
function encrypted(password: string, data: Uint8Array, kdfLog = leastRounds): Buffer<ArrayBuffer> {
  const cipher = createCipheriv('aes-256-cbc', keyOf(password, kdfLog), vector).setAutoPadding(false)
  const padded = Buffer.concat([data, Buffer.alloc((16 - (data.length % 16)) % 16)])
  return Buffer.concat([cipher.update(padded), cipher.final()])
}

function file5(file: RarFile): Block5 {
  const { name, data, whole = data, packed, password, kdfLog = leastRounds } = file
  const nameBytes = Buffer.from(name)
  const method = packed === undefined ? 0 : 1 << 7
  const fields = Buffer.concat([
    vint(4),
    vint(whole.length),
    vint(0o100644),
    u32(crc32(file.goesOnInNext === true ? data : whole)),
    vint(method | (file.isSolid === true ? 0x40 : 0) | ((file.windowLog ?? 0) << 10)),
    vint(1),
    vint(nameBytes.length),
    nameBytes,
  ])
  const flags = (file.goesOnFromLast === true ? 8 : 0) | (file.goesOnInNext === true ? 16 : 0)
  if (password === undefined) return { type: 2, flags, fields, data: packed ?? data }
  const record = Buffer.concat([vint(1), vint(0), vint(0), Buffer.of(kdfLog), salt, vector])
  const extra = Buffer.concat([vint(record.length), record])
  return { type: 2, flags, fields, extra, data: encrypted(password, packed ?? data, kdfLog) }
}

export function rar5Of(files: readonly RarFile[], options: RarOptions = {}): Uint8Array {
  const { volume, isLastVolume = true, isSolid = false, headerPassword } = options
  const isLater = volume !== undefined && volume > 0
  const archiveFlags = (volume === undefined ? 0 : 1) | (isLater ? 2 : 0) | (isSolid ? 4 : 0)
  const main = Buffer.concat([vint(archiveFlags), ...(isLater ? [vint(volume)] : [])])
  const blocks: Block5[] = [
    { type: 1, flags: 0, fields: main },
    ...files.map(file5),
    { type: 5, flags: 0, fields: vint(isLastVolume ? 0 : 1) },
  ]
  const parts = [Buffer.from('Rar!\x1a\x07\x01\0', 'latin1')]
  if (headerPassword !== undefined) {
    const fields = Buffer.concat([vint(0), vint(0), Buffer.of(leastRounds), salt])
    parts.push(header5({ type: 4, flags: 0, fields }))
  }
  for (const block of blocks) {
    const header = header5(block)
    parts.push(
      headerPassword === undefined ? header : Buffer.concat([vector, encrypted(headerPassword, header)]),
    )
    if (block.data !== undefined) parts.push(Buffer.from(block.data))
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** Bits, the highest first. */
class Bits {
  #text = ''

  put(value: number, count: number): void {
    this.#text += value.toString(2).padStart(count, '0')
  }

  get length(): number {
    return this.#text.length
  }

  bytes(): Buffer {
    const padded = this.#text.padEnd(Math.ceil(this.#text.length / 8) * 8, '0')
    return Buffer.from(padded.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  }
}

/** The match that can be written: 34 bytes from 68 bytes before. */
const matchSymbol = 278
export const matchBytes = 34
export const matchDistance = 68

/**
 * One block of RAR 5's compression: each byte by itself, then (where `hasMatch`) the one match. Main code: bytes 0 to 254
 * have 8 bits, 255 and the match 9; all other codes have two symbols of one bit.
 */
export function packed5(literals: Uint8Array, options: { hasMatch: boolean }): Uint8Array {
  const bits = new Bits()
  // The code of the code lengths: 0, 1, 8 and 9 have two bits each.
  for (let symbol = 0; symbol < 20; symbol++) bits.put([0, 1, 8, 9].includes(symbol) ? 2 : 0, 4)
  const lengths = new Uint8Array(306 + 64 + 16 + 44)
  lengths.fill(8, 0, 255)
  for (const symbol of [255, matchSymbol]) lengths[symbol] = 9
  for (const symbol of [306 + 12, 306 + 13, 370 + 3, 370 + 4, 386, 387]) lengths[symbol] = 1
  for (const length of lengths) bits.put([0, 1, 8, 9].indexOf(length), 2)
  for (const byte of literals) {
    if (byte < 255) bits.put(byte, 8)
    else bits.put(510, 9)
  }
  // Length 2 + (4 << 3) with three more bits; distance 1 + 64 + 3: slot 12, one more bit, the low four as a symbol.
  if (options.hasMatch)
    for (const [value, count] of [
      [511, 9],
      [0, 3],
      [0, 1],
      [0, 1],
      [0, 1],
    ] as const)
      bits.put(value, count)
  const body = bits.bytes()
  const lastBits = ((bits.length - 1) % 8) + 1
  const flags = 0x80 | 0x40 | (1 << 3) | (lastBits - 1)
  const size = [body.length & 0xff, body.length >> 8] as const
  return new Uint8Array(Buffer.concat([Buffer.of(flags, 0x5a ^ flags ^ size[0] ^ size[1], ...size), body]))
}
