// Reparse points ([MS-FSCC] 2.1.2): where links of an NTFS volume point, and which files have their content elsewhere.

import { u16, u32, utf16Exactly } from './fields.ts'

const symbolicLink = 0xa000000c
const mountPoint = 0xa0000003
/** Of the Linux subsystem: a version, then UTF-8. */
const linuxLink = 0xa000001d
/** Socket, fifo, character and block device of the Linux subsystem. */
const linuxSpecial: ReadonlySet<number> = new Set([0x80000023, 0x80000024, 0x80000025, 0x80000026])
const dataAt = 8

export interface Reparse {
  readonly tag: number
  /** Of symbolic links and junctions. */
  readonly target?: string
}

/** `data` is the whole attribute. */
export function readReparse(data: Uint8Array): Reparse {
  const tag = u32(data, 0)
  if (tag === linuxLink) return { tag, target: Buffer.from(data.subarray(dataAt + 4)).toString('utf8') }
  if (tag !== symbolicLink && tag !== mountPoint) return { tag }
  const pathAt = dataAt + (tag === symbolicLink ? 12 : 8)
  const [offset, bytes] = [u16(data, dataAt), u16(data, dataAt + 2)]
  if (pathAt + offset + bytes > data.length) return { tag }
  return { tag, target: utf16Exactly(data, pathAt + offset, bytes / 2) }
}

export function kindOfReparse(tag: number): 'link' | 'other' | undefined {
  if (tag === symbolicLink || tag === mountPoint || tag === linuxLink) return 'link'
  return linuxSpecial.has(tag) ? 'other' : undefined
}
