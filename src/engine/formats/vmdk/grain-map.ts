// Where the grains of a VMDK are: a directory of tables, and compressed grains ("Virtual Disk Format 5.0").

import { inflateSync } from 'node:zlib'

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type BlockMap, NumberTable, zeros } from '../../parsers/disk/index.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Header } from './header.ts'

const sectorBytes = 512
/** In a table: 0 is not stored, 1 is zeros. */
const firstPlace = 2
/** Before a compressed grain: its first sector (u64) and its length (u32). */
const markerBytes = 12
const keptTables = 16

export class GrainMap implements BlockMap {
  readonly blockBytes: number
  readonly #source: ByteSource
  readonly #header: Header
  readonly #report: (message: string) => void
  readonly #budget: Budget
  readonly #directory: NumberTable
  readonly #tables = new Map<number, NumberTable>()
  #decodedAt = -1
  #decoded: Uint8Array = new Uint8Array(0)

  constructor(source: ByteSource, header: Header, report: (message: string) => void, budget: Budget) {
    this.#source = source
    this.#header = header
    this.#report = report
    this.#budget = budget
    this.blockBytes = header.grainBytes
    this.#directory = new NumberTable(source, header.directoryAt, header.directoryLength, 'u32')
    if (this.#directory.isCut) this.missing()
  }

  missing(): void {
    this.#report('grains lie behind the end of the file')
  }

  locate(grain: number): number | Uint8Array {
    const at = this.#placeOf(grain)
    if (at === zeros || !this.#header.isCompressed) return at
    if (this.#decodedAt !== grain) {
      this.#decoded = this.#decode(at)
      this.#decodedAt = grain
    }
    return this.#decoded
  }

  #placeOf(grain: number): number {
    const { entriesPerTable } = this.#header
    const sector = this.#table(Math.floor(grain / entriesPerTable))?.get(grain % entriesPerTable) ?? 0
    return sector < firstPlace ? zeros : sector * sectorBytes
  }

  #table(index: number): NumberTable | undefined {
    const kept = this.#tables.get(index)
    if (kept !== undefined) return kept
    const sector = this.#directory.get(index) ?? 0
    if (sector === 0) return undefined
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size < keptTables) break
      this.#tables.delete(oldest)
    }
    const table = new NumberTable(this.#source, sector * sectorBytes, this.#header.entriesPerTable, 'u32')
    if (table.isCut) this.missing()
    this.#tables.set(index, table)
    return table
  }

  #decode(at: number): Uint8Array {
    if (at >= this.#source.size) {
      this.missing()
      return new Uint8Array(0)
    }
    const length = Math.min(u32(this.#source.read(at, markerBytes), 8), maxRead)
    const packed = this.#source.read(at + markerBytes, length).slice()
    this.#budget.charge(this.blockBytes)
    try {
      return inflateSync(packed, { maxOutputLength: this.blockBytes })
    } catch {
      this.#report('a compressed grain cannot be decoded')
      return new Uint8Array(0)
    }
  }
}
