// A compound file with some of its streams emptied or removed: it keeps its size, and every byte that has nothing to do with
// them its place. What is removed is overwritten with zeros.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { CannotCure } from '../editor.ts'
import type { Change } from '../splice.ts'
import {
  type Allocation,
  type FileHeader,
  freeUnit,
  readAllocation,
  readFileHeader,
  UnitTable,
} from './allocation.ts'
import { Directory, type Entry, entryBytes } from './directory.ts'

/** Sectors that are changed are held in memory. */
const mostHeldBytes = 256 * 1024 ** 2

/** Units of one kind that hold a stream, and where each begins in the file. */
interface Chain {
  readonly units: readonly number[]
  readonly isMini: boolean
}

const noChain: Chain = { units: [], isMini: false }

export class CompoundFile {
  readonly #source: ByteSource
  readonly #budget: Budget
  readonly #header: FileHeader
  readonly #allocation: Allocation
  readonly #directoryChain: readonly number[]
  readonly #miniFatChain: readonly number[]
  readonly #miniStream: readonly number[]
  readonly #mini: UnitTable
  readonly #chains: readonly Chain[]
  readonly directory: Directory
  /** By the number of the sector; the header is -1. */
  readonly #changed = new Map<number, Uint8Array>()

  /** Throws CannotCure for a file that does not follow the specification to the letter. */
  constructor(source: ByteSource, budget: Budget) {
    this.#source = source
    this.#budget = budget
    this.#header = readFileHeader(source)
    this.#allocation = readAllocation(source, this.#header, budget)
    const { firstDirectory, firstMiniFat, version, sectorBytes, miniBytes } = this.#header
    const { sectors } = this.#allocation
    this.#directoryChain = sectors.chain(firstDirectory)
    this.directory = new Directory(this.#bytesOf(this.#directoryChain), version, budget)
    this.#miniFatChain = sectors.chain(firstMiniFat)
    const [root] = this.directory.entries
    this.#miniStream = root === undefined || root.size === 0 ? [] : sectors.chain(root.start)
    const table = this.#bytesOf(this.#miniFatChain)
    const count = Math.min(table.length >>> 2, (this.#miniStream.length * sectorBytes) / miniBytes)
    this.#mini = new UnitTable(new Uint32Array(table.buffer, 0, count))
    this.#chains = this.directory.entries.map((entry) => this.#chainOf(entry))
  }

  #bytesOf(chain: readonly number[]): Uint8Array<ArrayBuffer> {
    const { sectorBytes } = this.#header
    const bytes = new Uint8Array(chain.length * sectorBytes)
    for (const [index, sector] of chain.entries()) {
      this.#budget.checkTime()
      bytes.set(this.#source.read((sector + 1) * sectorBytes, sectorBytes), index * sectorBytes)
    }
    return bytes
  }

  #chainOf({ kind, start, size }: Entry): Chain {
    if (kind !== 'stream' || size === 0) return noChain
    const isMini = size < this.#header.miniCutoff
    const units = (isMini ? this.#mini : this.#allocation.sectors).chain(start)
    const unitBytes = isMini ? this.#header.miniBytes : this.#header.sectorBytes
    if (units.length * unitBytes < size) throw new CannotCure('a stream is shorter than the directory says')
    return { units, isMini }
  }

  /** Overwrites the stream with zeros. Its size stays. */
  empty(index: number): void {
    const { units, isMini } = this.#chains[index] ?? noChain
    const { sectorBytes, miniBytes } = this.#header
    for (const unit of units) {
      if (isMini) this.#write(this.#miniAt(unit), new Uint8Array(miniBytes))
      else this.#write((unit + 1) * sectorBytes, new Uint8Array(sectorBytes))
    }
  }

  /** Changes bytes of a stream. */
  patch(index: number, offset: number, bytes: Uint8Array): void {
    const { units, isMini } = this.#chains[index] ?? noChain
    const { sectorBytes, miniBytes } = this.#header
    const unitBytes = isMini ? miniBytes : sectorBytes
    for (let at = 0; at < bytes.length;) {
      const place = offset + at
      const unit = units[Math.floor(place / unitBytes)]
      if (unit === undefined) throw new CannotCure('a stream ends early')
      const inUnit = place % unitBytes
      const part = bytes.subarray(at, at + unitBytes - inUnit)
      this.#write((isMini ? this.#miniAt(unit) : (unit + 1) * sectorBytes) + inUnit, part)
      at += part.length
    }
  }

  /** Takes entries with all that is in them out of the file. */
  remove(indices: readonly number[]): void {
    const before = this.directory.bytes.slice()
    for (const index of this.directory.remove(indices)) {
      this.empty(index)
      const { units, isMini } = this.#chains[index] ?? noChain
      for (const unit of units) this.#free(unit, isMini)
    }
    const { bytes } = this.directory
    const { sectorBytes } = this.#header
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const entry = bytes.subarray(at, at + entryBytes)
      if (entry.every((byte, i) => byte === before[at + i])) continue
      const sector = this.#directoryChain[Math.floor(at / sectorBytes)] ?? 0
      this.#write((sector + 1) * sectorBytes + (at % sectorBytes), entry)
    }
  }

  /** Overwrites the sectors that belong to nobody. */
  emptyUnused(): void {
    const { sectorBytes } = this.#header
    for (const sector of this.#allocation.sectors.unclaimed()) {
      const view = this.#source.read((sector + 1) * sectorBytes, sectorBytes)
      if (view.some((byte) => byte !== 0))
        this.#write((sector + 1) * sectorBytes, new Uint8Array(sectorBytes))
    }
  }

  /** In order. */
  changes(): Change[] {
    const { sectorBytes } = this.#header
    return [...this.#changed]
      .toSorted(([a], [b]) => a - b)
      .map(([sector, bytes]) => {
        const from = (sector + 1) * sectorBytes
        return { from, to: from + bytes.length, bytes }
      })
  }

  #free(unit: number, isMini: boolean): void {
    const { sectorBytes } = this.#header
    const chain = isMini ? this.#miniFatChain : this.#allocation.tableSectors
    const perSector = sectorBytes / 4
    const sector = chain[Math.floor(unit / perSector)] ?? 0
    const free = Buffer.alloc(4)
    free.writeUInt32LE(freeUnit)
    this.#write((sector + 1) * sectorBytes + (unit % perSector) * 4, free)
  }

  #miniAt(unit: number): number {
    const { sectorBytes, miniBytes } = this.#header
    const offset = unit * miniBytes
    const sector = this.#miniStream[Math.floor(offset / sectorBytes)] ?? 0
    return (sector + 1) * sectorBytes + (offset % sectorBytes)
  }

  /** Within one sector. What lies behind the end of the file is none of it. */
  #write(position: number, bytes: Uint8Array): void {
    const { sectorBytes } = this.#header
    const sector = Math.floor(position / sectorBytes) - 1
    let held = this.#changed.get(sector)
    if (held === undefined) {
      if (this.#changed.size * sectorBytes > mostHeldBytes) throw new CannotCure('it is too large')
      this.#budget.charge(sectorBytes)
      held = this.#source.read((sector + 1) * sectorBytes, sectorBytes).slice()
      this.#changed.set(sector, held)
    }
    const at = position % sectorBytes
    held.set(bytes.subarray(0, Math.max(0, held.length - at)), Math.min(at, held.length))
  }
}
