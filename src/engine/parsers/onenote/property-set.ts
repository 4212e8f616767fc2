// The one question asked of an ObjectSpaceObjectPropSet ([MS-ONESTORE] 2.6.1): which file name it gives to which data.

import { u16, u32 } from '../../codecs/little-endian.ts'

/** EmbeddedFileName and EmbeddedFileContainer ([MS-ONE] 2.1.12). */
const embeddedFileName = 0x1c001d9c
const embeddedFileContainer = 0x20001d9b
const maxNameBytes = 2048

export interface FileNode {
  readonly name: string
  /** The CompactID of the object that holds the data. */
  readonly container: number
}

/** Undefined: it has no such name, or does not hold together. */
export function nameOfFileNode(bytes: Uint8Array): FileNode | undefined {
  const objects = idsAt(bytes, 0)
  let at = objects.end
  if (!objects.hasNoOsids) {
    const spaces = idsAt(bytes, at)
    at = spaces.end
    if (spaces.isExtended) at = idsAt(bytes, at).end
  }
  return nodeAt(bytes, at, objects.ids)
}

/** ObjectSpaceObjectStreamOfOIDs and its like (2.6.2). */
function idsAt(
  bytes: Uint8Array,
  at: number,
): { ids: (index: number) => number; end: number; isExtended: boolean; hasNoOsids: boolean } {
  const header = u32(bytes, at)
  const count = Math.min(header & 0xffffff, bytes.length >> 2)
  return {
    ids: (index) => (index < count ? u32(bytes, at + 4 + index * 4) : 0),
    end: at + 4 + count * 4,
    isExtended: (header & 0x40000000) !== 0,
    hasNoOsids: (header & 0x80000000) !== 0,
  }
}

/** PropertySet (2.6.7): ids first, then the values in the same order. */
function nodeAt(bytes: Uint8Array, start: number, ids: (index: number) => number): FileNode | undefined {
  const count = u16(bytes, start)
  let at = start + 2 + count * 4
  if (at > bytes.length) return undefined
  let objectIndex = 0
  let name: string | undefined
  let container: number | undefined
  for (let i = 0; i < count; i++) {
    const id = u32(bytes, start + 2 + i * 4)
    const type = (id >>> 26) & 0x1f
    if ((id & 0x7fffffff) === embeddedFileContainer) container = ids(objectIndex)
    if ((id & 0x7fffffff) === embeddedFileName) {
      const length = Math.min(u32(bytes, at), maxNameBytes)
      name = Buffer.from(bytes.subarray(at + 4, at + 4 + length)).toString('utf16le')
    }
    if (type === 8) objectIndex++
    if (type === 9) objectIndex += u32(bytes, at)
    const width = valueBytes(type, bytes, at)
    if (width === undefined) break
    at += width
  }
  if (name === undefined || container === undefined) return undefined
  const end = name.indexOf('\0')
  return { name: end < 0 ? name : name.slice(0, end), container }
}

/** Bytes of a value among the values (2.6.6); undefined: another property set, which is not followed. */
function valueBytes(type: number, bytes: Uint8Array, at: number): number | undefined {
  switch (type) {
    case 1:
    case 2:
    case 8:
    case 10:
    case 12:
      return 0
    case 3:
      return 1
    case 4:
      return 2
    case 5:
    case 9:
    case 11:
    case 13:
      return 4
    case 6:
      return 8
    case 7:
      return 4 + u32(bytes, at)
    default:
      return undefined
  }
}
