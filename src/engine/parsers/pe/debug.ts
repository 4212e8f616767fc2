// The debug directory, as far as the path of the program database (PDB) goes (Microsoft PE Format, "Debug Directory").

import { directoryIndex, directoryOf, type Image, textAt } from './image.ts'
import { offsetOfRva } from './rva.ts'

const entryBytes = 28
const maxEntries = 256
const codeView = 2
/** Signatures of CodeView data, and how many bytes are before the path. */
const pathOffsets = new Map([
  // PDB 7.0: signature, identifier, age.
  ['RSDS', 24],
  // PDB 2.0: signature, offset, time stamp, age.
  ['NB10', 16],
  // Apple's, in EFI programs: signature, identifier.
  ['MTOC', 20],
])

/** One character (0–255) for each byte. */
export function readPdbPath(image: Image): string | undefined {
  const directory = directoryOf(image, directoryIndex.debug)
  if (directory?.offset === undefined) return undefined
  const end = Math.min(directory.offset + directory.size, image.bytes.length)
  const last = Math.min(end, directory.offset + maxEntries * entryBytes)
  for (let at = directory.offset; at + entryBytes <= last; at += entryBytes) {
    const path = pathOf(image, at)
    if (path !== undefined) return path
  }
  return undefined
}

function pathOf(image: Image, entry: number): string | undefined {
  const { bytes } = image
  if (bytes.readUInt32LE(entry + 12) !== codeView) return undefined
  const rva = bytes.readUInt32LE(entry + 20)
  const mapped = rva === 0 ? undefined : offsetOfRva(image, rva)
  const offset = mapped ?? bytes.readUInt32LE(entry + 24)
  if (offset === 0 || offset + 4 > bytes.length) return undefined
  const before = pathOffsets.get(bytes.toString('latin1', offset, offset + 4))
  if (before === undefined || offset + before > bytes.length) return undefined
  return textAt(image, offset + before)
}
