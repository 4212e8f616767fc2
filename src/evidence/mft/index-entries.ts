// Directory indexes ($I30): the entries of a node, and those that were there before and still lie in its slack.

import { u16, u32 } from '../fields.ts'
import type { EvidenceSource } from '../source.ts'
import { type FileName, fixedBytes, readFileName } from '../file-name.ts'
import { fixUp } from '../ntfs-record.ts'

const indx = 0x58444e49
const maxEntries = 100_000
/** FILETIMEs of the years 1990 to 2100 lie between these high halves; what else looks like an entry in slack is none. */
const earliest = 0x01b41e2a
const latest = 0x02360000

export interface IndexEntry extends FileName {
  readonly mftEntry: number
  readonly mftSequence: number
  /** Not in the directory any more. */
  readonly isSlack: boolean
}

/** `node` begins with the node's header (offsets count from there). */
export function readNode(node: Uint8Array, entries: IndexEntry[]): void {
  const used = Math.min(u32(node, 4), node.length)
  let at = u32(node, 0)
  while (at + 16 <= used && entries.length < maxEntries) {
    const length = u16(node, at + 8)
    const isLast = (u16(node, at + 12) & 2) !== 0
    if (length < 16 || isLast) break
    addEntry(node, at, { entries, isSlack: false })
    at += length
  }
  const end = Math.min(u32(node, 8), node.length)
  for (let place = 8 * Math.ceil(used / 8); place + 16 + fixedBytes < end && entries.length < maxEntries;) {
    const found = looksLikeEntry(node, place) && addEntry(node, place, { entries, isSlack: true })
    place += found ? Math.max(8, 8 * Math.floor(u16(node, place + 8) / 8)) : 8
  }
}

function addEntry(
  node: Uint8Array,
  at: number,
  { entries, isSlack }: { entries: IndexEntry[]; isSlack: boolean },
): boolean {
  const name = readFileName(node, at + 16, u16(node, at + 10))
  if (name === undefined) return false
  entries.push({
    mftEntry: u32(node, at) + u16(node, at + 4) * 2 ** 32,
    mftSequence: u16(node, at + 6),
    isSlack,
    ...name,
  })
  return true
}

function looksLikeEntry(node: Uint8Array, at: number): boolean {
  const units = node[at + 16 + 64] ?? 0
  const bytes = u16(node, at + 10)
  if (units === 0 || (node[at + 16 + 65] ?? 9) > 3 || bytes < fixedBytes + 2 * units) return false
  if (u16(node, at + 8) < 16 + bytes) return false
  return [8, 16, 24, 32].every((offset) => {
    const high = u32(node, at + 16 + offset + 4)
    return high > earliest && high < latest
  })
}

/** Entries of the blocks of an $INDEX_ALLOCATION, 4 KiB each unless told otherwise. */
export function* readIndexBlocks(source: EvidenceSource, blockBytes = 4096): Generator<IndexEntry> {
  for (let at = 0; at + 64 <= source.size; at += blockBytes) {
    const block = new Uint8Array(source.read(at, blockBytes))
    if (u32(block, 0) !== indx) continue
    fixUp(block)
    const entries: IndexEntry[] = []
    readNode(block.subarray(24), entries)
    yield* entries
  }
}
