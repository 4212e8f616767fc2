// The headers of an Inno Setup installer: its version, and two blocks. The first has what the installer does, as texts, the
// second where each file is. A block consists of pieces of 4,096 bytes, each with its CRC-32 before it.

import { crc32 } from 'node:zlib'

import { u32 } from '../../codecs/little-endian.ts'
import { Lzma } from '../../codecs/lzma.ts'
import { lzmaPropsOf } from '../../codecs/lzma-core.ts'
import { ZlibStream } from '../../codecs/zlib-stream.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const versionBytes = 64
/** Before the blocks, with its CRC-32, since 6.5. */
const encryptionHeaderBytes = 53
const pieceBytes = 4096
const largestBlock = 64 * 1024 * 1024
const propsBytes = 5
const stepBytes = 128 * 1024

export interface InnoHeader {
  /** Major * 10,000 + minor * 100 + patch. */
  readonly version: number
  readonly isUnicode: boolean
  readonly setup: Uint8Array
  readonly locations: Uint8Array
  readonly fault: string | undefined
}

/** Undefined: no headers of a known kind. */
export function readInnoHeader(source: ByteSource, at: number, budget: Budget): InnoHeader | undefined {
  const text = Buffer.from(source.read(at, versionBytes)).toString('latin1')
  const found = /^[^\0]*Inno Setup[^\0]*? Setup Data \((\d+)\.(\d+)\.(\d+)[a-z]?\)([^\0]*)/.exec(text)
  if (found === null) return undefined
  const [, major, minor, patch, rest = ''] = found
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch)
  const start = at + versionBytes + (version >= 60_500 ? encryptionHeaderBytes : 0)
  const setup = readBlock(source, start, version, budget)
  const locations = setup && readBlock(source, setup.end, version, budget)
  if (setup === undefined || locations === undefined) return undefined
  return {
    version,
    isUnicode: version >= 60_300 || rest.toLowerCase().includes('(u)'),
    setup: setup.bytes,
    locations: locations.bytes,
    fault: setup.fault ?? locations.fault,
  }
}

interface Block {
  readonly bytes: Uint8Array
  readonly end: number
  readonly fault: string | undefined
}

type Packing = 'stored' | 'zlib' | 'lzma'

function readBlock(source: ByteSource, at: number, version: number, budget: Budget): Block | undefined {
  const isNew = version >= 40_009
  const head = source.read(at, 12).slice()
  if (head.length < 12) return undefined
  const length = isNew ? 5 : 8
  if (crc32(head.subarray(4, 4 + length)) !== u32(head, 0)) return undefined
  const start = at + 4 + length
  const packedBytes = u32(head, 4)
  let storedBytes = packedBytes
  let packing: Packing = version >= 40_106 ? 'lzma' : 'zlib'
  if (isNew && head[8] === 0) packing = 'stored'
  if (!isNew) {
    if (packedBytes === 0xffffffff) {
      packing = 'stored'
      storedBytes = u32(head, 8)
    }
    storedBytes += Math.ceil(storedBytes / pieceBytes) * 4
  }
  const pieces = readPieces(source, start, storedBytes, budget)
  const unpacked = unpack(pieces.bytes, packing, budget)
  return { bytes: unpacked.bytes, end: start + storedBytes, fault: pieces.fault ?? unpacked.fault }
}

function readPieces(
  source: ByteSource,
  start: number,
  storedBytes: number,
  budget: Budget,
): { bytes: Uint8Array; fault: string | undefined } {
  const parts: Uint8Array[] = []
  const end = start + Math.min(storedBytes, largestBlock)
  let length = 0
  for (let at = start; at + 4 < end; at += 4 + pieceBytes) {
    budget.checkTime()
    const piece = source.read(at, Math.min(4 + pieceBytes, end - at))
    const content = piece.slice(4)
    if (content.length === 0 || crc32(content) !== u32(piece, 0)) {
      return { bytes: Buffer.concat(parts, length), fault: 'the headers have a wrong checksum' }
    }
    parts.push(content)
    length += content.length
  }
  return { bytes: Buffer.concat(parts, length), fault: undefined }
}

function unpack(
  bytes: Uint8Array,
  packing: Packing,
  budget: Budget,
): { bytes: Uint8Array; fault: string | undefined } {
  if (packing === 'stored') return { bytes, fault: undefined }
  const decoder =
    packing === 'zlib' ? new ZlibStream(bytesSource(bytes), 0, bytes.length) : lzmaDecoder(bytes)
  if (decoder === undefined) return { bytes: bytes.subarray(0, 0), fault: 'the headers are damaged' }
  const parts: Uint8Array[] = []
  let length = 0
  while (length < largestBlock) {
    const part = new Uint8Array(stepBytes)
    const count = decoder.read(part)
    if (count === 0) break
    parts.push(part.subarray(0, count))
    length += count
    budget.charge(count)
    budget.checkRatio(length, decoder.consumed)
  }
  return { bytes: Buffer.concat(parts, length), fault: undefined }
}

/** The end mark may be missing: the pieces' checksums say that all is there. */
function lzmaDecoder(bytes: Uint8Array): Decoder | undefined {
  const props = bytes.length > propsBytes ? lzmaPropsOf(bytes[0]!) : undefined
  return (
    props && new Lzma(bytesSource(bytes), propsBytes, bytes.length, { ...props, dictSize: u32(bytes, 1) })
  )
}
