// The resource tree (Microsoft PE Format, "The .rsrc Section"): types, names or numbers, languages.

import { directoryIndex, directoryOf, type Image } from './image.ts'
import { offsetOfRva } from './rva.ts'
import type { Version } from './headers.ts'

const maxResources = 65_536
/** Entries looked at, in all directories together: hostile trees share branches. */
const maxEntries = 4 * maxResources
const directoryBytes = 16
const entryBytes = 8
const leafBytes = 16
/** Of named and of numbered entries of a directory. */
const maxDirectoryEntries = 32_768
/** A resource of as many bytes is none. One that only goes beyond the end of the file counts. */
const tooLong = 0x3fffffff
/** A name with as many characters is none. */
const tooLongName = 1000
const maxLanguage = 0xfffff
/** Types, names, languages. */
const levels = 3
const highBit = 0x80000000

/** A number, a name, or neither where the name is not in the file. */
export type ResourceId =
  | { readonly kind: 'number'; readonly number: number }
  /** Offset and length of the UTF-16 text in the file, bytes. */
  | { readonly kind: 'name'; readonly offset: number; readonly length: number }
  | { readonly kind: 'unknown' }

export interface Resource {
  readonly type: ResourceId
  readonly id: ResourceId
  readonly language: ResourceId
  readonly rva: number
  /** Undefined where the address is not in the file. May be beyond its end. */
  readonly offset: number | undefined
  readonly length: number
}

export interface Resources {
  readonly timestamp: number
  readonly version: Version
  /** At least one. */
  readonly items: readonly Resource[]
}

interface Branch {
  readonly level: number
  readonly type: ResourceId
  readonly id: ResourceId
  /** Offset of the directory in the file. */
  readonly at: number
}

const unknown: ResourceId = { kind: 'unknown' }

/** Breadth first, so types, names and languages come in the order of their directories. */
export function readResources(image: Image): Resources | undefined {
  const root = directoryOf(image, directoryIndex.resource)?.offset
  if (root === undefined || root > image.bytes.length || entryCountAt(image.bytes, root) === undefined)
    return undefined
  const items: Resource[] = []
  const queue: Branch[] = [{ level: 0, type: unknown, id: unknown, at: root }]
  let room = maxEntries
  for (let next = 0; next < queue.length && room > 0 && items.length < maxResources; next++) {
    const branch = queue[next]!
    const count = Math.min(entryCountAt(image.bytes, branch.at) ?? 0, room)
    room -= Math.max(count, 1)
    readBranch(image, { root, branch, count }, { items, queue })
  }
  if (items.length === 0) return undefined
  const { bytes } = image
  const version = { major: bytes.readUInt16LE(root + 8), minor: bytes.readUInt16LE(root + 10) }
  return { timestamp: bytes.readUInt32LE(root + 4), version, items }
}

/** Undefined where there is no directory. */
function entryCountAt(bytes: Buffer, at: number): number | undefined {
  if (at + directoryBytes > bytes.length) return undefined
  // Characteristics are reserved.
  if (bytes.readUInt32LE(at) !== 0) return undefined
  const named = bytes.readUInt16LE(at + 12)
  const numbered = bytes.readUInt16LE(at + 14)
  return named > maxDirectoryEntries || numbered > maxDirectoryEntries ? undefined : named + numbered
}

interface Place {
  readonly root: number
  readonly branch: Branch
  readonly count: number
}

interface Found {
  readonly items: Resource[]
  readonly queue: Branch[]
}

function readBranch(image: Image, { root, branch, count }: Place, { items, queue }: Found): void {
  const { bytes } = image
  const first = branch.at + directoryBytes
  for (let index = 0; index < count && items.length < maxResources; index++) {
    const at = first + index * entryBytes
    if (at + entryBytes > bytes.length) return
    const target = bytes.readUInt32LE(at + 4)
    const isDirectory = target >= highBit
    const offset = root + (isDirectory ? target - highBit : target)
    if (offset === root || offset >= bytes.length) continue
    const own = idAt(bytes, root, bytes.readUInt32LE(at))
    const { level } = branch
    if (level === 2 && own.kind === 'number' && own.number > maxLanguage) continue
    const type = level === 0 ? own : branch.type
    const id = level === 1 ? own : branch.id
    if (isDirectory && level + 1 < levels) queue.push({ level: level + 1, type, id, at: offset })
    const leaf = leafAt(image, offset)
    if (leaf !== undefined) items.push({ ...leaf, type, id, language: level === 2 ? own : unknown })
  }
}

function idAt(bytes: Buffer, root: number, word: number): ResourceId {
  if (word < highBit) return { kind: 'number', number: word }
  const at = root + word - highBit
  if (at + 2 > bytes.length) return unknown
  const length = bytes.readUInt16LE(at)
  if (length >= tooLongName || at + 2 + length * 2 > bytes.length) return unknown
  return { kind: 'name', offset: at + 2, length: length * 2 }
}

function leafAt(image: Image, at: number): Pick<Resource, 'rva' | 'offset' | 'length'> | undefined {
  const { bytes } = image
  if (at + leafBytes > bytes.length) return undefined
  const rva = bytes.readUInt32LE(at)
  const length = bytes.readUInt32LE(at + 4)
  if (rva === 0 || length === 0 || length >= tooLong) return undefined
  return { rva, offset: offsetOfRva(image, rva), length }
}
