// The list of a Mach-O file's load commands (<mach-o/loader.h>).

import type { Words } from '../elf/words.ts'
import * as command from './commands.ts'
import { Window } from './window.ts'

/** Real files have some thirty. */
const maxCommands = 64 * 1024
const maxLinkerOptions = 64 * 1024
const headerBytes = 8

export interface LoadCommands {
  segments: command.Segment[]
  dylibs: command.Dylib[]
  rpaths: Uint8Array[]
  linkerOptions: Uint8Array[]
  symtab?: command.Symtab
  dysymtab?: command.Dysymtab
  dyldInfo?: command.DyldInfo
  dynamicLinker?: Uint8Array
  sourceVersion?: string
  uuid?: string
  codeSignature?: command.LinkEditData
  buildVersion?: command.BuildVersion
  minVersion?: command.MinVersion
  main?: command.Main
  /** The address at which the first thread starts. */
  threadEntry?: bigint
}

/** Reads `header.ncmds` commands from `start` on, or as many as there are. */
export function readLoadCommands(
  words: Words,
  start: number,
  header: { readonly ncmds: number; readonly cputype: number },
): LoadCommands {
  const commands: LoadCommands = { segments: [], dylibs: [], rpaths: [], linkerOptions: [] }
  const count = Math.min(header.ncmds, maxCommands)
  const kind: FileKind = { cputype: header.cputype, width: words.is64 ? 64 : 32 }
  let at = start
  for (let index = 0; index < count && at + headerBytes <= words.bytes.length; index++) {
    const size = Math.max(words.u32(at + 4), headerBytes)
    if (at + size > words.bytes.length) break
    const window = new Window(words, at + headerBytes, at + size)
    const number = words.u32(at)
    const found = readers[number]?.(window, kind, number) ?? {}
    const { segments = [], dylibs = [], rpaths = [], linkerOptions = [], ...single } = found
    at += size
    // Too short for its kind: nothing is taken from it.
    if (window.isShort) continue
    commands.segments.push(...segments)
    commands.dylibs.push(...dylibs)
    commands.rpaths.push(...rpaths)
    for (const option of linkerOptions) {
      if (commands.linkerOptions.length < maxLinkerOptions) commands.linkerOptions.push(option)
    }
    Object.assign(commands, single)
  }
  return commands
}

interface FileKind {
  readonly cputype: number
  readonly width: 32 | 64
}

type Read = (window: Window, file: FileKind, number: number) => Partial<LoadCommands>

const segment: Read = (window, { width }) => ({ segments: [command.readSegment(window, width)] })
const dylib: Read = (window) => ({ dylibs: [command.readDylib(window)] })
const dynamicLinker: Read = (window) => ({ dynamicLinker: command.readPath(window) })
const dyldInfo: Read = (window) => ({ dyldInfo: command.readDyldInfo(window) })
const minVersion: Read = (window, _, number) => ({ minVersion: command.readMinVersion(window, number) })

const readers: Readonly<Record<number, Read>> = {
  /* LC_SEGMENT */ 0x01: segment,
  /* LC_SYMTAB */ 0x02: (window) => ({ symtab: command.readSymtab(window) }),
  /* LC_UNIXTHREAD */ 0x05: (window, { cputype }) => ({
    threadEntry: command.readThreadEntry(window, cputype),
  }),
  /* LC_DYSYMTAB */ 0x0b: (window) => ({ dysymtab: command.readDysymtab(window) }),
  /* LC_LOAD_DYLIB */ 0x0c: dylib,
  /* LC_ID_DYLIB */ 0x0d: dylib,
  /* LC_LOAD_DYLINKER */ 0x0e: dynamicLinker,
  /* LC_ID_DYLINKER */ 0x0f: dynamicLinker,
  /* LC_SEGMENT_64 */ 0x19: segment,
  /* LC_UUID */ 0x1b: (window) => ({ uuid: command.readUuid(window) }),
  /* LC_CODE_SIGNATURE */ 0x1d: (window) => ({ codeSignature: command.readLinkEditData(window) }),
  /* LC_DYLD_INFO */ 0x22: dyldInfo,
  /* LC_VERSION_MIN_MACOSX */ 0x24: minVersion,
  /* LC_VERSION_MIN_IPHONEOS */ 0x25: minVersion,
  /* LC_DYLD_ENVIRONMENT */ 0x27: dynamicLinker,
  /* LC_SOURCE_VERSION */ 0x2a: (window) => ({ sourceVersion: command.readSourceVersion(window) }),
  /* LC_LINKER_OPTION */ 0x2d: (window) => ({ linkerOptions: command.readLinkerOptions(window) }),
  /* LC_VERSION_MIN_TVOS */ 0x2f: minVersion,
  /* LC_VERSION_MIN_WATCHOS */ 0x30: minVersion,
  /* LC_BUILD_VERSION */ 0x32: (window) => ({ buildVersion: command.readBuildVersion(window) }),
  /* LC_LOAD_WEAK_DYLIB */ 0x8000_0018: dylib,
  /* LC_RPATH */ 0x8000_001c: (window) => ({ rpaths: [command.readPath(window)] }),
  /* LC_REEXPORT_DYLIB */ 0x8000_001f: dylib,
  /* LC_DYLD_INFO_ONLY */ 0x8000_0022: dyldInfo,
  /* LC_MAIN */ 0x8000_0028: (window) => ({ main: command.readMain(window) }),
}
