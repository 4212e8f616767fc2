// The parsed file with what is needed to read more of it: directories by number, texts as they are shown.

import type { Pe } from '../../engine/index.ts'

export const directoryIndex = { resource: 2, relocations: 5, debug: 6, tls: 9, bound: 11, cli: 14 } as const

/** Undefined: no such directory, or one whose address is not in the file. */
export function directoryOffset(pe: Pe, index: number): { offset: number; size: number } | undefined {
  const directory = pe.directories[index]
  if (directory === undefined || directory.virtualAddress === 0) return undefined
  const offset = pe.offsetOfRva(directory.virtualAddress)
  return offset === undefined || offset >= pe.bytes.length ? undefined : { offset, size: directory.size }
}

/** The engine's texts have one character for each byte of UTF-8. */
export function shown(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`
}

/** ISO 8601 of a 32-bit time stamp. */
export function timeOfStamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
