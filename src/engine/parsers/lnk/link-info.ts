// Where a shortcut's target was found: LinkInfo and the VolumeID in it ([MS-SHLLINK] 2.3).

import { u32 } from '../../codecs/little-endian.ts'
import { bytesStringToNul, utf16String } from './strings.ts'

const minBytes = 28
/** From this header size on there are offsets of UTF-16 strings. */
const unicodeHeaderBytes = 0x24
const hasVolumeAndPath = 0x01
const hasNetworkAndSuffix = 0x02
const volumeHeaderBytes = 16
/** In the place of the volume label's offset: the next field has it, and the label is UTF-16. */
const unicodeLabel = 0x14

export interface Volume {
  readonly driveType: number
  readonly serialNumber: number
  readonly label: string | undefined
}

export interface LinkInfo {
  readonly volume: Volume | undefined
  readonly localBasePath: string | undefined
  readonly commonPathSuffix: string | undefined
  readonly end: number
}

/** Undefined: cut off. */
export function readLinkInfo(bytes: Uint8Array, at: number): LinkInfo | undefined {
  if (at + minBytes > bytes.length) return undefined
  const size = u32(bytes, at)
  const isUnicode = u32(bytes, at + 4) >= unicodeHeaderBytes
  if (at + size > bytes.length || (isUnicode && at + unicodeHeaderBytes > bytes.length)) return undefined
  const info = bytes.subarray(at, at + size)
  const flags = u32(bytes, at + 8)
  const unicodePath = isUnicode ? u32(bytes, at + 28) : 0
  const unicodeSuffix = isUnicode ? u32(bytes, at + 32) : 0
  const hasVolume = (flags & hasVolumeAndPath) !== 0
  return {
    volume: hasVolume ? readVolume(info, u32(bytes, at + 12)) : undefined,
    localBasePath: hasVolume ? textAt(info, u32(bytes, at + 16), unicodePath) : undefined,
    commonPathSuffix:
      (flags & hasNetworkAndSuffix) === 0 ? undefined : textAt(info, u32(bytes, at + 24), unicodeSuffix),
    end: at + size,
  }
}

/** The text at `unicodeAt` if there is one, else the one at `at`. */
function textAt(info: Uint8Array, at: number, unicodeAt: number): string | undefined {
  if (unicodeAt > 0) return unicodeAt > info.length ? undefined : utf16String(info.subarray(unicodeAt))
  return at > info.length ? undefined : bytesStringToNul(info.subarray(at))
}

function readVolume(info: Uint8Array, at: number): Volume | undefined {
  if (at + volumeHeaderBytes > info.length) return undefined
  const volume = info.subarray(at)
  return {
    driveType: u32(volume, 4),
    serialNumber: u32(volume, 8),
    label: readLabel(volume, u32(volume, 0), u32(volume, 12)),
  }
}

function readLabel(bytes: Uint8Array, size: number, offset: number): string | undefined {
  if (size > bytes.length) return undefined
  const volume = bytes.subarray(0, size)
  if (offset !== unicodeLabel) return offset > size ? undefined : bytesStringToNul(volume.subarray(offset))
  if (bytes.length < volumeHeaderBytes + 4) return undefined
  const unicodeOffset = u32(bytes, volumeHeaderBytes)
  return unicodeOffset > size ? undefined : utf16String(volume.subarray(unicodeOffset))
}
