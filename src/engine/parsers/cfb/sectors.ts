// The sectors of a compound file and its allocation tables ([MS-CFB] 2.3 to 2.5).

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { chainSource, ChainWalker, type Space, unitsOf } from './chain.ts'
import type { CfbHeader } from './header.ts'

/** A quarter of a table in one read; all sector sizes divide it. */
const readBytes = 64 * 1024

export interface Sectors {
  readonly space: Space
  /** Sectors that begin within the file. */
  readonly count: number
  readonly walker: ChainWalker
  /** A part of the allocation table lies outside the file: there, chains are taken to go on with the next sector. */
  readonly isTableCut: boolean
}

export function readSectors(space: Space, header: CfbHeader, budget: Budget | undefined): Sectors {
  const sectorBytes = 2 ** space.shift
  const count = Math.max(0, Math.ceil((space.source.size - space.base) / sectorBytes))
  const table = new Uint32Array(count).map((_, sector) => sector + 1)
  const walker = new ChainWalker(table, count)
  const parts = tableParts(space, header, walker)
  const perSector = sectorBytes / 4
  let isTableCut = false
  for (const [index, part] of parts.entries()) {
    const from = index * perSector
    // A table may be longer than its file, with nothing to say there.
    if (from >= count) break
    budget?.checkTime()
    walker.take(part)
    const view = space.source.read(space.base + part * sectorBytes, sectorBytes)
    const entries = Math.min(perSector, count - from)
    if (view.length < entries * 4) isTableCut = true
    for (let at = 0; at < Math.min(entries, view.length >>> 2); at++) table[from + at] = u32(view, at * 4)
  }
  return { space, count, walker, isTableCut }
}

/** The sectors that hold the table, in order: 109 from the header, the others from a chain of sectors of their own. */
function tableParts(space: Space, header: CfbHeader, walker: ChainWalker): number[] {
  const sectorBytes = 2 ** space.shift
  const most = Math.ceil((walker.units * 4) / sectorBytes)
  const parts = header.difat.filter((sector) => sector < 0xfffffffa)
  for (let next = header.firstDifat; parts.length < most && next < walker.units;) {
    if (walker.isTaken(next)) break
    walker.take(next)
    const view = space.source.read(space.base + next * sectorBytes, sectorBytes)
    if (view.length < sectorBytes) break
    for (let at = 0; at + 4 < sectorBytes; at += 4) {
      const sector = u32(view, at)
      if (sector < 0xfffffffa) parts.push(sector)
    }
    next = u32(view, sectorBytes - 4)
  }
  return parts
}

/** The table of the mini stream: a chain of sectors. */
export function readMiniTable({ space, count, walker }: Sectors, first: number, units: number): Uint32Array {
  const runs = walker.walk(first, count)
  const source = chainSource(space, runs, unitsOf(runs) * 2 ** space.shift)
  const table = new Uint32Array(Math.min(units, source.size >>> 2))
  for (let at = 0; at < table.length; at += readBytes / 4) {
    const view = source.read(at * 4, Math.min(readBytes, (table.length - at) * 4))
    for (let entry = 0; entry < view.length >>> 2; entry++) table[at + entry] = u32(view, entry * 4)
  }
  return table
}
