// The hashes of all lists while databases are read, and what becomes of them: sorted columns, as in the hash detector
// (hash/table.ts), but as tables of the image.

import { hashKinds } from '../../hashes/kinds.ts'
import { attachNames, createNamePool, maxNameBytes, maxPoolBytes } from '../../hashes/name-pool.ts'
import { createStagedHashes, type StagedHashes } from '../../hashes/staging.ts'
import { buildTable } from '../../hashes/table.ts'
import type { DatabaseFile, HashLine } from './database/index.ts'
import { hashColumns, hashLists, unofficialBit } from './layout.ts'

export interface HashStaging {
  readonly count: number
  add(line: Readonly<HashLine>, file: DatabaseFile): void
  tables(): Readonly<Record<string, Uint8Array>>
}

/** As many as the hash detector takes. */
const maxEntries = 50_000_000

export function createHashStaging(): HashStaging {
  const names = createNamePool()
  const staged = new Map<string, StagedHashes>()
  for (const list of hashLists)
    for (const kind of hashKinds) staged.set(`${list} ${kind}`, createStagedHashes())
  let count = 0
  return {
    get count() {
      return count
    },
    add({ list, kind, digest, size, nameStart, nameEnd }, { bytes, official }) {
      if (count >= maxEntries || names.usedBytes > maxPoolBytes - 2 - maxNameBytes) return
      count++
      const name = names.add(bytes, nameStart, nameEnd)
      staged.get(`${list} ${kind}`)?.add(digest, size, (official ? name : name | unofficialBit) >>> 0)
    },
    tables() {
      const shared = names.share()
      const nameOf = attachNames(shared)
      const tables: Record<string, Uint8Array> = {
        'clamav-names': new Uint8Array(shared.bytes),
        'clamav-name-blocks': new Uint8Array(shared.blocks),
      }
      for (const list of hashLists) {
        for (const kind of hashKinds) {
          const entries = staged.get(`${list} ${kind}`)
          if (entries === undefined || entries.count === 0) continue
          const table = buildTable(entries, (name) => nameOf((name & ~unofficialBit) >>> 0))
          const columns = hashColumns(list, kind)
          tables[columns.sizes] = new Uint8Array(table.sizes)
          tables[columns.starts] = new Uint8Array(table.starts)
          tables[columns.digests] = new Uint8Array(table.digests)
          tables[columns.names] = new Uint8Array(table.names)
        }
      }
      return tables
    },
  }
}
