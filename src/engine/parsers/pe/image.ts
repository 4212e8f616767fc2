// The bytes of a program file with what is needed to find things in them: headers and sections.

import type { Headers } from './headers.ts'
import { offsetOfRva } from './rva.ts'
import type { Section } from './section.ts'

export interface Image {
  readonly bytes: Buffer
  readonly headers: Headers
  readonly sections: readonly Section[]
}

/** A text in the file that is longer is cut: names have a few dozen characters. */
const maxTextBytes = 4096

/** Where the data directory entry `index` points to. `offset` is undefined where no section has the address. */
export interface Directory {
  readonly rva: number
  readonly size: number
  readonly offset: number | undefined
}

export const directoryIndex = {
  export: 0,
  import: 1,
  resource: 2,
  security: 4,
  debug: 6,
  delayImport: 13,
} as const

/**
 * Also entries beyond the number that the header gives: there are .NET programs with too low a number that Windows runs
 * all the same.
 */
export function directoryOf(image: Image, index: number): Directory | undefined {
  const { bytes, headers } = image
  const at = headers.directoriesOffset + index * 8
  if (headers.optional === undefined || at + 8 > bytes.length) return undefined
  const rva = bytes.readUInt32LE(at)
  return { rva, size: bytes.readUInt32LE(at + 4), offset: offsetIn(image, rva) }
}

/** The file offset of an address, undefined where there is none or it is beyond the file. */
export function offsetIn(image: Image, rva: number): number | undefined {
  const offset = offsetOfRva(image, rva)
  return offset === undefined || offset > image.bytes.length ? undefined : offset
}

/** The bytes up to a zero, or to the end of the file, one character for each. */
export function textAt({ bytes }: Image, offset: number): string {
  const most = Math.min(bytes.length, offset + maxTextBytes)
  let end = offset
  while (end < most && bytes[end] !== 0) end++
  return bytes.toString('latin1', offset, end)
}
