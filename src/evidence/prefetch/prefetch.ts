// Prefetch files of Windows XP to 11 (versions 17, 23, 26, 30, 31): which program ran, how often, when, and what it loaded.
// The layout is not published; see FORMAT.md.

import { filetime, u16, u32, utf16, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { decompressXpressHuffman } from '../xpress-huffman.ts'

/** Of the file and of what it decompresses to; real ones have up to 2 MiB. */
const maxBytes = 32 * 1024 * 1024
/** More than any real file has; what a damaged count claims beyond is not read. */
const maxItems = 100_000
const headerBytes = 84
const mam = 0x004d414d
const xpressHuffman = 4
const hasChecksum = 0x80
const scca = 0x41434353

export interface Prefetch {
  readonly version: number
  readonly compressed: boolean
  /** As the header has it: at most 29 characters. */
  readonly executable: string
  /** Of the path (and of the command line for some hosts of services), as the file's name has it. */
  readonly hash: string
  /** The full device path, where the file or its list of loaded files tells it. */
  readonly path?: string
  readonly runCount: number
  /** Latest first; one in versions 17 and 23, up to eight later. */
  readonly lastRunTimes: readonly string[]
  readonly volumes: readonly PrefetchVolume[]
  /** In the order in which they were loaded. */
  readonly files: readonly PrefetchFile[]
}

export interface PrefetchVolume {
  readonly devicePath: string
  readonly created?: string
  /** As `vol` shows it, without the hyphen. */
  readonly serialNumber: string
  readonly directories: readonly string[]
  /** Of files on this volume that were loaded, as the count of the list says. */
  readonly fileReferences: number
}

export interface PrefetchFile {
  readonly path: string
  /** From the start of the program, within the ten seconds that are watched. */
  readonly startMs: number
  readonly durationMs: number
  readonly flags: number
  /** Entry of the $MFT and its sequence number; from version 23 on. */
  readonly mftEntry?: number
  readonly mftSequence?: number
}

interface Layout {
  readonly metricBytes: number
  readonly volumeBytes: number
  readonly runTimesAt: number
  readonly runTimes: number
  readonly runCountAt: number
  readonly pathAt?: number
}

/** Undefined: not a prefetch file, or too damaged for a header; the note says which. */
export function readPrefetch(source: EvidenceSource, notes: Notes): Prefetch | undefined {
  const raw = source.read(0, maxBytes)
  if (source.size > maxBytes) notes.add(`only the first ${maxBytes} bytes are read`)
  const compressed = (u32(raw, 0) & 0xffffff) === mam
  const bytes = compressed ? decompress(raw, notes) : raw
  const version = u32(bytes, 0)
  if (bytes.length < headerBytes || u32(bytes, 4) !== scca) {
    notes.add('this is no prefetch file', 0)
    return undefined
  }
  const layout = layoutOf(version, bytes)
  if (layout === undefined) {
    notes.add(`prefetch files of version ${version} are not known`, 0)
    return undefined
  }
  if (u32(bytes, 12) > bytes.length) notes.add('the file is shorter than it says', bytes.length)
  return readFields(bytes, { version, compressed, layout, notes })
}

function decompress(raw: Uint8Array, notes: Notes): Uint8Array {
  const method = raw[3] ?? 0
  if ((method & 15) !== xpressHuffman) {
    notes.add(`compression method ${method & 15} is not known`, 3)
    return new Uint8Array(0)
  }
  const size = Math.min(u32(raw, 4), maxBytes)
  const { bytes, fault } = decompressXpressHuffman(raw.subarray((method & hasChecksum) === 0 ? 8 : 12), size)
  if (fault !== undefined) notes.add(`${fault}; ${bytes.length} of ${size} bytes came out`, 0)
  return bytes
}

function layoutOf(version: number, bytes: Uint8Array): Layout | undefined {
  switch (version) {
    case 17:
      return { metricBytes: 20, volumeBytes: 40, runTimesAt: 120, runTimes: 1, runCountAt: 144 }
    case 23:
      return { metricBytes: 32, volumeBytes: 104, runTimesAt: 128, runTimes: 1, runCountAt: 152 }
    case 26:
      return { metricBytes: 32, volumeBytes: 104, runTimesAt: 128, runTimes: 8, runCountAt: 208 }
    case 30:
    case 31: {
      const later = { metricBytes: 32, volumeBytes: 96, runTimesAt: 128, runTimes: 8 }
      // Two forms of version 30: the later one has eight bytes less before the count, and the program's path.
      if (u32(bytes, 84) === 304) return { ...later, runCountAt: 208 }
      return { ...later, runCountAt: 200, pathAt: 212 }
    }
    default:
      return undefined
  }
}

interface Context {
  readonly version: number
  readonly compressed: boolean
  readonly layout: Layout
  readonly notes: Notes
}

function readFields(bytes: Uint8Array, context: Context): Prefetch {
  const { version, compressed, layout } = context
  const lastRunTimes: string[] = []
  for (let index = 0; index < layout.runTimes; index++) {
    const time = filetime(bytes, layout.runTimesAt + 8 * index)
    if (time !== undefined) lastRunTimes.push(time)
  }
  const executable = utf16(bytes, 16, 30)
  const files = readFiles(bytes, context)
  const path = pathOf(bytes, layout, { executable, files })
  return {
    version,
    compressed,
    executable,
    hash: u32(bytes, 76).toString(16).toUpperCase().padStart(8, '0'),
    ...(path === undefined ? {} : { path }),
    runCount: u32(bytes, layout.runCountAt),
    lastRunTimes,
    volumes: readVolumes(bytes, context),
    files,
  }
}

function readFiles(bytes: Uint8Array, { version, layout, notes }: Context): PrefetchFile[] {
  const start = u32(bytes, 84)
  const names = bytes.subarray(u32(bytes, 100), u32(bytes, 100) + u32(bytes, 104))
  const count = fitting(u32(bytes, 88), { room: bytes.length - start, each: layout.metricBytes })
  if (count < u32(bytes, 88)) notes.add('the list of loaded files is cut off', start)
  const nameField = version === 17 ? 8 : 12
  const files: PrefetchFile[] = []
  for (let at = start; files.length < count; at += layout.metricBytes) {
    const nameAt = u32(bytes, at + nameField)
    if (nameAt >= names.length) notes.add('the name of a loaded file is not there', at)
    files.push({
      path: utf16(names, nameAt, u32(bytes, at + nameField + 4)),
      startMs: u32(bytes, at),
      durationMs: u32(bytes, at + 4),
      flags: u32(bytes, at + nameField + 8),
      ...(version === 17 ? {} : fileReference(bytes, at + 24)),
    })
  }
  return files
}

function fileReference(bytes: Uint8Array, at: number): Pick<PrefetchFile, 'mftEntry' | 'mftSequence'> {
  const mftEntry = u32(bytes, at) + u16(bytes, at + 4) * 2 ** 32
  const mftSequence = u16(bytes, at + 6)
  return mftEntry === 0 && mftSequence === 0 ? {} : { mftEntry, mftSequence }
}

/** Version 31 and the later form of 30 may tell the path; else it is the loaded file of the program's name. */
function pathOf(
  bytes: Uint8Array,
  { pathAt }: Layout,
  { executable, files }: Pick<Prefetch, 'executable' | 'files'>,
): string | undefined {
  const told = pathAt === undefined ? '' : utf16(bytes, u32(bytes, pathAt), u32(bytes, pathAt + 4) / 2)
  if (told.startsWith('\\')) return told
  // A name of 29 characters may be cut off.
  const ending = `\\${executable}`.toUpperCase()
  return files.find(({ path }) => {
    const name = path.slice(path.lastIndexOf('\\')).toUpperCase()
    return executable.length === 29 ? name.startsWith(ending) : name === ending
  })?.path
}

function readVolumes(bytes: Uint8Array, { version, layout, notes }: Context): PrefetchVolume[] {
  const start = u32(bytes, 108)
  const part = bytes.subarray(start)
  const count = fitting(u32(bytes, 112), { room: part.length, each: layout.volumeBytes })
  if (count < u32(bytes, 112)) notes.add('the list of volumes is cut off', start)
  const volumes: PrefetchVolume[] = []
  for (let at = 0; volumes.length < count; at += layout.volumeBytes) {
    const created = filetime(part, at + 8)
    const references = u32(part, at + 20)
    volumes.push({
      devicePath: utf16(part, u32(part, at), u32(part, at + 4)),
      ...(created === undefined ? {} : { created }),
      serialNumber: u32(part, at + 16)
        .toString(16)
        .toUpperCase()
        .padStart(8, '0'),
      directories: readDirectories(part, { at: u32(part, at + 28), count: u32(part, at + 32), notes }),
      fileReferences: fitting(u32(part, references + 4), {
        room: Math.min(u32(part, at + 24), part.length - references) - (version === 17 ? 8 : 16),
        each: 8,
      }),
    })
  }
  return volumes
}

function readDirectories(
  part: Uint8Array,
  { at, count, notes }: { at: number; count: number; notes: Notes },
): string[] {
  const directories: string[] = []
  for (let place = at; directories.length < Math.min(count, maxItems);) {
    const units = u16(part, place)
    if (place + 2 + 2 * units > part.length) {
      notes.add('the list of directories is cut off')
      break
    }
    directories.push(utf16Exactly(part, place + 2, units))
    place += 2 + 2 * (units + 1)
  }
  return directories
}

/** How many items of `each` bytes fit into the room, at most `count`. */
function fitting(count: number, { room, each }: { room: number; each: number }): number {
  return Math.max(0, Math.min(count, maxItems, Math.floor(room / each)))
}
