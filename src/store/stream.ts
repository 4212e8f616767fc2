// Reading the events as a stream, in the order in which they were stored, for who works on all of them: text of whole blocks, so
// that nothing is parsed on the way.

import type { DatabaseSync } from 'node:sqlite'

import { rowStarts, unpackText } from './block.ts'
import { BlockDamage } from './query.ts'

/** Small blocks are put together until there is so much. */
const wantedRows = 512
const wantedBytes = 512 * 1024

export interface Stretch {
  /** Sequence of the first line; the others follow. Undefined: there is nothing behind. */
  readonly first: number | undefined
  /** Events as JSON, without event.sequence. */
  readonly lines: readonly string[]
  /** Go on behind this one. */
  readonly last: number
}

/** The next stretch without a gap behind the sequence `after`. `onDamage`: this block cannot be read, and is passed over. */
export function readStretch(db: DatabaseSync, after: number, onDamage: (first: number) => void): Stretch {
  const blocks = db.prepare(
    'SELECT first, count, body FROM blocks WHERE first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?) ORDER BY first',
  )
  const lines: string[] = []
  let first: number | undefined
  let next = after + 1
  let bytes = 0
  for (const row of blocks.iterate(next)) {
    const from = Number(row['first'])
    const count = Number(row['count'])
    if (from + count <= next) continue
    if (first !== undefined && from !== next) break
    const found = rowsOf(row['body'], count)
    if (found === undefined) {
      onDamage(from)
      if (first !== undefined) break
      next = from + count
      continue
    }
    const own = found.slice(Math.max(0, next - from))
    first ??= Math.max(next, from)
    for (const line of own) {
      lines.push(line)
      bytes += line.length
    }
    next = from + count
    if (lines.length >= wantedRows || bytes >= wantedBytes) break
  }
  return { first, lines, last: next - 1 }
}

/** Undefined when the block is damaged. */
function rowsOf(body: unknown, count: number): string[] | undefined {
  try {
    if (!(body instanceof Uint8Array)) throw new BlockDamage('it is empty')
    const text = unpackText(body)
    const starts = rowStarts(text, count)
    return Array.from({ length: count }, (_, row) =>
      text.toString('utf8', starts[row], (starts[row + 1] ?? 1) - 1),
    )
  } catch {
    return undefined
  }
}
