// Which Python wrote a compiled module: the magic numbers of its header (Lib/importlib/_bootstrap_external.py and
// Include/internal/pycore_magic_number.h of CPython list them).

import { u16, u32 } from '../../codecs/little-endian.ts'

const lineEnd = 0x0a0d
const codeType = 0x63

/** The first magic number of each version; a version's own go up to the next one's. */
const firstMagics: readonly (readonly [magic: number, version: number])[] = [
  [3600, 314],
  [3550, 313],
  [3500, 312],
  [3450, 311],
  [3430, 310],
  [3420, 309],
  [3400, 308],
  [3390, 307],
  [3360, 306],
  [3320, 305],
  [3250, 304],
  [3190, 303],
  [3160, 302],
  [3140, 301],
  [3000, 300],
]
const lastMagic3 = 3699
/** Python 2.3 to 2.7. */
const magics2 = { from: 62_011, to: 62_218 } as const

/** Magic numbers of released versions, for headers that are to be made. */
const releasedMagics: Readonly<Record<number, number>> = {
  207: 62_211,
  303: 3230,
  304: 3310,
  305: 3351,
  306: 3379,
  307: 3394,
  308: 3413,
  309: 3425,
  310: 3439,
  311: 3495,
  312: 3531,
  313: 3571,
  314: 3627,
}

export interface PycHeader {
  /** Major * 100 + minor. */
  readonly version: number
  readonly bytes: number
}

/** Undefined: no compiled module, by its first 17 bytes. */
export function readPycHeader(head: Uint8Array): PycHeader | undefined {
  if (head.length < 17 || u16(head, 2) !== lineEnd) return undefined
  const version = versionOf(u16(head, 0))
  if (version === undefined) return undefined
  const bytes = headerBytes(version)
  if (version >= 307 && u32(head, 4) > 3) return undefined
  return ((head[bytes] ?? 0) & 0x7f) === codeType ? { version, bytes } : undefined
}

function versionOf(magic: number): number | undefined {
  if (magic >= magics2.from && magic <= magics2.to) return 207
  if (magic > lastMagic3) return undefined
  return firstMagics.find(([first]) => magic >= first)?.[1]
}

/** Magic and time; since 3.3 the size of the source, since 3.7 flags. */
function headerBytes(version: number): number {
  if (version >= 307) return 16
  return version >= 303 ? 12 : 8
}

/** A header such as this version of Python writes, for code that is stored without one; empty: no known version. */
export function makePycHeader(version: number): Uint8Array {
  const magic = releasedMagics[version]
  if (magic === undefined) return new Uint8Array(0)
  const header = new Uint8Array(headerBytes(version))
  header.set([magic & 0xff, magic >> 8, lineEnd & 0xff, lineEnd >> 8])
  return header
}
