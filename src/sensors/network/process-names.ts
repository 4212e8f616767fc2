// The process of a record of the kernel: the process table's, when it is the same one; else what the record itself says,
// which is true also when the process is gone and its number given away.

import type { ProcessInfo } from '../../model/index.ts'
import type { ProcessTable } from '../process-table.ts'
import type { Owner } from './ebpf/decode.ts'

const maxKept = 512

export class ProcessNames {
  readonly #table: ProcessTable
  /** Of processes that the table does not know: /proc is not read for each of their connections. */
  readonly #kept = new Map<string, ProcessInfo>()

  constructor(table: ProcessTable) {
    this.#table = table
  }

  describe(owner: Owner): ProcessInfo {
    const known = this.#table.get(owner.pid)
    if (known !== undefined && (known.startTicks === owner.startTicks || owner.startTicks === 0))
      return known.info
    const id = this.#table.entityId(owner.pid, owner.startTicks)
    // A program that is started in its place keeps the id, not the name.
    const key = `${id}:${owner.name}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept
    const found = known === undefined ? this.#table.describe(owner.pid) : undefined
    const info = found?.entity_id === id ? found : { entity_id: id, pid: owner.pid, name: owner.name }
    if (this.#kept.size >= maxKept) this.#kept.clear()
    this.#kept.set(key, info)
    return info
  }

  /** The process that has a number now. */
  now(pid: number): ProcessInfo {
    return this.#table.describe(pid)
  }
}
