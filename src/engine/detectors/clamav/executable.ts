// Entry point and sections of executables as ClamAV counts them: offsets of signatures refer to these, so what matters
// is not what a loader does but what clamscan 1.4.6 takes them for.

import { parseElf } from '../../parsers/elf/index.ts'
import { parseMacho } from '../../parsers/macho/index.ts'
import type { Executable } from './executable-layout.ts'
import { readPe } from './pe-executable.ts'

/** Undefined: no executable of that type, or one whose headers cannot be read. */
export function readExecutable(type: string, bytes: Uint8Array): Executable | undefined {
  switch (type) {
    case 'CL_TYPE_MSEXE':
      return readPe(bytes)
    case 'CL_TYPE_ELF':
      return readElf(bytes)
    case 'CL_TYPE_MACHO':
      return readMacho(bytes)
    default:
      return undefined
  }
}

const noPlaces: ReadonlySet<number> = new Set()

function versionPlaces(): ReadonlySet<number> {
  return noPlaces
}

function readElf(bytes: Uint8Array): Executable | undefined {
  const elf = parseElf(bytes)
  if (elf === undefined) return undefined
  const sections = (elf.sections ?? []).map(({ offsetInFile, sizeInFile }) => ({
    offset: offsetInFile,
    size: sizeInFile,
  }))
  const entry = elf.header.entry
  const segment = elf.segments.find(
    ({ virtualAddress, memorySize }) => entry >= virtualAddress && entry < virtualAddress + memorySize,
  )
  if (entry !== 0n && segment === undefined) return undefined
  const entryPoint = segment === undefined ? 0 : Number(segment.offset + entry - segment.virtualAddress)
  return { entryPoint, sections, versionPlaces }
}

function readMacho(bytes: Uint8Array): Executable | undefined {
  const [file] = parseMacho(bytes)?.files ?? []
  if (file === undefined) return undefined
  const sections = file.commands.segments.flatMap((segment) =>
    segment.sections.map(({ offset, size }) => ({ offset, size: Number(size) })),
  )
  const entry = file.entryOffset
  return { entryPoint: entry === undefined ? 0 : Number(entry), sections, versionPlaces }
}
