// All hashes of all lists. The data are SharedArrayBuffers only: the object `shared` is posted to a worker thread, which
// attaches to the same memory.

import { anySize, digestWords, type HashKind, hashKinds } from '../../hashes/kinds.ts'
import { attachNames, type SharedNames } from '../../hashes/name-pool.ts'
import { attachSizeFilter, type SharedSizeFilter } from './size-filter.ts'
import { attachTable, type SharedTable } from '../../hashes/table.ts'

/** Survives a structured clone; the memory itself is not copied. */
export interface SharedHashDatabase {
  readonly tables: Readonly<Record<HashKind, SharedTable>>
  readonly sizeFilter: SharedSizeFilter
  readonly names: SharedNames
}

export interface HashDatabase {
  readonly shared: SharedHashDatabase
  /** Entries of all kinds. */
  readonly count: number
  /** Memory of the whole database, names included. */
  readonly bytes: number
  /** Whether some entry asks for a size; otherwise nobody needs to know an object's size. */
  readonly hasSizes: boolean
  /** The kinds with entries that an object of this size could match; none for nearly every object. */
  kindsFor(size: number): readonly HashKind[]
  /** The distinct names of all entries with this digest that ask for this size or for none. */
  namesOf(kind: HashKind, digest: Uint8Array, size: number): readonly string[]
}

export function attachHashDatabase(shared: SharedHashDatabase): HashDatabase {
  const tables = hashKinds.map((kind) => attachTable(shared.tables[kind]))
  const mayHaveSize = attachSizeFilter(shared.sizeFilter)
  const nameOf = attachNames(shared.names)
  const anyMask = maskOf((index) => tables[index]?.has(anySize) ?? false)
  // Every answer of kindsFor, made once: it is asked for every object and must not allocate.
  const kindsByMask = Array.from({ length: 2 ** hashKinds.length }, (_, mask) =>
    hashKinds.filter((_kind, index) => (mask & (1 << index)) !== 0),
  )
  return {
    shared,
    count: tables.reduce((sum, table) => sum + table.count, 0),
    bytes: bytesOf(shared),
    hasSizes: hashKinds.some((kind) => sizesOf(shared.tables[kind]).length > 0),
    kindsFor(size) {
      let mask = anyMask
      if (mayHaveSize(size)) {
        mask |= maskOf((index) => tables[index]?.has(size) ?? false)
      }
      return kindsByMask[mask] ?? []
    },
    namesOf(kind, digest, size) {
      const table = tables[hashKinds.indexOf(kind)]
      if (table === undefined) return []
      const words = wordsOf(digest)
      const ids = [...table.find(words, size), ...table.find(words, anySize)]
      return [...new Set(ids.map(nameOf))]
    },
  }
}

/** The distinct sizes that entries of a table ask for, without `anySize`. */
export function sizesOf(table: SharedTable): Uint32Array {
  const sizes = new Uint32Array(table.sizes)
  return sizes.at(-1) === anySize ? sizes.subarray(0, -1) : sizes
}

function maskOf(holds: (index: number) => boolean): number {
  let mask = 0
  for (let index = 0; index < hashKinds.length; index++) if (holds(index)) mask |= 1 << index
  return mask
}

function wordsOf(digest: Uint8Array): Uint32Array {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
  return Uint32Array.from({ length: digestWords }, (_, word) => view.getUint32(word * 4))
}

function bytesOf({ tables, sizeFilter, names }: SharedHashDatabase): number {
  const columns = hashKinds.flatMap((kind) => {
    const { sizes, starts, digests, names: ids } = tables[kind]
    return [sizes, starts, digests, ids]
  })
  const buffers = [...columns, sizeFilter.bits, names.bytes, names.blocks]
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0)
}
