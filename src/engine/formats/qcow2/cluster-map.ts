// Where the clusters of a qcow2 disk are: two levels of tables, and compressed clusters (docs/interop/qcow2.rst, "Cluster
// mapping").

import { inflateRawSync } from 'node:zlib'

import { Zstd } from '../../codecs/zstd.ts'
import type { Budget } from '../../limits.ts'
import { type BlockMap, NumberTable, zeros } from '../../parsers/disk/index.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

const sectorBytes = 512
/** Flags in the upper half of an entry; bit 63 only matters to writers. */
const compressedFlag = 0x40000000
/** Bits 32 to 55 of an offset in the upper half. */
const offsetMask = 0x00ffffff
/** Second-level tables kept: readers jump between a few places of a disk. */
const keptTables = 16

export interface ClusterTables {
  readonly at: number
  readonly length: number
  readonly bits: number
  readonly isZstd: boolean
  report(message: string): void
}

export class ClusterMap implements BlockMap {
  readonly blockBytes: number
  readonly #source: ByteSource
  readonly #tables: ClusterTables
  readonly #budget: Budget
  readonly #first: NumberTable
  readonly #entriesPerTable: number
  readonly #second = new Map<number, NumberTable>()
  #decodedAt = -1
  #decoded: Uint8Array = new Uint8Array(0)

  constructor(source: ByteSource, tables: ClusterTables, budget: Budget) {
    this.#source = source
    this.#tables = tables
    this.#budget = budget
    this.blockBytes = 2 ** tables.bits
    this.#entriesPerTable = this.blockBytes / 8
    this.#first = halves(source, tables.at, tables.length)
    if (this.#first.isCut) this.missing()
  }

  missing(): void {
    this.#tables.report('clusters lie behind the end of the file')
  }

  locate(cluster: number): number | Uint8Array {
    const { high, low } = this.#entry(cluster)
    if ((high & compressedFlag) === 0) return plainPlace(high, low)
    if (this.#decodedAt !== cluster) {
      this.#decoded = this.#decode(this.#compressed(high, low))
      this.#decodedAt = cluster
    }
    return this.#decoded
  }

  #entry(cluster: number): Entry {
    const table = this.#table(Math.floor(cluster / this.#entriesPerTable))
    return entryOf(table, cluster % this.#entriesPerTable)
  }

  #table(index: number): NumberTable | undefined {
    const kept = this.#second.get(index)
    if (kept !== undefined) return kept
    const { high, low } = entryOf(this.#first, index)
    const at = plainPlace(high, low)
    if (at === zeros) return undefined
    for (const oldest of this.#second.keys()) {
      if (this.#second.size < keptTables) break
      this.#second.delete(oldest)
    }
    const table = halves(this.#source, at, this.#entriesPerTable)
    if (table.isCut) this.missing()
    this.#second.set(index, table)
    return table
  }

  /** The lowest 62 - (bits - 8) bits are the offset, the rest up to bit 61 the number of further sectors. */
  #compressed(high: number, low: number): Packed {
    const highBits = 70 - this.#tables.bits - 32
    const at = (high & (2 ** highBits - 1)) * 2 ** 32 + low
    const sectors = (high & (compressedFlag - 1)) >>> highBits
    return { at, bytes: (sectors + 1) * sectorBytes - (at % sectorBytes) }
  }

  #decode({ at, bytes }: Packed): Uint8Array {
    this.#budget.charge(this.blockBytes)
    if (this.#tables.isZstd) return this.#decodeZstd(at, bytes)
    const packed = this.#source.read(at, Math.min(bytes, maxRead)).slice()
    try {
      return inflateRawSync(packed, { maxOutputLength: this.blockBytes })
    } catch {
      return this.#undecodable()
    }
  }

  /** What lies behind the frame in its last sector is another cluster's. */
  #decodeZstd(at: number, bytes: number): Uint8Array {
    const zstd = new Zstd(this.#source, at, at + bytes)
    const cluster = new Uint8Array(this.blockBytes)
    let count = 0
    while (count < cluster.length) {
      const read = zstd.read(cluster.subarray(count))
      if (read === 0) return this.#undecodable()
      count += read
    }
    return cluster
  }

  #undecodable(): Uint8Array {
    this.#tables.report('a compressed cluster cannot be decoded')
    return new Uint8Array(0)
  }
}

interface Entry {
  readonly high: number
  readonly low: number
}

/** A compressed cluster in the file. */
interface Packed {
  readonly at: number
  readonly bytes: number
}

/** Entries have 64 bits; as halves they stay exact. */
function halves(source: ByteSource, at: number, entries: number): NumberTable {
  return new NumberTable(source, at, entries * 2, 'be32')
}

function entryOf(table: NumberTable | undefined, index: number): Entry {
  return { high: table?.get(index * 2) ?? 0, low: table?.get(index * 2 + 1) ?? 0 }
}

/** Bits 9 to 55 are the offset; bit 0 says that the cluster is zeros whatever the offset. */
function plainPlace(high: number, low: number): number {
  const at = (high & offsetMask) * 2 ** 32 + (low - (low % sectorBytes))
  return (low & 1) === 1 || at === 0 ? zeros : at
}
