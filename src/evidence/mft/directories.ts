// Which directory lies where: one pass over the $MFT keeps the place and name of each directory, from which the paths of all
// files come. Numbers lie in typed arrays, since a table has millions of records.

import { u16, u32, utf16Exactly } from '../fields.ts'
import { eachAttribute, readHeader } from '../ntfs-record.ts'

const rootEntry = 5
/** Windows ends paths at 32,767 characters; damaged tables have cycles. */
const maxDepth = 255
const maxRemembered = 1_000_000
const fileNameType = 0x30
const dos = 2
const isInUse = 1
const isDirectory = 2

export class Directories {
  readonly #parents: Uint32Array
  readonly #parentSequences: Uint16Array
  readonly #sequences: Uint16Array
  readonly #flags: Uint8Array
  readonly #names = new Map<number, string>()
  readonly #paths = new Map<number, string>()
  /** Records that hold attributes of another one, by that one. */
  readonly #extensions = new Map<number, number[]>()

  constructor(count: number) {
    this.#parents = new Uint32Array(count)
    this.#parentSequences = new Uint16Array(count)
    this.#sequences = new Uint16Array(count)
    this.#flags = new Uint8Array(count)
  }

  /** `record` has its sectors' ends put back. */
  add(entry: number, record: Uint8Array): void {
    const { sequence, flags, baseEntry } = readHeader(record)
    this.#sequences[entry] = sequence
    this.#flags[entry] = flags & 3
    if (baseEntry !== 0) {
      const list = this.#extensions.get(baseEntry)
      if (list === undefined) this.#extensions.set(baseEntry, [entry])
      else list.push(entry)
    }
    const owner = baseEntry === 0 ? entry : baseEntry
    if (owner >= this.#flags.length) return
    // The flag of a base record that comes later is not known yet: names in extensions are kept for all.
    if (baseEntry === 0 && (flags & isDirectory) === 0) return
    eachAttribute(record, ({ type, contentAt, contentBytes }) => {
      if (type !== fileNameType || contentBytes < 66) return
      const units = record[contentAt + 64] ?? 0
      if (record[contentAt + 65] === dos || contentBytes < 66 + 2 * units) return
      this.#names.set(owner, utf16Exactly(record, contentAt + 66, units))
      this.#parents[owner] = u32(record, contentAt)
      this.#parentSequences[owner] = u16(record, contentAt + 6)
    })
  }

  extensionsOf(entry: number): readonly number[] {
    return this.#extensions.get(entry) ?? []
  }

  /**
   * The path of a directory, `''` for the root. Where a directory is gone and its record has another owner, the path begins
   * with `?`: nobody knows what was there.
   */
  pathOf(entry: number, sequence: number): string {
    if (!this.#isStill(entry, sequence)) return '?'
    const known = this.#paths.get(entry)
    if (known !== undefined) return known
    const chain: number[] = []
    let base = '?'
    let at = entry
    for (let depth = 0; depth < maxDepth; depth++) {
      const told = at === rootEntry ? '' : this.#paths.get(at)
      if (told !== undefined) {
        base = told
        break
      }
      chain.push(at)
      const parent = this.#parents[at] ?? 0
      // A cycle runs into the depth's limit and remains unknown.
      if (!this.#names.has(at) || !this.#isStill(parent, this.#parentSequences[at] ?? 0)) break
      at = parent
    }
    for (const each of chain.toReversed()) {
      const name = this.#names.get(each)
      base = name === undefined ? '?' : `${base}\\${name}`
      if (this.#paths.size < maxRemembered) this.#paths.set(each, base)
    }
    return base
  }

  /** Whether the record is the directory that a reference means. Deletion counts the sequence number up. */
  #isStill(entry: number, sequence: number): boolean {
    const flags = this.#flags[entry]
    if (flags === undefined || (flags & isDirectory) === 0) return false
    const now = this.#sequences[entry] ?? 0
    return now === sequence || ((flags & isInUse) === 0 && now === (sequence + 1) % 65_536)
  }
}
