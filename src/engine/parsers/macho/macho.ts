// A Mach-O file, or several for different processors in one universal ("fat") file (<mach-o/fat.h>).

import { Words } from '../elf/words.ts'
import { type MachoFile, parseMachoFile } from './file.ts'
import { Window } from './window.ts'

const fatMagics: Readonly<Record<number, { readonly order: 'little' | 'big'; readonly is64: boolean }>> = {
  0xcafebabe: { order: 'big', is64: false },
  0xbebafeca: { order: 'little', is64: false },
  0xcafebabf: { order: 'big', is64: true },
  0xbfbafeca: { order: 'little', is64: true },
}

/** Files of a universal file that are read. Real ones have up to five. */
const maxFiles = 64
/** Entries of a universal file. Java classes share its magic: their version is the count there, below 100. */
const maxArchs = 64 * 1024

export interface FatArch {
  readonly cputype: number
  readonly cpusubtype: number
  readonly offset: bigint
  readonly size: bigint
  readonly align: number
  readonly reserved: number
}

export interface Macho {
  /** Undefined: not universal. */
  readonly fatMagic: number | undefined
  readonly archs: readonly FatArch[]
  /** Those of the entries' files that could be read. */
  readonly files: readonly MachoFile[]
}

/** Undefined: not Mach-O, or cut off in its first header. */
export function parseMacho(bytes: Uint8Array): Macho | undefined {
  if (bytes.length < 8) return undefined
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const kind = fatMagics[magic]
  if (kind === undefined) {
    const file = parseMachoFile(bytes)
    return file && { fatMagic: undefined, archs: [], files: [file] }
  }
  const archs = readArchs(new Words(bytes, kind.is64, kind.order))
  if (archs === undefined) return undefined
  const files: MachoFile[] = []
  // Files may name the same bytes again and again, honest ones do not.
  let room = 2 * bytes.length
  for (const { offset, size } of archs) {
    if (files.length === maxFiles) break
    const start = Number(offset)
    const end = start + Number(size)
    room -= Number(size)
    const file = end <= bytes.length && room >= 0 ? parseMachoFile(bytes.subarray(start, end)) : undefined
    if (file !== undefined) files.push(file)
  }
  return { fatMagic: magic, archs, files }
}

function readArchs(words: Words): FatArch[] | undefined {
  const window = new Window(words, 4, words.bytes.length)
  const count = window.u32()
  if (count > maxArchs) return undefined
  const archs: FatArch[] = []
  while (archs.length < count && !window.isShort) {
    archs.push({
      cputype: window.u32(),
      cpusubtype: window.u32(),
      offset: window.word(),
      size: window.word(),
      align: window.u32(),
      reserved: words.is64 ? window.u32() : 0,
    })
  }
  return window.isShort ? undefined : archs
}
