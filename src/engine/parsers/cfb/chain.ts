// Chains of equal units (sectors, mini sectors): followed through an allocation table into runs, and read through
// them without a copy of the whole.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** Values of the table from here on are marks (free, end of chain, table of tables), not unit numbers. */
const firstMark = 0xfffffffa

/** Units that follow each other: `firsts[i]` is the unit at which run i begins, `ends[i]` how many units end with it. */
export interface Runs {
  readonly firsts: number[]
  readonly ends: number[]
}

export function unitsOf({ ends }: Runs): number {
  return ends.at(-1) ?? 0
}

/** Appends one unit. */
export function appendUnit(runs: Runs, unit: number): void {
  const { firsts, ends } = runs
  const last = ends.length - 1
  const total = last < 0 ? 0 : ends[last]!
  const before = last <= 0 ? 0 : ends[last - 1]!
  if (last >= 0 && firsts[last]! + total - before === unit) {
    ends[last] = total + 1
    return
  }
  firsts.push(unit)
  ends.push(total + 1)
}

/** Follows chains of one table, and remembers whose each unit is. */
export class ChainWalker {
  readonly #table: Uint32Array
  /** The number of the walk that took the unit; 0: nobody's. */
  readonly #owners: Uint32Array
  #walks = 0
  #stepsLeft: number

  /** `table[n]` is the unit behind unit n; `units` is how many there are to take. */
  constructor(table: Uint32Array, units: number) {
    this.#table = table
    this.#owners = new Uint32Array(units)
    // Chains that share units may be followed, but not each of a hundred thousand through the whole file.
    this.#stepsLeft = units * 8 + 4096
  }

  /** At most `maxUnits` units from `first` on; stops before a unit that the same chain has already been through. */
  walk(first: number, maxUnits: number): Runs {
    const runs: Runs = { firsts: [], ends: [] }
    const walk = ++this.#walks
    let unit = first
    for (let left = maxUnits; left > 0 && unit < this.#owners.length; left--) {
      if (unit >= firstMark || this.#owners[unit] === walk || this.#stepsLeft-- <= 0) break
      this.#owners[unit] = walk
      appendUnit(runs, unit)
      unit = this.#table[unit] ?? firstMark
    }
    return runs
  }

  /** Takes one unit that belongs to no chain. */
  take(unit: number): void {
    if (unit < this.#owners.length) this.#owners[unit] = ++this.#walks
  }

  isTaken(unit: number): boolean {
    return this.#owners[unit] !== 0
  }

  get units(): number {
    return this.#owners.length
  }
}

/** Where the units lie. */
export interface Space {
  readonly source: ByteSource
  /** Bytes of the source before unit 0. */
  readonly base: number
  readonly shift: number
  readonly scratch: Scratch
}

/** Memory in which reads across runs are put together: a view lives until the next read, so one is enough. */
export class Scratch {
  #bytes = new Uint8Array(0)

  take(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(Math.min(maxRead, Math.max(length, 4096)))
    return this.#bytes.subarray(0, length)
  }
}

const empty = new Uint8Array(0)

/** The bytes of a chain, at most `claimed`: fewer where the chain or the file ends earlier. */
export function chainSource(space: Space, runs: Runs, claimed: number): ByteSource {
  const size = Math.min(claimed, availableBytes(space, runs))
  return {
    size,
    knownSize: size,
    read(offset, length) {
      if (!(offset >= 0) || offset >= size) return empty
      const wanted = Math.min(length, maxRead, size - offset)
      const run = runAt(runs, Math.floor(offset / 2 ** space.shift))
      const inRun = runs.ends[run]! * 2 ** space.shift - offset
      if (wanted <= inRun) {
        const view = space.source.read(addressOf(space, runs, run, offset), wanted)
        if (view.length === wanted) return view
      }
      return assemble(space, runs, { run, offset, wanted })
    },
  }
}

interface Piece {
  readonly run: number
  readonly offset: number
  readonly wanted: number
}

/** A sector that the file does not have in full is filled with zeros, so that what follows keeps its place. */
function assemble(space: Space, runs: Runs, { run, offset, wanted }: Piece): Uint8Array {
  const out = space.scratch.take(wanted)
  let filled = 0
  for (let at = run; filled < wanted; at++) {
    const from = offset + filled
    const count = Math.min(wanted - filled, runs.ends[at]! * 2 ** space.shift - from)
    const view = space.source.read(addressOf(space, runs, at, from), count)
    out.set(view, filled)
    out.fill(0, filled + view.length, filled + count)
    filled += count
  }
  return out
}

function addressOf({ base, shift }: Space, { firsts, ends }: Runs, run: number, offset: number): number {
  const before = run === 0 ? 0 : ends[run - 1]!
  return base + (firsts[run]! - before) * 2 ** shift + offset
}

/** The run that holds the chain's unit number `index`. */
function runAt({ ends }: Runs, index: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ends[middle]! > index) high = middle
    else low = middle + 1
  }
  return low
}

/** The last unit of a file may be cut short. */
function availableBytes({ source, base, shift }: Space, runs: Runs): number {
  const units = unitsOf(runs)
  if (units === 0) return 0
  const last = runs.ends.length - 1
  const before = last === 0 ? 0 : runs.ends[last - 1]!
  const lastUnit = runs.firsts[last]! + units - before - 1
  const inLast = source.size - base - lastUnit * 2 ** shift
  return (units - 1) * 2 ** shift + Math.max(0, Math.min(inLast, 2 ** shift))
}
