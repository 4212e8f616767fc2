// The FileHeader stream of HWP 5 (Hancom, "Hangul Document File Format 5.0", revision 1.3, 3.2.1).

import { u32 } from '../../codecs/little-endian.ts'
import { type Cfb, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { startsWith } from '../../source/starts-with.ts'

const magic = Buffer.from('HWP Document File')
const flagsAt = 36
const headerBytes = 40

const flag = {
  compressed: 0x001,
  password: 0x002,
  distribution: 0x004,
  drm: 0x010,
  certificate: 0x100,
  certificateDrm: 0x400,
} as const

export interface Document {
  readonly cfb: Cfb
  readonly isCompressed: boolean
  /** Its text stands in ViewText, encrypted with a key that stands beside it. */
  readonly isDistribution: boolean
  /** Why its streams cannot be read. */
  readonly lock: string | undefined
}

/** Undefined: a compound file of another kind. */
export function readDocument({ head, source }: ScanObject): Document | undefined {
  if (!isCfb(head)) return undefined
  const cfb = readCfb(source)
  const header = cfb?.entries.find(
    ({ kind, path }) => kind === 'stream' && path.toLowerCase() === 'fileheader',
  )
  if (cfb === undefined || header === undefined) return undefined
  const bytes = header.source.read(0, headerBytes)
  if (!startsWith(bytes, magic)) return undefined
  const flags = u32(bytes, flagsAt)
  return {
    cfb,
    isCompressed: (flags & flag.compressed) !== 0,
    isDistribution: (flags & flag.distribution) !== 0,
    lock: lockOf(flags),
  }
}

function lockOf(flags: number): string | undefined {
  if ((flags & flag.password) !== 0) return 'needs a password'
  if ((flags & (flag.drm | flag.certificateDrm)) !== 0) return 'is locked by a rights management system'
  return (flags & flag.certificate) === 0 ? undefined : 'is encrypted with a certificate'
}

/** Records of DocInfo and of sections (4.1): 10 bits tag, 10 bits level, 12 bits size, or the size behind it. */
export interface DocumentRecord {
  readonly tag: number
  readonly start: number
  readonly size: number
}

export function readRecord(source: ByteSource, at: number): DocumentRecord | undefined {
  const head = source.read(at, 8)
  if (head.length < 4) return undefined
  const first = u32(head, 0)
  const size = first >>> 20
  const isLong = size === 0xfff
  return { tag: first & 0x3ff, start: at + (isLong ? 8 : 4), size: isLong ? u32(head, 4) : size }
}
