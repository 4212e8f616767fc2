// VBA projects in a compound file ([MS-OVBA] 2.2): a storage `VBA` with the streams `dir`, `_VBA_PROJECT` and one a
// module; beside it a storage for each form. What the `dir` stream does not list is searched for source all the same.

import type { Budget } from '../../limits.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import type { Cfb, CfbEntry } from '../cfb/index.ts'
import { decompressVba } from './decompress.ts'
import { decodeCodePage, type ModuleRecord, readDirStream } from './dir-stream.ts'
import { findSource } from './find-source.ts'

export interface VbaModule {
  readonly name: string
  readonly isClass: boolean
  /** Source text; empty where none was found. */
  readonly text: string
  /** What stands before the source: the compiled code of the version that saved it. */
  readonly compiled: Uint8Array
  /** The source did not unpack to its end. */
  readonly isDamaged: boolean
}

export interface VbaProject {
  /** Path of the storage with the modules. */
  readonly path: string
  /** Read one after the other, when asked. */
  modules(): Iterable<VbaModule>
  /** Streams in which forms keep their strings. */
  readonly formStreams: readonly CfbEntry[]
  /** `_VBA_PROJECT`: the names that the compiled code uses. */
  readonly compiledNames: CfbEntry | undefined
}

/** A module's stream: source and compiled code. The largest that editors save is 64 K lines. */
const maxStreamBytes = 16 * 1024 * 1024
const maxSourceBytes = 16 * 1024 * 1024
const notModules = new Set(['dir', '_vba_project'])
const formStreamNames = new Set(['o', 'f', '\u0003vbframe'])

/** All projects of a file; none is an empty array. Output is charged to the budget. */
export function readVbaProjects(cfb: Cfb, budget: Budget): readonly VbaProject[] {
  const folders = new Map<string, CfbEntry[]>()
  for (const entry of cfb.entries) {
    if (entry.kind !== 'stream') continue
    const folder = folderOf(entry.path)
    const streams = folders.get(folder)
    if (streams === undefined) folders.set(folder, [entry])
    else streams.push(entry)
  }
  const projects: VbaProject[] = []
  for (const [path, streams] of folders) {
    if (!streams.some(({ name }) => notModules.has(name.toLowerCase()))) continue
    const root = folderOf(path)
    const beside = root === '' ? '' : `${root}/`
    const formStreams = cfb.entries.filter(
      ({ path: place, name, kind }) =>
        kind === 'stream' &&
        formStreamNames.has(name.toLowerCase()) &&
        place.startsWith(beside) &&
        place.length > beside.length + name.length,
    )
    projects.push({
      path,
      modules: () => modulesOf(streams, budget),
      formStreams,
      compiledNames: streams.find(({ name }) => name.toLowerCase() === '_vba_project'),
    })
  }
  return projects
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function* modulesOf(streams: readonly CfbEntry[], budget: Budget): Generator<VbaModule> {
  const { codePage, modules } = readDirectory(streams, budget)
  const read = new Set<CfbEntry>()
  for (const record of modules) {
    const wanted = record.streamName.toLowerCase()
    const entry = streams.find(({ name }) => name.toLowerCase() === wanted)
    if (entry === undefined) continue
    read.add(entry)
    yield readModule(entry, record, { codePage, budget })
  }
  for (const entry of streams) {
    const name = entry.name.toLowerCase()
    if (read.has(entry) || notModules.has(name) || name.startsWith('__srp_')) continue
    const record = { name: entry.name, streamName: entry.name, sourceOffset: -1, isClass: false }
    const found = readModule(entry, record, { codePage, budget })
    if (found.text !== '') yield found
  }
}

function readDirectory(
  streams: readonly CfbEntry[],
  budget: Budget,
): { codePage: number; modules: readonly ModuleRecord[] } {
  const dir = streams.find(({ name }) => name.toLowerCase() === 'dir')
  const packed = dir === undefined ? new Uint8Array(0) : copyBytes(dir.source, { most: maxStreamBytes })
  const unpacked = decompressVba(packed, 0, maxSourceBytes)
  if (unpacked === undefined) return { codePage: 1252, modules: [] }
  budget.charge(unpacked.bytes.length)
  return readDirStream(unpacked.bytes)
}

interface Reading {
  readonly codePage: number
  readonly budget: Budget
}

function readModule(entry: CfbEntry, record: ModuleRecord, { codePage, budget }: Reading): VbaModule {
  budget.checkTime()
  const bytes = copyBytes(entry.source, { most: maxStreamBytes })
  let start = record.sourceOffset
  let unpacked = start < 0 ? undefined : decompressVba(bytes, start, maxSourceBytes)
  if (unpacked === undefined) {
    start = findSource(bytes)
    unpacked = start < 0 ? undefined : decompressVba(bytes, start, maxSourceBytes)
  }
  const { name, isClass } = record
  if (unpacked === undefined) {
    const isDamaged = record.sourceOffset >= 0 && record.sourceOffset < bytes.length
    return { name, isClass, text: '', compiled: bytes, isDamaged }
  }
  budget.charge(unpacked.bytes.length)
  return {
    name,
    isClass,
    text: decodeCodePage(unpacked.bytes, codePage),
    compiled: bytes.subarray(0, start),
    isDamaged: unpacked.isDamaged,
  }
}
