// Compound files ([MS-CFB], "OLE2"): a small file system of streams and storages in sectors. Documents of Microsoft
// Office, installers, mail messages, jump lists. Everything in the file is hostile; every chain is bounded by the file.

import type { Budget } from '../../limits.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { chainSource, ChainWalker, Scratch, type Space, unitsOf } from './chain.ts'
import { type DirectoryEntry, placesOf, readEntries } from './directory.ts'
import { type CfbHeader, headerBytes, isCfb, readHeader } from './header.ts'
import { readMiniTable, readSectors, type Sectors } from './sectors.ts'
import { unusedSectors } from './slack.ts'

export { isCfb }

export interface Cfb {
  /** In the directory's order, the root first. */
  readonly entries: readonly CfbEntry[]
  /** What is wrong with the file as a whole, a sentence each. */
  readonly faults: readonly string[]
  readonly rootClsid: string
  /** Sectors that belong to nobody and are not blank, in the file's order; undefined where there are none. */
  slack(budget?: Budget): ByteSource | undefined
}

export interface CfbEntry {
  /** Names from the root (excluded) to this one, joined with `/`; the root's own is empty. */
  readonly path: string
  readonly name: string
  readonly kind: 'stream' | 'storage' | 'root'
  /** As in the registry, lower case, without braces. */
  readonly clsid: string
  /** As the directory claims; `source.size` is what there is. */
  readonly size: number
  /** The bytes of a stream; of the root, the mini stream; of a storage, none. */
  readonly source: ByteSource
  /** FILETIME: 100 ns since 1601, UTC; absent where none is stored. */
  readonly created?: bigint
  readonly modified?: bigint
  /** In no tree: programs do not show it. */
  readonly isOrphan: boolean
  /** The stream is shorter than it claims. */
  readonly isCut: boolean
}

const nothing = bytesSource(new Uint8Array(0))

/** Several formats ask for the same object. */
const known = new WeakMap<ByteSource, { readonly cfb: Cfb | undefined }>()

/**
 * Undefined where there is no directory to read. Streams are read from `source` when somebody reads them. The work is
 * linear in the file's size; `budget` has its clock looked at.
 */
export function readCfb(source: ByteSource, budget?: Budget): Cfb | undefined {
  const before = known.get(source)
  if (before !== undefined) return before.cfb
  const cfb = parse(source, budget)
  known.set(source, { cfb })
  return cfb
}

function parse(source: ByteSource, budget: Budget | undefined): Cfb | undefined {
  const header = readHeader(source.read(0, headerBytes))
  if (header === undefined) return undefined
  const space: Space = {
    source,
    base: 2 ** header.sectorShift,
    shift: header.sectorShift,
    scratch: new Scratch(),
  }
  const sectors = readSectors(space, header, budget)
  const directory = sectors.walker.walk(header.firstDirectory, sectors.count)
  const listing = readEntries(
    chainSource(space, directory, unitsOf(directory) * 2 ** space.shift),
    header.sizeBits,
    budget,
  )
  const [root] = listing.entries
  if (root === undefined) return undefined
  const faults: string[] = []
  if (sectors.isTableCut) faults.push('a part of the allocation table is missing')
  if (listing.isCut) faults.push('the directory has too many entries')
  const entries = [...entriesOf(listing.entries, openStreams(sectors, header, root), budget)]
  let slack: { readonly source: ByteSource | undefined } | undefined
  return {
    entries,
    faults,
    rootClsid: root.clsid,
    slack: (clock) => (slack ??= { source: unusedSectors(sectors, clock) }).source,
  }
}

interface Streams {
  readonly mini: ByteSource
  open(entry: DirectoryEntry): ByteSource
}

function openStreams(sectors: Sectors, header: CfbHeader, root: DirectoryEntry): Streams {
  const { space, walker, count } = sectors
  const container = walker.walk(root.start, count)
  const mini = chainSource(space, container, unitsOf(container) * 2 ** space.shift)
  const miniUnits = Math.ceil(mini.size / 2 ** header.miniShift)
  const miniSpace: Space = { source: mini, base: 0, shift: header.miniShift, scratch: new Scratch() }
  const miniWalker = new ChainWalker(readMiniTable(sectors, header.firstMiniFat, miniUnits), miniUnits)
  return {
    mini,
    open({ start, size }) {
      if (size === 0) return nothing
      const isMini = size < header.miniCutoff
      const { shift } = isMini ? miniSpace : space
      const runs = (isMini ? miniWalker : walker).walk(start, Math.ceil(size / 2 ** shift))
      return chainSource(isMini ? miniSpace : space, runs, size)
    },
  }
}

function* entriesOf(
  entries: readonly (DirectoryEntry | undefined)[],
  streams: Streams,
  budget: Budget | undefined,
): Generator<CfbEntry> {
  const places = placesOf(entries)
  for (const [index, entry] of entries.entries()) {
    const place = places[index]
    if (entry === undefined || place === undefined) continue
    if (index % 256 === 0) budget?.checkTime()
    const { name, kind, clsid, size, created, modified } = entry
    const source = sourceOf(entry, streams)
    yield {
      ...place,
      name,
      kind,
      clsid,
      size,
      source,
      ...(created === 0n ? {} : { created }),
      ...(modified === 0n ? {} : { modified }),
      isCut: kind === 'stream' && source.size < size,
    }
  }
}

function sourceOf(entry: DirectoryEntry, streams: Streams): ByteSource {
  if (entry.kind === 'root') return streams.mini
  return entry.kind === 'storage' ? nothing : streams.open(entry)
}
