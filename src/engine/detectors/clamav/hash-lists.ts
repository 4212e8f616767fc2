// What the hash lists say about an object, a section of it or its imports. A digest is made only where an entry asks
// for the size, and then once.

import { hash } from 'node:crypto'

import { type HashKind, hashKinds } from '../../hashes/kinds.ts'
import type { Image } from '../../image.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { digestsOf } from '../../source/digest.ts'
import type { HashList } from './database/index.ts'
import { HashNames } from './hash-names.ts'
import { HashTable } from './hash-table.ts'
import { hashLists } from './layout.ts'

/** In the order in which ClamAV asks them. */
const kinds = hashKinds.toReversed()

/** Gives the digest of something; makes it only once. */
export type Digester = (kind: HashKind) => Uint8Array

export class HashLists {
  readonly #tables: Readonly<Record<HashList, readonly HashTable[]>>
  readonly #names: HashNames

  constructor(image: Image) {
    const tablesOf = (list: HashList): readonly HashTable[] =>
      kinds.map((kind) => new HashTable(image, list, kind)).filter((table) => !table.isEmpty)
    this.#tables = Object.fromEntries(hashLists.map((list) => [list, tablesOf(list)])) as Record<
      HashList,
      readonly HashTable[]
    >
    this.#names = new HashNames(image)
  }

  has(list: HashList): boolean {
    return this.#tables[list].length > 0
  }

  /** Names of the entries with this digest and size, as clamscan prints them. */
  find(list: HashList, size: number, digest: Digester): string[] {
    return this.#tables[list]
      .filter((table) => table.mayHave(size))
      .flatMap((table) => table.find(digest(table.kind), size))
      .map((word) => this.#names.printed(word))
  }
}

export function digesterOf(bytes: Uint8Array): Digester {
  return remembering((kind) => hash(kind, bytes, 'buffer'))
}

/** For what does not lie in memory. */
export function digesterOfSource(source: ByteSource, budget: Budget): Digester {
  return remembering((kind) => digestsOf(source, [kind], budget)[0] ?? new Uint8Array(0))
}

function remembering(make: Digester): Digester {
  const known = new Map<HashKind, Uint8Array>()
  return (kind) => {
    const digest = known.get(kind) ?? make(kind)
    known.set(kind, digest)
    return digest
  }
}
