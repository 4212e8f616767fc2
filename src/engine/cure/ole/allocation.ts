// The sectors of a compound file ([MS-CFB] 2.2 to 2.5) for whoever changes it: unlike the parser, this reader takes nothing
// that two parts share, that ends early or that goes round in circles.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { CannotCure } from '../editor.ts'

export const freeUnit = 0xffffffff
const endOfChain = 0xfffffffe
const headerBytes = 512
const difatAt = 0x4c
const difatInHeader = 109

export interface FileHeader {
  readonly sectorBytes: number
  readonly miniBytes: number
  readonly miniCutoff: number
  readonly version: number
  readonly firstDirectory: number
  readonly firstMiniFat: number
}

/** A table of units: what follows each, and who has claimed it. */
export class UnitTable {
  readonly next: Uint32Array
  readonly #claimed: Uint8Array

  constructor(next: Uint32Array) {
    this.next = next
    this.#claimed = new Uint8Array(next.length)
  }

  claim(unit: number): void {
    if (unit >= this.#claimed.length) throw new CannotCure('a chain of the compound file leads out of it')
    if (this.#claimed[unit] === 1) throw new CannotCure('two parts of the compound file share a sector')
    this.#claimed[unit] = 1
  }

  /** The units from `first` on, which from now on belong to somebody. */
  chain(first: number): number[] {
    const units: number[] = []
    // Some programs write the mark of a free sector where there is no chain.
    if (first === freeUnit) return units
    for (let unit = first; unit !== endOfChain; unit = this.next[unit] ?? endOfChain) {
      this.claim(unit)
      units.push(unit)
    }
    return units
  }

  *unclaimed(): Generator<number> {
    for (const [unit, isClaimed] of this.#claimed.entries()) if (isClaimed === 0) yield unit
  }
}

export function readFileHeader(source: ByteSource): FileHeader {
  const bytes = source.read(0, headerBytes)
  const version = u16(bytes, 0x1a)
  const shift = u16(bytes, 0x1e)
  const isUsual = (version === 3 && shift === 9) || (version === 4 && shift === 12)
  if (bytes.length < headerBytes || !isUsual || u16(bytes, 0x20) !== 6 || u32(bytes, 0x38) !== 4096) {
    throw new CannotCure('its compound file is of an unusual kind')
  }
  return {
    sectorBytes: 2 ** shift,
    miniBytes: 64,
    miniCutoff: 4096,
    version,
    firstDirectory: u32(bytes, 0x30),
    firstMiniFat: u32(bytes, 0x3c),
  }
}

export interface Allocation {
  readonly sectors: UnitTable
  /** The sectors in which the table stands, in order. */
  readonly tableSectors: readonly number[]
}

export function readAllocation(source: ByteSource, { sectorBytes }: FileHeader, budget: Budget): Allocation {
  const count = Math.max(0, Math.ceil((source.size - sectorBytes) / sectorBytes))
  const { parts, lists } = tableParts(source, sectorBytes, count)
  const perSector = sectorBytes / 4
  if (parts.length * perSector < count) throw new CannotCure('the allocation table is too short')
  const next = new Uint32Array(count).fill(freeUnit)
  for (const [index, part] of parts.entries()) {
    budget.checkTime()
    const view = part < count ? source.read((part + 1) * sectorBytes, sectorBytes) : undefined
    if (view?.length !== sectorBytes) throw new CannotCure('the allocation table is cut off')
    const from = index * perSector
    for (let at = 0; at < perSector && from + at < count; at++) next[from + at] = u32(view, at * 4)
  }
  const sectors = new UnitTable(next)
  for (const part of [...parts, ...lists]) sectors.claim(part)
  return { sectors, tableSectors: parts }
}

/** The sectors of the table: 109 in the header, the others in sectors of their own, which are chained. */
function tableParts(
  source: ByteSource,
  sectorBytes: number,
  count: number,
): { parts: number[]; lists: number[] } {
  const parts: number[] = []
  const lists: number[] = []
  const add = (view: Uint8Array, from: number, entries: number): void => {
    for (let index = 0; index < entries; index++) {
      const sector = u32(view, from + index * 4)
      if (sector !== freeUnit) parts.push(sector)
    }
  }
  const header = source.read(0, headerBytes)
  let next = u32(header, 0x44)
  add(header, difatAt, difatInHeader)
  while (next < count) {
    if (lists.length * sectorBytes > count * 4) throw new CannotCure('the allocation table has no end')
    lists.push(next)
    const view = source.read((next + 1) * sectorBytes, sectorBytes)
    if (view.length < sectorBytes) throw new CannotCure('the allocation table is cut off')
    add(view, 0, sectorBytes / 4 - 1)
    next = u32(view, sectorBytes - 4)
  }
  return { parts, lists }
}
