// The directory of a compound file ([MS-CFB] 2.6): entries of 128 bytes, which link to each other as trees of
// siblings. What no tree reaches is listed all the same.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { guidText } from '../dotnet/index.ts'

export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'stream' | 'storage' | 'root'
  readonly clsid: string
  readonly start: number
  readonly size: number
  readonly created: bigint
  readonly modified: bigint
  /** Numbers of entries. */
  readonly siblings: readonly [left: number, right: number]
  readonly child: number
}

export interface Place {
  readonly path: string
  readonly isOrphan: boolean
}

const entryBytes = 128
const maxEntries = 100_000
const readBytes = 64 * 1024
/** Paths of storages nested deeper than this are shortened. */
const maxPathDepth = 64

const types: Readonly<Record<number, DirectoryEntry['kind']>> = { 1: 'storage', 5: 'storage' }

/** By number; undefined where the entry is not in use. Cut at 100,000 entries. */
export function readEntries(
  source: ByteSource,
  sizeBits: 32 | 64,
  budget: Budget | undefined,
): { entries: (DirectoryEntry | undefined)[]; isCut: boolean } {
  const entries: (DirectoryEntry | undefined)[] = []
  const count = Math.min(Math.floor(source.size / entryBytes), maxEntries)
  const perRead = readBytes / entryBytes
  for (let from = 0; from < count; from += perRead) {
    budget?.checkTime()
    const view = source.read(from * entryBytes, Math.min(perRead, count - from) * entryBytes)
    for (let at = 0; at + entryBytes <= view.length; at += entryBytes) {
      entries.push(readEntry(view.subarray(at, at + entryBytes), entries.length, sizeBits))
    }
  }
  return { entries, isCut: source.size >= (maxEntries + 1) * entryBytes }
}

function readEntry(bytes: Uint8Array, index: number, sizeBits: 32 | 64): DirectoryEntry | undefined {
  const type = bytes[0x42]!
  const name = readName(bytes)
  if (index > 0 && (type === 0 || (name === '' && u32(bytes, 0x78) === 0))) return undefined
  return {
    name,
    // What is neither a storage nor unused has bytes to look at.
    kind: index === 0 ? 'root' : (types[type] ?? 'stream'),
    clsid: guidText(bytes, 0x50),
    start: u32(bytes, 0x74),
    size: sizeBits === 64 ? u64(bytes, 0x78) : u32(bytes, 0x78),
    created: readTime(bytes, 0x64),
    modified: readTime(bytes, 0x6c),
    siblings: [u32(bytes, 0x44), u32(bytes, 0x48)],
    child: u32(bytes, 0x4c),
  }
}

function readTime(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at))
}

/** The length counts the terminator; one that cannot be is ignored in favour of the terminator itself. */
function readName(bytes: Uint8Array): string {
  const length = u16(bytes, 0x40)
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, 64).toString('utf16le')
  if (length >= 2 && length <= 64 && length % 2 === 0) return all.slice(0, length / 2 - 1)
  const end = all.indexOf('\0')
  return end < 0 ? all : all.slice(0, end)
}

/** Where each entry in use lies: first what the root's trees reach, then what they do not. */
export function placesOf(entries: readonly (DirectoryEntry | undefined)[]): (Place | undefined)[] {
  const places: (Place | undefined)[] = Array.from({ length: entries.length })
  if (entries[0] === undefined) return places
  places[0] = { path: '', isOrphan: false }
  const walk = new TreeWalk(entries, places)
  walk.from(entries[0].child, { path: '', depth: 0, isOrphan: false })
  // Heads of lost trees come before their parts; what then remains goes round in circles.
  const linked = new Set<number>()
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined || places[index] !== undefined) continue
    for (const link of [...entry.siblings, entry.child]) linked.add(link)
  }
  for (const wantsHeads of [true, false]) {
    for (const index of entries.keys()) {
      if (wantsHeads === linked.has(index)) continue
      walk.from(index, { path: '', depth: 0, isOrphan: true })
    }
  }
  return places
}

interface Parent {
  readonly path: string
  readonly depth: number
  readonly isOrphan: boolean
}

class TreeWalk {
  readonly #entries: readonly (DirectoryEntry | undefined)[]
  readonly #places: (Place | undefined)[]

  constructor(entries: readonly (DirectoryEntry | undefined)[], places: (Place | undefined)[]) {
    this.#entries = entries
    this.#places = places
  }

  from(first: number, parent: Parent): void {
    const waiting: { index: number; parent: Parent }[] = [{ index: first, parent }]
    for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
      const entry = this.#entries[step.index]
      if (entry === undefined || this.#places[step.index] !== undefined) continue
      const { path, depth, isOrphan } = step.parent
      const own = path === '' ? entry.name : `${path}/${entry.name}`
      this.#places[step.index] = { path: own, isOrphan }
      for (const sibling of entry.siblings) waiting.push({ index: sibling, parent: step.parent })
      if (entry.kind === 'stream') continue
      const inner = depth < maxPathDepth ? own : entry.name
      waiting.push({
        index: entry.child,
        parent: { path: inner, depth: (depth + 1) % (maxPathDepth + 1), isOrphan },
      })
    }
  }
}
