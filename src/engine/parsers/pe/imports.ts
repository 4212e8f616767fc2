// The import tables (Microsoft PE Format, "Import Directory Table" and "Delay-Load Import Tables"): which functions of
// which libraries the program asks for.

import { directoryIndex, directoryOf, type Image, offsetIn, textAt } from './image.ts'
import { ordinalName } from './ordinals.ts'
import { isWellFormed } from './section.ts'

const maxLibraries = 16_384
const maxFunctionsOfLibrary = 16_384
/** Of one table, all libraries together. */
const maxFunctions = 65_536
const maxThunks = 4 * maxFunctions
/** Characters of all names together: hostile tables name one long text again and again. */
const maxNameCharacters = 8 * 1024 * 1024

export interface ImportedFunction {
  /** For an import by ordinal the well-known name, or `ord7`. */
  readonly name: string
  readonly ordinal: number | undefined
  /** Of the entry in the import address table. */
  readonly rva: number
}

export interface ImportedLibrary {
  readonly name: string
  readonly functions: readonly ImportedFunction[]
}

/** Tables as the linker wrote them: a library may be there more than once. Names have one character for each byte. */
export function readImports(image: Image): ImportedLibrary[] {
  const directory = directoryOf(image, directoryIndex.import)
  if (directory?.offset === undefined || directory.rva === 0) return []
  const { bytes } = image
  return readTable(image, { from: directory.offset, to: bytes.length, size: 20 }, (at) => ({
    isVirtual: false,
    names: bytes.readUInt32LE(at),
    library: bytes.readUInt32LE(at + 12),
    addresses: bytes.readUInt32LE(at + 16),
  }))
}

export function readDelayedImports(image: Image): ImportedLibrary[] {
  const directory = directoryOf(image, directoryIndex.delayImport)
  if (directory?.offset === undefined || directory.rva === 0) return []
  const { bytes } = image
  const to = Math.min(directory.offset + directory.size, bytes.length)
  return readTable(image, { from: directory.offset, to, size: 32 }, (at) => ({
    // Visual C++ 6 wrote addresses that count from 0, not from the image base.
    isVirtual: (bytes.readUInt32LE(at) & 1) === 0,
    library: bytes.readUInt32LE(at + 4),
    addresses: bytes.readUInt32LE(at + 12),
    names: bytes.readUInt32LE(at + 16),
  }))
}

interface Descriptor {
  readonly isVirtual: boolean
  /** Addresses of the library's name, of the import name table and of the import address table. */
  readonly library: number
  readonly names: number
  readonly addresses: number
}

interface Table {
  readonly from: number
  readonly to: number
  /** Bytes of one descriptor. */
  readonly size: number
}

/** What is left of the limits. */
interface Room {
  functions: number
  thunks: number
  characters: number
}

function readTable(image: Image, table: Table, read: (at: number) => Descriptor): ImportedLibrary[] {
  const libraries: ImportedLibrary[] = []
  const room: Room = { functions: maxFunctions, thunks: maxThunks, characters: maxNameCharacters }
  const last = Math.min(table.to, table.from + maxLibraries * table.size)
  for (
    let at = table.from;
    at + table.size <= last && room.thunks > 0 && room.characters > 0;
    at += table.size
  ) {
    const descriptor = read(at)
    if (descriptor.library === 0 || (descriptor.addresses === 0 && descriptor.names === 0)) break
    const library = readLibrary(image, descriptor, room)
    if (library !== undefined) libraries.push(library)
  }
  return libraries
}

function readLibrary(image: Image, descriptor: Descriptor, room: Room): ImportedLibrary | undefined {
  const { imageBase = 0n } = image.headers.optional ?? {}
  if (descriptor.isVirtual && imageBase > 0xffffffffn) return undefined
  const base = descriptor.isVirtual ? Number(imageBase) : 0
  const name = libraryNameAt(image, Math.max(0, descriptor.library - base))
  if (name === undefined) return undefined
  room.characters -= name.length
  const names = Math.max(0, descriptor.names - base)
  const addresses = Math.max(0, descriptor.addresses - base)
  // Where there is no name table, the address table has the names until the program is loaded.
  const thunks = (names > 0 ? offsetIn(image, names) : undefined) ?? offsetIn(image, addresses)
  if (thunks === undefined) return undefined
  const functions = readFunctions(image, { library: name, thunks, addresses, base }, room)
  return functions.length === 0 ? undefined : { name, functions }
}

interface Thunks {
  readonly library: string
  /** Offset of the first. */
  readonly thunks: number
  /** RVA of the import address table. */
  readonly addresses: number
  /** What addresses in thunks count from. */
  readonly base: number
}

const byOrdinal = 0x80000000

function readFunctions(
  image: Image,
  { library, thunks, addresses, base }: Thunks,
  room: Room,
): ImportedFunction[] {
  const { bytes, headers } = image
  const is64 = headers.optional?.isPe32Plus === true
  const size = is64 ? 8 : 4
  const functions: ImportedFunction[] = []
  for (let index = 0; index < maxFunctionsOfLibrary; index++) {
    const at = thunks + index * size
    if (at + size > bytes.length || room.thunks-- <= 0 || room.functions <= 0 || room.characters <= 0) break
    const low = bytes.readUInt32LE(at)
    const high = is64 ? bytes.readUInt32LE(at + 4) : low
    if (low === 0 && high === 0) break
    const rva = Math.min(addresses + index * size, 0xffffffff)
    if (high >= byOrdinal) {
      // Nothing but the mark and sixteen bits of ordinal.
      const rest = is64 ? low + (high - byOrdinal) * 2 ** 32 : low - byOrdinal
      if (rest > 0xffff) continue
      functions.push({ name: ordinalName(library, rest), ordinal: rest, rva })
    } else {
      const address = Math.max(0, (is64 ? low + high * 2 ** 32 : low) - base)
      const name = functionNameAt(image, address)
      if (name === undefined) continue
      functions.push({ name, ordinal: undefined, rva })
      room.characters -= name.length
    }
    room.functions--
  }
  return functions
}

const graphic = /^[!-~]+$/

/** A name follows the two bytes of its hint. */
function functionNameAt(image: Image, rva: number): string | undefined {
  const offset = rva > 0xffffffff ? undefined : offsetIn(image, rva)
  if (offset === undefined || offset + 2 > image.bytes.length) return undefined
  const name = textAt(image, offset + 2)
  return graphic.test(name) ? name : undefined
}

const forbidden = /[\0-\x20\x7f"*<>?|]/

/** Undefined where the text cannot be a file's name. */
export function libraryNameAt(image: Image, rva: number): string | undefined {
  const offset = offsetIn(image, rva)
  if (offset === undefined) return undefined
  const name = textAt(image, offset)
  return forbidden.test(name) || !isWellFormed(name) ? undefined : name
}
