// The archive in a container: tar as ClamAV writes it, compressed with gzip or, in .cld, plain. Members are files with
// names of at most 100 bytes and without directories; anything else is refused, as ClamAV does.

import { gunzipSync } from 'node:zlib'

export interface Member {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface ArchiveLimits {
  /** Of the archive, unpacked. */
  readonly maxBytes: number
  readonly maxMembers: number
}

/** The members, a view each, or what is wrong. */
export function readArchive(bytes: Uint8Array, limits: ArchiveLimits): readonly Member[] | string {
  const tar = isGzip(bytes) ? inflate(bytes, limits.maxBytes) : bytes
  return typeof tar === 'string' ? tar : readTar(tar, limits.maxMembers)
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Deflate cannot pack better. */
const maxRatio = 1032
const trailerBytes = 4

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  if (bytes.length < trailerBytes) return 'its archive is truncated'
  const most = Math.min(maxBytes, bytes.length * maxRatio)
  // gzip ends with the unpacked size: with one buffer of that size nothing has to be joined. It may lie.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const said = view.getUint32(bytes.length - trailerBytes, true)
  try {
    return gunzipSync(bytes, { maxOutputLength: most, chunkSize: Math.max(4096, Math.min(said + 64, most)) })
  } catch (error) {
    const isTooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLong
      ? `its archive unpacks to more than ${most} bytes`
      : 'its archive is truncated or damaged'
  }
}

const blockBytes = 512
const nameBytes = 100
const sizeAt = 124
const sizeBytes = 12
const typeAt = 156
const regularFile = 0x30

function readTar(tar: Uint8Array, maxMembers: number): readonly Member[] | string {
  const buffer = Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength)
  const members: Member[] = []
  for (let at = 0; at < buffer.length && buffer[at] !== 0;) {
    if (at + blockBytes > buffer.length) return 'its archive is truncated'
    if (members.length === maxMembers) return `its archive has more than ${maxMembers} members`
    const name = upToZero(buffer.toString('latin1', at, at + nameBytes))
    const type = buffer[at + typeAt]
    const size = /^ *([0-7]{1,12})/.exec(
      upToZero(buffer.toString('latin1', at + sizeAt, at + sizeAt + sizeBytes)),
    )
    if (name.includes('/') || (type !== regularFile && type !== 0))
      return 'its archive holds more than plain files'
    if (size === null) return 'its archive has a member without a size'
    const start = at + blockBytes
    const end = start + Number.parseInt(size[1] ?? '', 8)
    if (end > buffer.length) return 'its archive is truncated'
    members.push({ name, bytes: tar.subarray(start, end) })
    at = start + Math.ceil((end - start) / blockBytes) * blockBytes
  }
  return members
}

function upToZero(text: string): string {
  const zero = text.indexOf('\0')
  return zero < 0 ? text : text.slice(0, zero)
}
