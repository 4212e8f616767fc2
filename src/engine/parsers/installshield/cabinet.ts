// Cabinets of InstallShield 5 and later: a header file (data1.hdr, in old versions inside of data1.cab) with the table of
// files, and volumes (data1.cab, data2.cab …) with their data. The structures are those that unshield describes.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

const signature = 0x28635349
const commonHeaderBytes = 20
const rowBytes = 0x57
const rowBytes5 = 0x3a
const maxFiles = 100_000
const longestName = 512
const flag = { split: 1, obfuscated: 2, compressed: 4, invalid: 8 } as const
/** The file is the same as the one before it: its data stand there. */
const linkPrevious = 1

export interface CabinetHeader {
  readonly major: number
  readonly descriptorOffset: number
  /** 0: this is a volume only. */
  readonly descriptorBytes: number
}

export interface CabinetFile {
  readonly name: string
  readonly packedBytes: number
  readonly size: number
  /** In its volume. */
  readonly offset: number
  /** From 1; undefined: the volume whose header has it (version 5). */
  readonly volume: number | undefined
  readonly index: number
  readonly isCompressed: boolean
  readonly isObfuscated: boolean
  readonly isSplit: boolean
  /** Undefined: there is none (version 5). */
  readonly md5: Uint8Array | undefined
}

export interface CabinetVolume {
  readonly firstIndex: number
  readonly lastIndex: number
  /** Where data of a file go on that began in the volume before. */
  readonly firstOffset: number
  readonly firstPackedBytes: number
  readonly firstSize: number
  readonly lastOffset: number
  readonly lastPackedBytes: number
  readonly lastSize: number
}

export function isCabinet(head: Uint8Array): boolean {
  return head.length >= commonHeaderBytes && u32(head, 0) === signature
}

export function readCabinetHeader(source: ByteSource): CabinetHeader | undefined {
  const bytes = source.read(0, commonHeaderBytes)
  if (!isCabinet(bytes)) return undefined
  const version = u32(bytes, 4)
  const kind = version >>> 24
  // Since InstallShield 2008 a decimal number, as 1200 for 12.
  const major = kind === 1 ? (version >>> 12) & 15 : Math.floor((version & 0xffff) / 100)
  return { major, descriptorOffset: u32(bytes, 12), descriptorBytes: u32(bytes, 16) }
}

export function readVolume(source: ByteSource, major: number): CabinetVolume {
  const bytes = source.read(commonHeaderBytes, 64).slice()
  const isOld = major <= 5
  const width = isOld ? 4 : 8
  const number = (at: number): number => (isOld ? u32(bytes, at) : u64(bytes, at))
  const indexes = 8
  const places = 16
  return {
    firstIndex: u32(bytes, indexes),
    lastIndex: u32(bytes, indexes + 4),
    firstOffset: number(places),
    firstSize: number(places + width),
    firstPackedBytes: number(places + 2 * width),
    lastOffset: number(places + 3 * width),
    lastSize: number(places + 4 * width),
    lastPackedBytes: number(places + 5 * width),
  }
}

/** The files with data, in the order of the table. */
export function* readFiles(source: ByteSource, header: CabinetHeader): Generator<CabinetFile> {
  const { major, descriptorOffset } = header
  const descriptor = source.read(descriptorOffset, 0x30).slice()
  const table = descriptorOffset + u32(descriptor, 0x0c)
  const directories = u32(descriptor, 0x1c)
  const count = Math.min(u32(descriptor, 0x28), maxFiles)
  const names = new Names(source, table, major >= 17)
  for (let index = 0; index < count; index++) {
    const isOld = major <= 5
    const rowOffset = isOld
      ? table + u32(source.read(table + (directories + index) * 4, 4), 0)
      : table + u32(descriptor, 0x2c) + index * rowBytes
    const row = source.read(rowOffset, isOld ? rowBytes5 : rowBytes).slice()
    if (row.length < (isOld ? rowBytes5 : rowBytes)) return
    const file = isOld ? oldRow(row, index) : newRow(row, index)
    if (file === undefined) continue
    const { nameOffset, directory, ...rest } = file
    const folder = directory < directories ? names.directory(directory) : ''
    const name = names.at(nameOffset) || `file ${index + 1}`
    yield { ...rest, name: folder === '' ? name : `${folder}/${name}` }
  }
}

type Row = Omit<CabinetFile, 'name'> & { readonly nameOffset: number; readonly directory: number }

function oldRow(row: Uint8Array, index: number): Row | undefined {
  const flags = u16(row, 8)
  if ((flags & flag.invalid) !== 0) return undefined
  return {
    nameOffset: u32(row, 0),
    directory: u32(row, 4),
    size: u32(row, 10),
    packedBytes: u32(row, 14),
    offset: u32(row, 38),
    volume: undefined,
    index,
    md5: undefined,
    ...traits(flags),
  }
}

function newRow(row: Uint8Array, index: number): Row | undefined {
  const flags = u16(row, 0)
  const offset = u64(row, 18)
  const isLink = ((row[84] ?? 0) & linkPrevious) !== 0
  if ((flags & flag.invalid) !== 0 || u32(row, 58) === 0 || offset === 0 || isLink) return undefined
  return {
    nameOffset: u32(row, 58),
    directory: u16(row, 62),
    size: u64(row, 2),
    packedBytes: u64(row, 10),
    offset,
    volume: u16(row, 85),
    index,
    md5: row.slice(26, 42),
    ...traits(flags),
  }
}

function traits(flags: number): Pick<CabinetFile, 'isCompressed' | 'isObfuscated' | 'isSplit'> {
  return {
    isCompressed: (flags & flag.compressed) !== 0,
    isObfuscated: (flags & flag.obfuscated) !== 0,
    isSplit: (flags & flag.split) !== 0,
  }
}

class Names {
  readonly #source: ByteSource
  readonly #table: number
  readonly #isWide: boolean

  constructor(source: ByteSource, table: number, isWide: boolean) {
    this.#source = source
    this.#table = table
    this.#isWide = isWide
  }

  directory(index: number): string {
    return this.at(u32(this.#source.read(this.#table + index * 4, 4), 0)).replaceAll('\\', '/')
  }

  /** Offsets count from the file table on. */
  at(offset: number): string {
    const bytes = Buffer.from(this.#source.read(this.#table + offset, Math.min(longestName, maxRead)))
    const text = bytes.toString(this.#isWide ? 'utf16le' : 'latin1')
    const end = text.indexOf('\0')
    return end < 0 ? '' : text.slice(0, end)
  }
}
