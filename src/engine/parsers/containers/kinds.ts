// What archives, documents and programs begin with, and how to tell one from bytes that only look like it: programs that
// work on archives hold the same signatures as constants. So a signature counts only together with what the header
// behind it says: a checksum where the format has one, else fields that must fit each other.

import { crc32 } from 'node:zlib'

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { elfLayoutOf } from '../elf/index.ts'
import { peLayoutOf } from '../pe/index.ts'

/** Enough for every header that is looked at. */
const probeBytes = 4096

/** One candidate: its first bytes (at most 4,096; zeros are read behind them) and how many bytes there are in all. */
interface Probe {
  readonly bytes: Buffer
  readonly source: ByteSource
  readonly at: number
  /** From `at` to the end of the source. */
  readonly size: number
}

export interface ContainerKind {
  readonly id: string
  /** Any of these stands `at` bytes behind the beginning. */
  readonly patterns: readonly string[]
  readonly at: number
  /** `program`: what lies inside of it is not explained by it. `stream`: believed only where a line of a script ends. */
  readonly sort: 'archive' | 'program' | 'stream'
  /** The length of what begins here, Infinity where it is not known, 0 where it is none. */
  lengthOf(probe: Probe): number
}

export interface Container {
  readonly kind: ContainerKind
  readonly offset: number
  /** Infinity: not known. */
  readonly length: number
}

const unknownLength = Number.POSITIVE_INFINITY

function sevenZip({ bytes, size }: Probe): number {
  if (crc32(bytes.subarray(12, 32)) !== u32(bytes, 8)) return 0
  const length = 32 + u64(bytes, 12) + u64(bytes, 20)
  return length <= size ? length : unknownLength
}

function rar({ bytes }: Probe): number {
  return (bytes[6] === 1 && bytes[7] === 0 ? isRar5(bytes) : isRar4(bytes)) ? unknownLength : 0
}

/** The main header's CRC (low half of CRC-32) covers its type to its end. */
function isRar4(bytes: Buffer): boolean {
  const length = u16(bytes, 12)
  const isMain = bytes[6] === 0 && bytes[9] === 0x73 && length >= 13 && 7 + length <= bytes.length
  return isMain && (crc32(bytes.subarray(9, 7 + length)) & 0xffff) === u16(bytes, 7)
}

/** CRC-32, then the header's size as a variable integer, then the header that the CRC covers with the size. */
function isRar5(bytes: Buffer): boolean {
  const first = bytes[12] ?? 0
  const isLong = first >= 0x80
  const length = (first & 0x7f) + (isLong ? ((bytes[13] ?? 0) & 0x7f) * 128 : 0)
  const end = (isLong ? 14 : 13) + length
  return length > 1 && end <= bytes.length && crc32(bytes.subarray(12, end)) === u32(bytes, 8)
}

function cab({ bytes, size }: Probe): number {
  const length = u32(bytes, 8)
  const files = u32(bytes, 16)
  const isZero = u32(bytes, 4) === 0 && u32(bytes, 12) === 0 && u32(bytes, 20) === 0
  const isVersion = bytes[25] === 1 && (bytes[24] ?? 0) <= 3
  if (!isZero || !isVersion || length < 44 || files < 36 || files >= length || u16(bytes, 28) === 0) return 0
  return length <= size ? length : unknownLength
}

const zipMethods = new Set([0, 1, 2, 3, 4, 5, 6, 8, 9, 12, 14, 93, 95, 96, 97, 98, 99])
const zipReservedFlags = 0xd780

function zip({ bytes, size }: Probe): number {
  const nameLength = u16(bytes, 26)
  const isHeader =
    u16(bytes, 4) <= 63 && (u16(bytes, 6) & zipReservedFlags) === 0 && zipMethods.has(u16(bytes, 8))
  if (!isHeader || nameLength === 0 || nameLength > 1024 || 30 + nameLength > size) return 0
  for (let at = 30; at < 30 + nameLength; at++) if ((bytes[at] ?? 0) < 32) return 0
  return unknownLength
}

/** End mark, file, split and solid headers. */
const eggNext = new Set([0x08e28222, 0x0a8590e3, 0x24f5a262, 0x24e5a060])

function egg({ bytes }: Probe): number {
  return u16(bytes, 4) === 0x0100 && u32(bytes, 10) === 0 && eggNext.has(u32(bytes, 14)) ? unknownLength : 0
}

/** The first header behind the archive's own is a file's. */
function alz({ bytes }: Probe): number {
  return bytes.toString('latin1', 8, 12) === 'BLZ\x01' ? unknownLength : 0
}

/** Type 0 is the main header, which the CRC (low half, not inverted) covers from its type on. */
function ace({ bytes }: Probe): number {
  const end = 4 + u16(bytes, 2)
  if (bytes[4] !== 0 || end < 31 || end > bytes.length) return 0
  return (~crc32(bytes.subarray(4, end)) & 0xffff) === u16(bytes, 0) ? unknownLength : 0
}

/** Levels 0 and 1 have a sum of the header; level 2 has its whole length and an operating system. */
function lzh({ bytes, size }: Probe): number {
  const level = bytes[20] ?? 0
  if (bytes[6] !== 0x2d || u32(bytes, 7) > size || level > 2) return 0
  if (level === 2)
    return u16(bytes, 0) >= 26 && u16(bytes, 0) < probeBytes && /\w/.test(bytes.toString('latin1', 23, 24))
      ? unknownLength
      : 0
  const length = bytes[0] ?? 0
  if (length < 22) return 0
  let sum = 0
  for (let at = 2; at < 2 + length; at++) sum += bytes[at] ?? 0
  return (sum & 0xff) === bytes[1] ? unknownLength : 0
}

/** CRC-32 of the basic header stands behind it. */
function arj({ bytes }: Probe): number {
  const end = 4 + u16(bytes, 2)
  if (end < 34 || end > 2604 || bytes[10] !== 2) return 0
  return crc32(bytes.subarray(4, end)) === u32(bytes, end) ? unknownLength : 0
}

function ole({ bytes }: Probe): number {
  const isSector =
    (u16(bytes, 26) === 3 && u16(bytes, 30) === 9) || (u16(bytes, 26) === 4 && u16(bytes, 30) === 12)
  return isSector && u32(bytes, 4) === 0xe11ab1a1 && u16(bytes, 28) === 0xfffe && u16(bytes, 32) === 6
    ? unknownLength
    : 0
}

/** Programs that write documents hold their parts as texts, but no numbered object. */
function pdf({ bytes }: Probe): number {
  return /^%PDF-\d\.\d[\s\S]{1,1000}?\b\d+ +\d+ +obj\b/.test(bytes.toString('latin1', 0, 1200))
    ? unknownLength
    : 0
}

const peMachines = new Set([0x14c, 0x8664, 0x1c0, 0x1c2, 0x1c4, 0xaa64, 0x200, 0xebc, 0x166, 0x5032, 0x5064])

function pe({ bytes, source, at, size }: Probe): number {
  if (u16(bytes, 0) !== 0x5a4d) return 0
  const coff = u32(bytes, 60) + 4
  const magic = u16(bytes, coff + 20)
  const sections = u16(bytes, coff + 2)
  if (coff + 24 > bytes.length || u32(bytes, coff - 4) !== 0x4550 || !peMachines.has(u16(bytes, coff)))
    return 0
  if ((magic !== 0x10b && magic !== 0x20b) || sections === 0 || sections > 96) return 0
  const layout = peLayoutOf(sliceSource(source, at, size))
  if (layout === undefined) return 0
  const { certificates, overlayStart } = layout
  const isSigned = certificates?.offset === overlayStart
  return overlayStart + (isSigned ? certificates.size : 0)
}

function elf({ bytes, source, at, size }: Probe): number {
  const [, , , , fileClass, encoding, version] = bytes
  const isLittle = encoding === 1
  const word = (offset: number): number =>
    isLittle ? u16(bytes, offset) : ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
  if ((fileClass !== 1 && fileClass !== 2) || (!isLittle && encoding !== 2) || version !== 1) return 0
  const type = word(16)
  if (type < 1 || type > 4 || word(fileClass === 2 ? 52 : 40) !== (fileClass === 2 ? 64 : 52)) return 0
  return elfLayoutOf(sliceSource(source, at, size))?.end ?? 0
}

/** Little-endian files for x86 and Arm. */
function macho({ bytes, size }: Probe): number {
  const cpu = u32(bytes, 4) & 0xffffff
  const commands = u32(bytes, 16)
  const isFile = (cpu === 7 || cpu === 12) && u32(bytes, 12) >= 1 && u32(bytes, 12) <= 12
  return isFile && commands > 0 && commands < 512 && u32(bytes, 20) < size ? unknownLength : 0
}

function dex({ bytes, size }: Probe): number {
  const length = u32(bytes, 32)
  return bytes[7] === 0 && u32(bytes, 36) === 0x70 && u32(bytes, 40) === 0x12345678 && length <= size
    ? length
    : 0
}

function gzip({ bytes }: Probe): number {
  return ((bytes[3] ?? 0) & 0xe0) === 0 ? unknownLength : 0
}

function bzip2({ bytes }: Probe): number {
  return bytes.toString('latin1', 4, 10) === '1AY&SY' ? unknownLength : 0
}

function xz({ bytes }: Probe): number {
  return u16(bytes, 4) === 0x5a && crc32(bytes.subarray(6, 8)) === u32(bytes, 8) ? unknownLength : 0
}

/** RFC 8878, 3.1.1.1.1: one bit of the descriptor is reserved. */
function zstd({ bytes }: Probe): number {
  return ((bytes[4] ?? 0) & 8) === 0 ? unknownLength : 0
}

/** Version 1; dictionaries of 4 KiB to 512 MiB. */
function lzip({ bytes }: Probe): number {
  const exponent = (bytes[5] ?? 0) & 31
  return bytes[4] === 1 && exponent >= 12 && exponent <= 29 ? unknownLength : 0
}

/** Longer than any pattern and what stands before it. */
const magicBytes = 16

const lzhMethods = Array.from('01234567dx', (method) => `-lh${method}-`)
const bzip2Levels = Array.from('123456789', (digit) => `BZh${digit}`)
const zipVersions = Array.from({ length: 64 }, (_, version) => `PK\x03\x04${String.fromCharCode(version)}`)

const machoMagics = [
  '\xce\xfa\xed\xfe\x07',
  '\xce\xfa\xed\xfe\x0c',
  '\xcf\xfa\xed\xfe\x07',
  '\xcf\xfa\xed\xfe\x0c',
]

export const kinds: readonly ContainerKind[] = [
  { id: 'rar', sort: 'archive', at: 0, patterns: ['Rar!\x1a\x07'], lengthOf: rar },
  { id: '7z', sort: 'archive', at: 0, patterns: ['7z\xbc\xaf\x27\x1c'], lengthOf: sevenZip },
  { id: 'cab', sort: 'archive', at: 0, patterns: ['MSCF\0'], lengthOf: cab },
  { id: 'zip', sort: 'archive', at: 0, patterns: zipVersions, lengthOf: zip },
  { id: 'egg', sort: 'archive', at: 0, patterns: ['EGGA\0'], lengthOf: egg },
  { id: 'alz', sort: 'archive', at: 0, patterns: ['ALZ\x01\n'], lengthOf: alz },
  { id: 'ace', sort: 'archive', at: 7, patterns: ['**ACE**'], lengthOf: ace },
  { id: 'lzh', sort: 'archive', at: 2, patterns: [...lzhMethods, '-lzs-', '-lz4-', '-lz5-'], lengthOf: lzh },
  { id: 'arj', sort: 'archive', at: 0, patterns: ['\x60\xea'], lengthOf: arj },
  { id: 'ole', sort: 'archive', at: 0, patterns: ['\xd0\xcf\x11\xe0\xa1'], lengthOf: ole },
  { id: 'pdf', sort: 'archive', at: 0, patterns: ['%PDF-'], lengthOf: pdf },
  { id: 'pe', sort: 'program', at: 0, patterns: ['MZ'], lengthOf: pe },
  { id: 'elf', sort: 'program', at: 0, patterns: ['\x7fELF\x01', '\x7fELF\x02'], lengthOf: elf },
  { id: 'macho', sort: 'program', at: 0, patterns: machoMagics, lengthOf: macho },
  { id: 'dex', sort: 'program', at: 0, patterns: ['dex\n03'], lengthOf: dex },
  { id: 'gzip', sort: 'stream', at: 0, patterns: ['\x1f\x8b\x08\x00', '\x1f\x8b\x08\x08'], lengthOf: gzip },
  { id: 'bzip2', sort: 'stream', at: 0, patterns: bzip2Levels, lengthOf: bzip2 },
  { id: 'xz', sort: 'stream', at: 0, patterns: ['\xfd7zXZ'], lengthOf: xz },
  { id: 'zstd', sort: 'stream', at: 0, patterns: ['\x28\xb5\x2f\xfd'], lengthOf: zstd },
  { id: 'lzip', sort: 'stream', at: 0, patterns: ['LZIP'], lengthOf: lzip },
]

/** First bytes of the kinds that begin with their pattern. */
const firstBytes = new Uint8Array(256)
for (const { at, patterns } of kinds)
  for (const pattern of at === 0 ? patterns : []) firstBytes[pattern.charCodeAt(0)] = 1

/** Hardly anything does. */
function mayBegin(magic: Uint8Array): boolean {
  return firstBytes[magic[0] ?? 0] === 1 || magic[7] === 0x2a || magic[2] === 0x2d
}

/** What begins at `offset`, of all kinds or of one of `among`; undefined: nothing that is known. */
export function containerAt(
  source: ByteSource,
  offset: number,
  among: readonly ContainerKind[] = kinds,
): Container | undefined {
  if (offset < 0 || !mayBegin(source.read(offset, magicBytes))) return undefined
  const magic = Buffer.from(source.read(offset, magicBytes)).toString('latin1')
  for (const kind of among) {
    if (!kind.patterns.some((pattern) => magic.startsWith(pattern, kind.at))) continue
    const bytes = Buffer.alloc(probeBytes)
    bytes.set(source.read(offset, probeBytes))
    const length = kind.lengthOf({ bytes, source, at: offset, size: source.size - offset })
    if (length > 0) return { kind, offset, length }
  }
  return undefined
}
