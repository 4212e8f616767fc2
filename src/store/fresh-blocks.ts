// Small batches are stored as they come, as blocks of their own; later those that follow each other become full blocks,
// with a filter. This is the list of the ones that wait.

import type { DatabaseSync } from 'node:sqlite'

import { type Block, fullBlockBytes, fullBlockRows, joinBlocks, packBlock, unpackBlock } from './block.ts'
import type { BlockWriter } from './block-writer.ts'
import { inTransaction } from './transaction.ts'

interface FreshBlock {
  readonly first: number
  readonly count: number
  readonly textBytes: number
}

export class FreshBlocks {
  readonly #db: DatabaseSync
  readonly #writer: BlockWriter
  #waiting: FreshBlock[] = []

  constructor(db: DatabaseSync, writer: BlockWriter) {
    this.#db = db
    this.#writer = writer
    const rows = db
      .prepare('SELECT first, count, text_bytes FROM blocks WHERE filter IS NULL ORDER BY first')
      .all()
    this.#waiting = rows.map((row) => ({
      first: Number(row['first']),
      count: Number(row['count']),
      textBytes: Number(row['text_bytes']),
    }))
  }

  get size(): number {
    return this.#waiting.length
  }

  add(block: FreshBlock): void {
    this.#waiting.push(block)
  }

  /** Events up to this one are no more. */
  forgetUpTo(sequence: number): void {
    this.#waiting = this.#waiting.filter(({ first }) => first > sequence)
  }

  /** Makes one full block of those that wait; false when they are not enough. `newest`: the newest event's sequence. */
  join(newest: number, onDamage: (first: number) => void): boolean {
    const run = this.#run(newest)
    const [head] = run
    if (head === undefined) return false
    const blocks: Block[] = []
    for (const { first } of run) {
      const block = this.#read(first)
      if (block === undefined) {
        onDamage(first)
        break
      }
      blocks.push(block)
    }
    // A damaged one stays as it is, and ends the run.
    const done = blocks.length === 0 ? 1 : blocks.length
    if (blocks.length > 0) this.#replace(run.slice(0, done), blocks)
    this.#waiting = this.#waiting.slice(done)
    return true
  }

  /** Those at the front that follow each other without a gap, up to a full block. */
  #run(newest: number): FreshBlock[] {
    const run: FreshBlock[] = []
    let rows = 0
    let bytes = 0
    let next = this.#waiting[0]?.first ?? 0
    for (const block of this.#waiting) {
      if (block.first !== next) return run
      if (rows > 0 && (rows + block.count > fullBlockRows || bytes + block.textBytes > fullBlockBytes))
        return run
      run.push(block)
      rows += block.count
      bytes += block.textBytes
      next = block.first + block.count
    }
    // More may follow: it is worth waiting, unless a full block has come behind.
    return next <= newest ? run : []
  }

  #replace(run: readonly FreshBlock[], blocks: readonly Block[]): void {
    const packed = packBlock(joinBlocks(blocks), 'final')
    const remove = this.#db.prepare('DELETE FROM blocks WHERE first = ?')
    inTransaction(this.#db, () => {
      for (const { first } of run) remove.run(first)
      this.#writer.insert(run[0]?.first ?? 0, packed)
    })
  }

  #read(first: number): Block | undefined {
    const row = this.#db.prepare('SELECT columns, body FROM blocks WHERE first = ?').get(first)
    const columns = row?.['columns']
    const body = row?.['body']
    if (!(columns instanceof Uint8Array) || !(body instanceof Uint8Array)) return undefined
    try {
      return unpackBlock(columns, body)
    } catch {
      return undefined
    }
  }
}
