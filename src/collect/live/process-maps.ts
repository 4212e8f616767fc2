// The memory of a process as /proc/PID/maps tells it: which files are mapped, and what looks like code that no file has.

import { readPiece } from './proc-files.ts'

export interface Region {
  readonly start: bigint
  readonly end: bigint
  /** E.g. `rw-p`. */
  readonly permissions: string
  readonly offset: string
  /** `major:minor` in decimal, as mountinfo writes it. */
  readonly device: string
  readonly inode: string
  /** As the kernel tells it: ` (deleted)` at the end, `[heap]`; empty for anonymous memory. */
  readonly path: string
}

export interface Regions {
  readonly regions: readonly Region[]
  /** There are more. */
  readonly cut: boolean
}

const maxMapsBytes = 8 * 1024 * 1024
const line =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([-r][-w][-x][-sp]) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+)\s*(.*)$/

/** Undefined when the process is gone, is a thread of the kernel, or may not be looked at. */
export function readRegions(folder: string): Regions | undefined {
  const piece = readPiece(`${folder}/maps`, maxMapsBytes)
  if (piece === undefined) return undefined
  return { regions: parseRegions(piece.bytes.toString('utf8')), cut: piece.cut }
}

export function parseRegions(text: string): Region[] {
  const regions: Region[] = []
  for (const row of text.split('\n')) {
    const found = line.exec(row)
    if (found === null) continue
    const [
      ,
      start = '',
      end = '',
      permissions = '',
      offset = '',
      major = '',
      minor = '',
      inode = '',
      path = '',
    ] = found
    regions.push({
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      permissions,
      offset,
      device: `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`,
      inode,
      path,
    })
  }
  return regions
}

export interface MapsSummary {
  readonly regions: number
  readonly regions_cut: boolean
  /** Writable and executable at once. */
  readonly writable_executable: number
  /** Executable without a file behind it; of the kernel's own (vdso) none. */
  readonly anonymous_executable: number
  /** Executable, of a file whose name is gone (memfd too). */
  readonly deleted_executable: number
  /** Files with executable parts, each once. */
  readonly libraries: readonly string[]
  readonly libraries_cut: boolean
}

const maxLibraries = 512

export function summaryOf({ regions, cut }: Regions): MapsSummary {
  const libraries = new Set<string>()
  let writable = 0
  let anonymous = 0
  let deleted = 0
  for (const region of regions) {
    if (!isExecutable(region)) continue
    if (region.permissions[1] === 'w') writable++
    if (isAnonymous(region)) anonymous++
    else if (isDeleted(region)) deleted++
    if (region.path.startsWith('/')) libraries.add(region.path)
  }
  return {
    regions: regions.length,
    regions_cut: cut,
    writable_executable: writable,
    anonymous_executable: anonymous,
    deleted_executable: deleted,
    libraries: [...libraries].slice(0, maxLibraries),
    libraries_cut: libraries.size > maxLibraries,
  }
}

export function isExecutable({ permissions }: Region): boolean {
  return permissions[2] === 'x'
}

export function isDeleted({ path }: Region): boolean {
  return path.endsWith(' (deleted)')
}

/** Memory that is no part of a file: unnamed, heap, stack, or named by the process (`[anon:…]`). */
export function isAnonymous({ path, inode }: Region): boolean {
  return inode === '0' && (path === '' || /^\[(?:heap|stack|anon)/.test(path))
}
