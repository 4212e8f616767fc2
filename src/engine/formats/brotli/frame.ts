// The two framings in which brotli has a magic: Mark Adler's .br (br-format-v3.txt, 2016) and the frames of brotli-mt, which
// 7-Zip ZS writes: a skippable frame of Zstandard with the mark `BR`, and a stream behind each.

import { createHash } from 'node:crypto'

import { Brotli } from '../../codecs/brotli.ts'
import type { Codec } from '../../codecs/codec.ts'
import { u16, u32 } from '../../codecs/little-endian.ts'
import { XxHash32 } from '../../codecs/xx-hash-32.ts'
import { XxHash64 } from '../../codecs/xx-hash-64.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const signature = 0x81cfb2ce
const signatureBytes = 4
const skippableMagic = 0x184d2a50
const threadedMark = 0x5242
const threadedBytes = 16
const longestHeader = 64 * 1024

export function isBrotliSignature(bytes: Uint8Array): boolean {
  return bytes.length > signatureBytes && u32(bytes, 0) === signature
}

export function isThreadedFrame(bytes: Uint8Array): boolean {
  if (bytes.length < threadedBytes) return false
  return u32(bytes, 0) === skippableMagic && u32(bytes, 4) === 8 && u16(bytes, 12) === threadedMark
}

/** The frame of brotli-mt at `at`, which has been seen. */
export function openThreadedFrame(source: ByteSource, at: number): Codec {
  const packed = u32(source.read(at, threadedBytes), 8)
  const start = at + threadedBytes
  const stream = new Brotli(source, start, start + packed)
  return {
    read: (out) => stream.read(out),
    get consumed() {
      return threadedBytes + (stream.consumed > 0 ? packed : 0)
    },
    get fault() {
      return stream.fault
    },
    get isUnsupported() {
      return stream.isUnsupported
    },
  }
}

interface SegmentHeader {
  readonly isTrailer: boolean
  readonly name: Uint8Array
  /** 0 to 6; 7 is SHA-256. */
  readonly check: number
  readonly hasLength: boolean
  readonly end: number
}

/** All compressed segments of a .br file behind its signature. */
export class BrotliFile implements Codec {
  readonly #source: ByteSource
  #at = signatureBytes
  #header: SegmentHeader | undefined
  #stream: Brotli | undefined
  #check: Check | undefined
  #isDone = false
  #fault: string | undefined
  #isUnsupported = false

  constructor(source: ByteSource) {
    this.#source = source
  }

  get consumed(): number {
    return this.#at + (this.#stream?.consumed ?? 0)
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  read(out: Uint8Array): number {
    while (!this.#isDone) {
      if (this.#stream === undefined) {
        this.#begin()
        continue
      }
      const count = this.#stream.read(out)
      if (count > 0) {
        this.#check?.update(out.subarray(0, count))
        return count
      }
      this.#end(this.#stream)
    }
    return 0
  }

  #stop(fault: string): void {
    this.#fault ??= fault
    this.#isDone = true
  }

  #begin(): void {
    const header = readSegmentHeader(this.#source, this.#at)
    if (header === undefined) return this.#stop('a brotli header is wrong')
    this.#at = header.end
    if (header.isTrailer) {
      this.#isDone = true
      return
    }
    this.#header = header
    this.#check = newCheck(header.check)
    this.#stream = new Brotli(this.#source, this.#at)
  }

  #end(stream: Brotli): void {
    this.#at += stream.consumed
    this.#stream = undefined
    if (stream.fault !== undefined) {
      this.#isUnsupported = stream.isUnsupported
      return this.#stop(stream.fault)
    }
    const header = this.#header
    if (header === undefined) return
    if (header.hasLength) this.#at += numberAt(this.#source.read(this.#at, 10), 0).bytes
    const length = checkBytes[header.check] ?? 0
    const view = this.#source.read(this.#at, length)
    if (view.length < length) return this.#stop('the end of the file is missing')
    const expected = this.#check?.digest()
    if (expected !== undefined && view.some((byte, i) => byte !== expected[i])) {
      this.#fault ??= 'the checksum of a segment is wrong'
    }
    this.#at += length
  }
}

/** The name in the first header, '' if there is none. */
export function brotliName(source: ByteSource): Uint8Array {
  return readSegmentHeader(source, signatureBytes)?.name ?? new Uint8Array(0)
}

const checkBytes: readonly number[] = [1, 2, 4, 8, 1, 2, 4, 32]

interface Check {
  update(bytes: Uint8Array): void
  /** At least as many bytes as are stored, the lowest first. */
  digest(): Uint8Array
}

/** CRC-32C is not verified. */
function newCheck(id: number): Check | undefined {
  if (id === 7) {
    const hash = createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
  }
  if (id === 3) {
    const hash = new XxHash64()
    const result = Buffer.alloc(8)
    return {
      update: (bytes) => hash.update(bytes, bytes.length),
      digest() {
        result.writeBigUInt64LE(hash.digest())
        return result
      },
    }
  }
  if (id > 3) return undefined
  const hash = new XxHash32()
  const result = Buffer.alloc(4)
  return {
    update: (bytes) => void hash.update(bytes),
    digest() {
      result.writeUInt32LE(hash.digest())
      return result
    },
  }
}

/** Seven bits a byte, the last one with its highest bit set. */
function numberAt(bytes: Uint8Array, at: number): { value: number; bytes: number } {
  let value = 0
  for (let i = 0, weight = 1; i < 9; i++, weight *= 128) {
    const byte = bytes[at + i] ?? 0x80
    value += (byte & 0x7f) * weight
    if (byte >= 0x80) return { value, bytes: i + 1 }
  }
  return { value, bytes: 9 }
}

function isEven(byte: number): boolean {
  let parity = byte ^ (byte >> 4)
  parity ^= parity >> 2
  return ((parity ^ (parity >> 1)) & 1) === 0
}

/** Undefined: there is none, or it is cut off. */
function readSegmentHeader(source: ByteSource, start: number): SegmentHeader | undefined {
  const bytes = source.read(start, longestHeader)
  const mask = bytes[0]
  if (mask === undefined || !isEven(mask)) return undefined
  const isTrailer = (mask & 0x20) !== 0
  if (isTrailer)
    return {
      isTrailer,
      name: bytes.subarray(0, 0),
      check: 0,
      hasLength: false,
      end: start + trailerBytes(bytes),
    }
  const check = mask & 7
  let at = 1
  if ((mask & 0x10) !== 0) at += numberAt(bytes, at).bytes
  if (check === 7 && bytes[at++] !== 0) return undefined
  let name = bytes.subarray(0, 0)
  if ((mask & 0x40) !== 0) {
    const extra = bytes[at++] ?? 0
    if (!isEven(extra)) return undefined
    if ((extra & 1) !== 0) at += numberAt(bytes, at).bytes
    if ((extra & 2) !== 0) {
      const length = numberAt(bytes, at)
      at += length.bytes
      name = bytes.slice(at, at + length.value)
      at += length.value
    }
    if ((extra & 4) !== 0) {
      const length = numberAt(bytes, at)
      at += length.bytes + length.value
    }
    if ((extra & 0x40) !== 0) at++
    if ((extra & 0x20) !== 0) at += 2
  }
  return at < bytes.length
    ? { isTrailer, name, check, hasLength: (mask & 8) !== 0, end: start + at }
    : undefined
}

/** The mask alone, or the mask, what it tells of, and the mask again. */
function trailerBytes(bytes: Uint8Array): number {
  const mask = bytes[0] ?? 0
  const hasCheck = (mask & 7) !== 7
  if (!hasCheck && (mask & 0x18) === 0) return 1
  let at = 1
  for (const bit of [0x10, 0x08]) {
    if ((mask & bit) === 0) continue
    at++
    while (at < bytes.length && (bytes[at] ?? 0) < 0x80) at++
    at++
  }
  return at + (hasCheck ? (checkBytes[mask & 7] ?? 0) : 0) + 1
}
