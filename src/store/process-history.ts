// The processes of a past moment, from the events of the process sensor: what was started, or was there when the daemon began
// (`process-seen`), and had not ended. Only the columns of the blocks are read, and the rows of the answer.

import type { DatabaseSync } from 'node:sqlite'

import type { Event } from '../model/index.ts'
import { type Columns, decodeColumns } from './columns.ts'
import { type BlockHead, BlockDamage, lazyView, readRow } from './query.ts'

type Step = 'starts' | 'ends' | 'begins-anew'

const steps: Readonly<Record<string, Step>> = {
  'hx.process exec': 'starts',
  'hx.process fork': 'starts',
  'hx.process process-seen': 'starts',
  'hx.process exit': 'ends',
  'hx.process process-gone': 'ends',
  // What lives is told anew after it; what is not told ended while nobody looked.
  'hx.health sensors.started': 'begins-anew',
}

const maxProcesses = 200_000

/** By pid: the event that describes each process best, with its event.sequence. */
export function processesAt(db: DatabaseSync, timeUs: number, onDamage: (first: number) => void): Event[] {
  db.exec('BEGIN')
  try {
    return describe(db, replay(db, timeUs, onDamage), onDamage)
  } finally {
    db.exec('COMMIT')
  }
}

/** Pid → sequence of the row that tells of it. */
function replay(db: DatabaseSync, timeUs: number, onDamage: (first: number) => void): Map<number, number> {
  const history = new History(timeUs)
  const blocks = db.prepare('SELECT first, columns FROM blocks WHERE min_us <= ? ORDER BY first')
  for (const { first, columns } of blocks.iterate(timeUs) as Iterable<Record<string, unknown>>) {
    if (!(columns instanceof Uint8Array)) continue
    try {
      history.read(Number(first), decodeColumns(columns))
    } catch {
      onDamage(Number(first))
    }
  }
  return history.living()
}

class History {
  readonly #untilUs: number
  readonly #living = new Map<number, number>()

  constructor(untilUs: number) {
    this.#untilUs = untilUs
  }

  read(first: number, { kinds, kind, pid, timeUs }: Columns): void {
    const meanings = kinds.map((name) => steps[name])
    if (meanings.every((meaning) => meaning === undefined)) return
    for (let row = 0; row < kind.length; row++) {
      const meaning = meanings[kind[row] ?? 0]
      const us = timeUs[row] ?? 0
      if (meaning !== undefined && us <= this.#untilUs) this.#step(meaning, pid[row] ?? 0, first + row)
    }
  }

  living(): Map<number, number> {
    return this.#living
  }

  #step(meaning: Step, pid: number, at: number): void {
    if (meaning === 'begins-anew') {
      this.#living.clear()
      return
    }
    if (meaning === 'ends') {
      this.#living.delete(pid)
      return
    }
    if (this.#living.size < maxProcesses || this.#living.has(pid)) this.#living.set(pid, at)
  }
}

function describe(
  db: DatabaseSync,
  living: ReadonlyMap<number, number>,
  onDamage: (first: number) => void,
): Event[] {
  const block = db.prepare(
    `SELECT first, count, columns, body FROM blocks WHERE first <= ? ORDER BY first DESC LIMIT 1`,
  )
  const bySequence = [...living].toSorted(([, one], [, other]) => one - other)
  const found: { pid: number; event: Event }[] = []
  let head: BlockHead | undefined
  let view: ReturnType<typeof lazyView> | undefined
  for (const [pid, sequence] of bySequence) {
    try {
      if (head === undefined || sequence >= head.first + head.count) {
        const row = block.get(sequence) as unknown as BlockHead & { columns: Uint8Array; body: Uint8Array }
        head = row
        view = undefined
        view = lazyView(row.count, row.columns, row.body)
      }
      if (view === undefined) continue
      const event = readRow(view, sequence - head.first)
      event.event.sequence = sequence
      found.push({ pid, event })
    } catch (thrown) {
      if (!(thrown instanceof BlockDamage)) throw thrown
      onDamage(head?.first ?? sequence)
    }
  }
  return found.toSorted((one, other) => one.pid - other.pid).map(({ event }) => event)
}
