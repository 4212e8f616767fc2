// The export table (Microsoft PE Format, "The .edata Section").

import { directoryIndex, directoryOf, type Image, offsetIn, textAt } from './image.ts'
import { libraryNameAt } from './imports.ts'
import { offsetOfRva } from './rva.ts'
import { isWellFormed } from './section.ts'

const headerBytes = 40
/** As many as rules see. */
const maxExports = 16_384
/** Characters of all names together. */
const maxNameCharacters = 8 * 1024 * 1024

export interface ExportedFunction {
  readonly name: string | undefined
  readonly ordinal: number
  readonly rva: number
  /** In the file; undefined for a forwarder, and where the address is not in the file. */
  readonly offset: number | undefined
  /** `LIBRARY.Function` that is meant. */
  readonly forwardName: string | undefined
}

export interface Exports {
  /** What the library calls itself. */
  readonly libraryName: string | undefined
  readonly timestamp: number
  /** In the order of their ordinals. Names have one character for each byte. */
  readonly functions: readonly ExportedFunction[]
}

/** At most `most` functions. */
export function readExports(image: Image, most: number = maxExports): Exports | undefined {
  const { bytes } = image
  const directory = directoryOf(image, directoryIndex.export)
  if (directory?.offset === undefined || directory.rva === 0) return undefined
  const { offset, size } = directory
  if (size < headerBytes || offset + headerBytes > bytes.length) return undefined
  const base = bytes.readUInt32LE(offset + 16)
  const table = bytes.readUInt32LE(offset + 28)
  const addresses = (table === 0 ? undefined : offsetIn(image, table)) ?? bytes.length
  const count = Math.min(bytes.readUInt32LE(offset + 20), most, Math.floor((bytes.length - addresses) / 4))
  const names = readNames(image, offset, most)
  const texts = limitedTexts(image)
  const functions: ExportedFunction[] = []
  for (let index = 0; index < count && base + index <= 0xffffffff; index++) {
    const rva = bytes.readUInt32LE(addresses + index * 4)
    const name = names.get(index)
    const isForwarder = rva >= directory.rva && rva < Math.min(directory.rva + size, 0xffffffff)
    functions.push({
      name: name === undefined ? undefined : texts(name),
      ordinal: base + index,
      rva,
      offset: isForwarder ? undefined : offsetOfRva(image, rva),
      forwardName: isForwarder ? texts(rva) : undefined,
    })
  }
  return {
    libraryName: libraryNameAt(image, bytes.readUInt32LE(offset + 12)),
    timestamp: bytes.readUInt32LE(offset + 4),
    functions,
  }
}

/** RVA of the name for each index into the address table that has one; the first name of several counts. */
function readNames(image: Image, header: number, most: number): Map<number, number> {
  const { bytes } = image
  const names = new Map<number, number>()
  const count = Math.min(bytes.readUInt32LE(header + 24), most)
  const pointers = offsetIn(image, bytes.readUInt32LE(header + 32))
  const indexes = offsetIn(image, bytes.readUInt32LE(header + 36))
  if (pointers === undefined || indexes === undefined || pointers + count * 4 > bytes.length) return names
  for (let at = 0; at < count && indexes + at * 2 + 2 <= bytes.length; at++) {
    const index = bytes.readUInt16LE(indexes + at * 2)
    if (!names.has(index)) names.set(index, bytes.readUInt32LE(pointers + at * 4))
  }
  return names
}

function limitedTexts(image: Image): (rva: number) => string | undefined {
  let room = maxNameCharacters
  return (rva) => {
    const offset = room > 0 ? offsetIn(image, rva) : undefined
    if (offset === undefined) return undefined
    const text = textAt(image, offset)
    room -= text.length
    return isWellFormed(text) ? text : undefined
  }
}
