// The metadata root of a .NET assembly and its streams (ECMA-335, II.24.2): texts, blobs, GUIDs and tables.
// Texts have one character (0–255) for each byte.

import { isUtf8 } from 'node:buffer'

import { u16, u32 } from '../../codecs/little-endian.ts'

const signature = 0x424a5342
const headerBytes = 16
const maxVersionBytes = 255
/** There are packers that write 163 streams. */
const maxStreams = 256
const maxU32 = 0xffff_ffff
/** Names have up to 1,023 bytes in any assembly that runs. */
const maxStringBytes = 4096
/** All texts taken from one file: rows may share theirs. */
const maxTextBytes = 64 * 1024 * 1024

export interface Stream {
  /** Undefined: not UTF-8. */
  readonly name: string | undefined
  /** In the file. */
  readonly offset: number
  readonly size: number
}

export interface Metadata {
  readonly version: string
  readonly streams: readonly Stream[]
}

/** The root in `[start, end)` of the file, or undefined: malformed. */
export function readMetadata(file: Uint8Array, start: number, end: number): Metadata | undefined {
  if (start + headerBytes > end || u32(file, start) !== signature) return undefined
  const versionBytes = u32(file, start + 12)
  const counts = start + headerBytes + versionBytes
  if (versionBytes > maxVersionBytes || counts + 4 > end) return undefined
  const count = u16(file, counts + 2)
  if (count > maxStreams) return undefined
  const streams: Stream[] = []
  let at = counts + 4
  while (streams.length < count) {
    if (at + 8 > end) return undefined
    const name = upToNul(file.subarray(at + 8, end))
    const next = at + 8 + Math.ceil((name.length + 1) / 4) * 4
    if (next > end) return undefined
    streams.push({
      name: isUtf8(name) ? latin1(name) : undefined,
      offset: Math.min(start + u32(file, at), maxU32),
      size: u32(file, at + 4),
    })
    at = next
  }
  const version = upToNul(file.subarray(start + headerBytes, counts))
  return isUtf8(version) ? { version: latin1(version), streams } : undefined
}

function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** The streams by their purpose; one that does not lie inside the file is absent. */
export class Heaps {
  readonly tables: Uint8Array | undefined
  readonly userStrings: Uint8Array | undefined
  readonly guids: Uint8Array | undefined
  readonly #strings: Uint8Array | undefined
  readonly #blobs: Uint8Array | undefined
  #room = maxTextBytes

  constructor(file: Uint8Array, streams: readonly Stream[]) {
    // Of streams with the same name the last one counts.
    const find = (...names: readonly string[]): Uint8Array | undefined => {
      const stream = streams.findLast(({ name }) => name !== undefined && names.includes(name))
      const end = stream === undefined ? 0 : stream.offset + stream.size
      return stream === undefined || end > file.length ? undefined : file.subarray(stream.offset, end)
    }
    // "#-" is the undocumented name of tables that are not sorted.
    this.tables = find('#~', '#-')
    this.userStrings = find('#US')
    this.guids = find('#GUID')
    this.#strings = find('#Strings')
    this.#blobs = find('#Blob')
  }

  /** The text at an index of #Strings; undefined where it has no end or is not UTF-8. */
  string(index: number): string | undefined {
    const strings = this.#strings
    if (strings === undefined || index > strings.length) return undefined
    const bytes = strings.subarray(index, index + maxStringBytes)
    const end = bytes.indexOf(0)
    return end >= 0 && isUtf8(bytes.subarray(0, end)) ? this.#text(bytes.subarray(0, end)) : undefined
  }

  /** The bytes at an index of #Blob (II.24.2.4). */
  blob(index: number): Uint8Array | undefined {
    const blobs = this.#blobs
    const length = blobs && readCompressed(blobs, index)
    if (blobs === undefined || length === undefined) return undefined
    const end = length.end + length.value
    return end > blobs.length ? undefined : blobs.subarray(length.end, end)
  }

  /** The bytes at an index of #Blob as a text. */
  blobText(index: number): string | undefined {
    const bytes = this.blob(index)
    return bytes && this.#text(bytes)
  }

  /** Whether there is room for so much more text. */
  charge(length: number): boolean {
    this.#room -= length
    return this.#room >= 0
  }

  #text(bytes: Uint8Array): string | undefined {
    return this.charge(bytes.length) ? latin1(bytes) : undefined
  }
}

/** A compressed unsigned number (II.23.2) and where it ends; undefined: cut off, or of no known form. */
export function readCompressed(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 0x80) return { value: first, end: at + 1 }
  if (first < 0xc0) {
    return at + 2 > bytes.length ? undefined : { value: ((first & 0x3f) << 8) | bytes[at + 1]!, end: at + 2 }
  }
  if (first >= 0xe0 || at + 4 > bytes.length) return undefined
  const value = ((first & 0x1f) << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  return { value, end: at + 4 }
}
