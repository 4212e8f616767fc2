// A compiled database as one block of shared memory: named tables one behind the other, then room that the scanners
// of all threads take for their work. The same bytes lie in the cache file.

import { AppError } from '../base/app-error.ts'

/** Where each table lies: offset and length in bytes. */
export type Directory = Readonly<Record<string, readonly [offset: number, length: number]>>

/** Structured-cloneable: other threads see the same memory. */
export interface SharedImage {
  readonly memory: WebAssembly.Memory
  readonly directory: Directory
}

const pageBytes = 65536
/** 4 GiB is what 32-bit addresses reach; a database and its scanners stay far below. */
const maxPages = 32_768
const alignment = 64
/** The first bytes hold the end of what is taken, in 64-byte units. */
const firstTable = 1024
const takenWord = 0

export class Image {
  readonly shared: SharedImage

  constructor(shared: SharedImage) {
    this.shared = shared
  }

  /** An image with room for these tables; fill it through `bytes`. */
  static create(lengths: Readonly<Record<string, number>>): Image {
    const directory: Record<string, readonly [number, number]> = {}
    let end = firstTable
    for (const [name, length] of Object.entries(lengths)) {
      directory[name] = [end, length]
      end = aligned(end + length)
    }
    const pages = Math.ceil(end / pageBytes)
    if (pages > maxPages) throw new AppError('unsupported', 'the signatures are too large for one database')
    const memory = new WebAssembly.Memory({ initial: pages, maximum: maxPages, shared: true })
    new Int32Array(memory.buffer)[takenWord] = end / alignment
    return new Image({ memory, directory })
  }

  static of(tables: Readonly<Record<string, Uint8Array>>): Image {
    const lengths = Object.fromEntries(Object.entries(tables).map(([name, bytes]) => [name, bytes.length]))
    const image = Image.create(lengths)
    for (const [name, bytes] of Object.entries(tables)) image.bytes(name).set(bytes)
    return image
  }

  /** Whether there is such a table, and something in it. */
  has(name: string): boolean {
    return this.#entry(name)[1] > 0
  }

  /** The table's bytes; empty where there is none of that name. */
  bytes(name: string): Uint8Array {
    const [offset, length] = this.#entry(name)
    return new Uint8Array(this.shared.memory.buffer, offset, length)
  }

  words(name: string): Int32Array {
    const [offset, length] = this.#entry(name)
    return new Int32Array(this.shared.memory.buffer, offset, length >> 2)
  }

  /** Where the table begins, in bytes from the beginning of the memory. */
  offsetOf(name: string): number {
    return this.#entry(name)[0]
  }

  /** Room for a scanner's own work, zeroed; given to nobody else while the image lives. */
  take(length: number): number {
    const { memory } = this.shared
    const units = aligned(length) / alignment
    const offset = Atomics.add(new Int32Array(memory.buffer), takenWord, units) * alignment
    const end = offset + units * alignment
    while (memory.buffer.byteLength < end) {
      try {
        memory.grow(Math.max(1, Math.ceil((end - memory.buffer.byteLength) / pageBytes)))
      } catch (thrown) {
        throw new AppError('internal', 'no memory is left for another scanner', { cause: thrown })
      }
    }
    return offset
  }

  #entry(name: string): readonly [number, number] {
    return this.shared.directory[name] ?? [firstTable, 0]
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment
}
