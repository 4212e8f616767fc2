// Security descriptors (sk cells), as SDDL has them: [MS-DTYP] 2.4 and 2.5.1.

import { u16, u32 } from '../fields.ts'
import type { HiveImage } from './image.ts'

const headerBytes = 20
/** Access control entries that are told of one list. */
const maxEntries = 256

interface AccessEntry {
  /** 0 allow, 1 deny, 2 audit … */
  readonly type: number
  readonly flags: number
  /** As in the registry: 0x20019 is read, 0xf003f everything. */
  readonly mask: number
  readonly sid: string
}

export interface SecurityDescriptor {
  readonly owner: string
  readonly group: string
  /** Undefined: no list, everybody may do everything. */
  readonly dacl: readonly AccessEntry[] | undefined
  readonly sacl: readonly AccessEntry[] | undefined
}

/** Of the sk cell at `offset`; undefined, with a note, where there is none. */
export function descriptorAt(image: HiveImage, offset: number): SecurityDescriptor | undefined {
  const position = image.cell(offset, 'sk', headerBytes)
  if (position === -1) return undefined
  const size = Math.min(u32(image.bytes, position + 16), image.roomAt(position) - headerBytes)
  const start = position + headerBytes
  return readDescriptor(image.bytes.subarray(start, start + size))
}

/** A self-relative SECURITY_DESCRIPTOR. */
function readDescriptor(bytes: Uint8Array): SecurityDescriptor | undefined {
  if (bytes.length < headerBytes) return undefined
  const [owner, group, sacl, dacl] = [4, 8, 12, 16].map((at) => u32(bytes, at))
  return {
    owner: sidAt(bytes, owner ?? 0),
    group: sidAt(bytes, group ?? 0),
    dacl: entriesAt(bytes, dacl ?? 0),
    sacl: entriesAt(bytes, sacl ?? 0),
  }
}

/** `S-1-5-18`; '' where there is none. */
function sidAt(bytes: Uint8Array, at: number): string {
  const count = bytes[at + 1] ?? 0
  if (at === 0 || count > 15 || at + 8 + 4 * count > bytes.length) return ''
  const authority = u16(bytes, at + 2) === 0 ? Buffer.from(bytes.subarray(at + 4, at + 8)).readUInt32BE() : 0
  const parts = Array.from({ length: count }, (_, index) => u32(bytes, at + 8 + 4 * index))
  return ['S', bytes[at], authority, ...parts].join('-')
}

function entriesAt(bytes: Uint8Array, at: number): readonly AccessEntry[] | undefined {
  if (at === 0 || at + 8 > bytes.length) return undefined
  const count = Math.min(u16(bytes, at + 4), maxEntries)
  const entries: AccessEntry[] = []
  let entry = at + 8
  for (let index = 0; index < count && entry + 8 <= bytes.length; index += 1) {
    const size = u16(bytes, entry + 2)
    if (size < 8) break
    const [type = 0, flags = 0] = bytes.subarray(entry, entry + 2)
    entries.push({ type, flags, mask: u32(bytes, entry + 4), sid: sidAt(bytes, entry + 8) })
    entry += size
  }
  return entries
}
