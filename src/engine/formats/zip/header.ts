// The two headers that describe a member: the local one before its data (APPNOTE 4.3.7) and the entry in the
// central directory (4.3.12). Either may lie; readings.ts decides what follows from that.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { decodeZipName } from './name.ts'

export const localSignature = 0x04034b50
export const centralSignature = 0x02014b50
export const localBytes = 30
export const centralBytes = 46
const zip64Field = 0x0001
const aesField = 0x9901
const saturated = 0xffffffff

export const flagEncrypted = 0x0001
/** Sizes and CRC follow the data (4.3.9). */
export const flagDescriptor = 0x0008
export const flagStrong = 0x0040
export const methodStored = 0
export const methodDeflated = 8
export const methodAes = 99

/** WinZip's AES extra field: https://www.winzip.com/en/support/aes-encryption/ */
export interface AesField {
  /** 1 or 2; AE-2 has no CRC. */
  readonly version: number
  /** 1, 2, 3: 128, 192, 256 bits. */
  readonly strength: number
  readonly method: number
}

export interface Header {
  readonly flags: number
  readonly method: number
  readonly time: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly aes: AesField | undefined
}

export interface LocalHeader extends Header {
  readonly at: number
  readonly nameBytes: number
  readonly dataStart: number
}

export interface CentralEntry extends Header {
  readonly name: string
  readonly localOffset: number
}

/** The local header at `at`, or undefined where there is none. */
export function readLocalHeader(source: ByteSource, at: number): LocalHeader | undefined {
  if (!(at >= 0)) return undefined
  const view = source.read(at, localBytes)
  if (view.length < localBytes || u32(view, 0) !== localSignature) return undefined
  const flags = u16(view, 6)
  const method = u16(view, 8)
  const time = u16(view, 10)
  const crc = u32(view, 14)
  let packed = u32(view, 18)
  let size = u32(view, 22)
  const nameBytes = u16(view, 26)
  const extraBytes = u16(view, 28)
  const dataStart = at + localBytes + nameBytes + extraBytes
  let aes: AesField | undefined
  if (packed === saturated || size === saturated || method === methodAes) {
    const extra = source.read(at + localBytes + nameBytes, extraBytes)
    const field = findField(extra, zip64Field)
    // 4.5.3: the local field always has both, the size first.
    if (field >= 0 && size === saturated) size = u64(extra, field)
    if (field >= 0 && packed === saturated) packed = u64(extra, field + 8)
    aes = readAes(extra)
  }
  return { at, flags, method, time, crc, packed, size, aes, nameBytes, dataStart }
}

export function readLocalName(source: ByteSource, header: LocalHeader): string {
  return decodeZipName(source.read(header.at + localBytes, header.nameBytes))
}

/** Bytes of the entry at `at`, all its fields included. */
export function centralLength(bytes: Uint8Array, at: number): number {
  return centralBytes + u16(bytes, at + 28) + u16(bytes, at + 30) + u16(bytes, at + 32)
}

/** The entry at `at`; the caller has checked that all of it is there. */
export function parseCentralEntry(bytes: Uint8Array, at: number): CentralEntry {
  const nameEnd = at + centralBytes + u16(bytes, at + 28)
  const method = u16(bytes, at + 10)
  let packed = u32(bytes, at + 20)
  let size = u32(bytes, at + 24)
  let localOffset = u32(bytes, at + 42)
  let aes: AesField | undefined
  if (packed === saturated || size === saturated || localOffset === saturated || method === methodAes) {
    const extra = bytes.subarray(nameEnd, nameEnd + u16(bytes, at + 30))
    let field = findField(extra, zip64Field)
    if (field >= 0) {
      // 4.5.3: only the saturated ones are there, in this order.
      if (size === saturated) [size, field] = [u64(extra, field), field + 8]
      if (packed === saturated) [packed, field] = [u64(extra, field), field + 8]
      if (localOffset === saturated) localOffset = u64(extra, field)
    }
    aes = readAes(extra)
  }
  return {
    flags: u16(bytes, at + 8),
    method,
    time: u16(bytes, at + 12),
    crc: u32(bytes, at + 16),
    packed,
    size,
    aes,
    name: decodeZipName(bytes.subarray(at + centralBytes, nameEnd)),
    localOffset,
  }
}

function readAes(extra: Uint8Array): AesField | undefined {
  const field = findField(extra, aesField)
  if (field < 0 || field + 7 > extra.length) return undefined
  return { version: u16(extra, field), strength: extra[field + 4] ?? 0, method: u16(extra, field + 5) }
}

/** Where the content of extra field `id` begins (4.5.1), or -1. */
function findField(extra: Uint8Array, id: number): number {
  for (let at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) === id) return at + 4
  }
  return -1
}
