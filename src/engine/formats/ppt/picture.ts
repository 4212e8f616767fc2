// Pictures in the stream of pictures ([MS-ODRAW] 2.2.23): a digest or two, then the file; metafiles are compressed.

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { OfficeRecord } from './records.ts'

export interface Picture {
  readonly extension: string
  readonly start: number
  readonly end: number
  /** Compressed with zlib. */
  readonly isPacked: boolean
  /** Bytes of a metafile, unpacked. */
  readonly size: number
}

interface Kind {
  readonly extension: string
  readonly isMetafile: boolean
  /** Record instances that say that there are two digests. */
  readonly withTwoDigests: readonly number[]
}

const kinds: Readonly<Record<number, Kind>> = {
  0xf01a: { extension: 'emf', isMetafile: true, withTwoDigests: [0x3d5] },
  0xf01b: { extension: 'wmf', isMetafile: true, withTwoDigests: [0x217] },
  0xf01c: { extension: 'pict', isMetafile: true, withTwoDigests: [0x543] },
  0xf01d: { extension: 'jpg', isMetafile: false, withTwoDigests: [0x46b, 0x6e3] },
  0xf01e: { extension: 'png', isMetafile: false, withTwoDigests: [0x6e1] },
  0xf01f: { extension: 'dib', isMetafile: false, withTwoDigests: [0x7a9] },
  0xf029: { extension: 'tiff', isMetafile: false, withTwoDigests: [0x6e5] },
  0xf02a: { extension: 'jpg', isMetafile: false, withTwoDigests: [0x46b, 0x6e3] },
}
const digestBytes = 16
const metafileHeaderBytes = 34
const compressionAt = 32

/** Undefined: the record is no picture. */
export function pictureOf(
  source: ByteSource,
  { type, instance, at, length }: OfficeRecord,
): Picture | undefined {
  const kind = kinds[type]
  if (kind === undefined) return undefined
  const digests = kind.withTwoDigests.includes(instance) ? 2 * digestBytes : digestBytes
  const end = at + length
  if (!kind.isMetafile) {
    const start = Math.min(end, at + digests + 1)
    return { extension: kind.extension, start, end, isPacked: false, size: end - start }
  }
  const header = source.read(at + digests, metafileHeaderBytes)
  const start = Math.min(end, at + digests + metafileHeaderBytes)
  return {
    extension: kind.extension,
    start,
    end,
    isPacked: header[compressionAt] === 0,
    size: u32(header, 0),
  }
}
