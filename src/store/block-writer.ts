// Writes blocks into their table.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

import type { PackedBlock } from './block.ts'

export class BlockWriter {
  readonly #insert: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      `INSERT INTO blocks (first, count, min_us, max_us, text_bytes, filter, columns, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  /** Within a transaction of the caller. */
  insert(first: number, block: PackedBlock): void {
    const { count, minUs, maxUs, textBytes, filter, columns, body } = block
    this.#insert.run(first, count, minUs, maxUs, textBytes, filter, columns, body)
  }
}
