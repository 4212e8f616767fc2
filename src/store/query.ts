// Answers questions from the blocks: newest or oldest first, a page at a time. Blocks are left out by their time and
// their filter, rows by what a need finds in columns and bytes; only what is left is parsed and asked for good.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

import type { Event } from '../model/index.ts'
import { rowStarts, unpackText } from './block.ts'
import { type BlockView, foldCase, keepMeeting, mayMeet } from './candidates.ts'
import { decodeColumns } from './columns.ts'
import { isExact, type Need, needOf } from './need.ts'
import { compilePredicate, type Predicate } from './where/predicate.ts'
import { parseWhere } from './where/parser.ts'

export interface EventQuery {
  /** Filter language (where.md); all events when absent. */
  readonly where?: string
  /** Microseconds since 1970: from it on. */
  readonly since?: number
  /** Microseconds since 1970: before it. */
  readonly until?: number
  /** Events of the answer at most. */
  readonly limit: number
  /** By sequence: the order in which they were stored. */
  readonly order: 'newest' | 'oldest'
  /** Go on behind this one: `last` of the answer before. */
  readonly after?: number
  /** Time for the answer: when it is over, what was found so far comes, with `more`. None when absent. */
  readonly budgetMs?: number
}

export interface QueryResult {
  /** Each with its event.sequence. */
  readonly events: readonly Event[]
  /** Where the search stands: `after` of the next question. */
  readonly last: number
  /** There may be more behind `last`; also when `events` is empty, because the time was over. */
  readonly more: boolean
}

export type CountQuery = Omit<EventQuery, 'limit' | 'order'>

export interface CountResult {
  readonly count: number
  readonly last: number
  readonly more: boolean
}

export interface BlockHead {
  readonly first: number
  readonly count: number
  readonly min_us: number
  readonly max_us: number
}

interface Plan {
  readonly sinceUs: number
  readonly untilUs: number
  readonly need: Need
  readonly predicate: Predicate | undefined
}

interface Page extends Plan {
  readonly order: 'newest' | 'oldest'
  /** Sequences within which rows are looked at, both exclusive. */
  readonly above: number
  readonly below: number
  readonly deadline: number
  /** Takes a row; false: enough. `json` is a line of the block's text. */
  readonly take: (sequence: number, json: () => Event) => boolean
}

/** Heads that are read at once. */
const headsAtOnce = 256

export class Search {
  readonly #db: DatabaseSync
  readonly #heads: Readonly<Record<'newest' | 'oldest', StatementSync>>
  readonly #filter: StatementSync
  readonly #block: StatementSync
  readonly #onDamage: (first: number) => void

  /** `onDamage` is told of blocks that cannot be read. */
  constructor(db: DatabaseSync, onDamage: (first: number) => void) {
    this.#db = db
    this.#onDamage = onDamage
    const heads = (order: string): StatementSync =>
      db.prepare(`SELECT first, count, min_us, max_us FROM blocks INDEXED BY blocks_heads
        WHERE first > ? AND first < ? AND max_us >= ? AND min_us < ? ORDER BY first ${order} LIMIT ${headsAtOnce}`)
    this.#heads = { newest: heads('DESC'), oldest: heads('ASC') }
    this.#filter = db.prepare('SELECT filter FROM blocks WHERE first = ?')
    this.#block = db.prepare('SELECT columns, body FROM blocks WHERE first = ?')
  }

  query(query: EventQuery): QueryResult {
    const events: Event[] = []
    const limit = Math.max(1, Math.trunc(query.limit))
    const end = this.#run(query, query.order, (sequence, read) => {
      const event = read()
      event.event.sequence = sequence
      events.push(event)
      return events.length < limit
    })
    return { events, ...end }
  }

  count(query: CountQuery): CountResult {
    let count = 0
    const end = this.#run(query, 'oldest', () => {
      count++
      return true
    })
    return { count, ...end }
  }

  #run(query: CountQuery, order: 'newest' | 'oldest', take: Page['take']): { last: number; more: boolean } {
    const where = query.where === undefined ? undefined : parseWhere(query.where, Date.now())
    const need: Need = where === undefined ? { kind: 'all-of', needs: [] } : needOf(where)
    const after = query.after
    const page: Page = {
      sinceUs: query.since ?? Number.MIN_SAFE_INTEGER,
      untilUs: query.until ?? Number.MAX_SAFE_INTEGER,
      need,
      predicate: where === undefined || isExact(need) ? undefined : compilePredicate(where),
      order,
      above: order === 'oldest' ? (after ?? 0) : 0,
      below: order === 'newest' ? (after ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER,
      deadline: query.budgetMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + query.budgetMs,
      take,
    }
    // One state of the store for all steps, whatever the writer does meanwhile.
    this.#db.exec('BEGIN')
    try {
      return this.#scan(page)
    } finally {
      this.#db.exec('COMMIT')
    }
  }

  #scan(page: Page): { last: number; more: boolean } {
    let { above, below } = page
    // The block that `above` is in begins before it.
    if (page.order === 'oldest') above = this.#blockStart(above) - 1
    let last = page.order === 'oldest' ? page.above : page.below
    for (;;) {
      const heads = this.#heads[page.order].all(
        above,
        below,
        page.sinceUs,
        page.untilUs,
      ) as unknown as BlockHead[]
      for (const head of heads) {
        const end = this.#scanBlock(head, page)
        if (end !== undefined) return { last: end, more: true }
        last = page.order === 'oldest' ? head.first + head.count - 1 : head.first
        if (performance.now() > page.deadline) return { last, more: true }
      }
      const lastHead = heads.at(-1)
      if (lastHead === undefined || heads.length < headsAtOnce) break
      if (page.order === 'oldest') above = lastHead.first
      else below = lastHead.first
    }
    return { last: this.#end(page, last), more: false }
  }

  /** Everything has been looked at: a follower goes on behind the newest event, also when none of it fitted. */
  #end({ order, above }: Page, last: number): number {
    if (order === 'newest') return last === Number.MAX_SAFE_INTEGER ? 0 : last
    const newest = newestSequence(this.#db)
    return Math.max(above, newest, last)
  }

  #blockStart(sequence: number): number {
    const row = this.#db.prepare('SELECT max(first) AS first FROM blocks WHERE first <= ?').get(sequence + 1)
    return Number(row?.['first'] ?? 0)
  }

  /** The last sequence when `take` had enough. */
  #scanBlock(head: BlockHead, page: Page): number | undefined {
    const filter = this.#filter.get(head.first)?.['filter']
    if (filter instanceof Uint8Array && !mayMeet(page.need, filter)) return undefined
    try {
      const block = this.#view(head)
      const marks = new Uint8Array(head.count).fill(1)
      keepInRange(head, page, { block, marks })
      if (marks.includes(1)) keepMeeting(page.need, block, marks)
      return takeRows(head, page, { block, marks })
    } catch (thrown) {
      if (!(thrown instanceof BlockDamage)) throw thrown
      this.#onDamage(head.first)
      return undefined
    }
  }

  #view(head: BlockHead): BlockView {
    const row = this.#block.get(head.first)
    const columns = row?.['columns']
    const body = row?.['body']
    if (!(columns instanceof Uint8Array) || !(body instanceof Uint8Array))
      throw new BlockDamage('it is empty')
    return lazyView(head.count, columns, body)
  }
}

/** Sequence of the newest event; 0 when there is none. */
export function newestSequence(db: DatabaseSync): number {
  const row = db.prepare('SELECT first + count - 1 AS last FROM blocks ORDER BY first DESC LIMIT 1').get()
  return Number(row?.['last'] ?? 0)
}

/** A block cannot be read; the others can. */
export class BlockDamage extends Error {}

export function lazyView(count: number, packedColumns: Uint8Array, body: Uint8Array): BlockView {
  const columns = guarded(() => decodeColumns(packedColumns))
  if (columns.kind.length !== count) throw new BlockDamage('it has another number of rows')
  let text: Buffer | undefined
  let folded: Buffer | undefined
  let starts: Uint32Array | undefined
  const view: BlockView = {
    columns,
    count,
    text: () => (text ??= guarded(() => unpackText(body))),
    folded: () => (folded ??= foldCase(view.text())),
    starts: () => (starts ??= guarded(() => rowStarts(view.text(), count))),
  }
  return view
}

export function readRow(view: BlockView, row: number): Event {
  const starts = view.starts()
  const from = starts[row] ?? 0
  const to = (starts[row + 1] ?? 1) - 1
  return guarded(() => {
    const event = JSON.parse(view.text().toString('utf8', from, to)) as Partial<Event>
    if (typeof event.event !== 'object') throw new RangeError('a row is no event')
    return event as Event
  })
}

function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    throw new BlockDamage('it cannot be decoded', { cause: thrown })
  }
}

interface Marked {
  readonly block: BlockView
  /** 1 for each row that may be taken. */
  readonly marks: Uint8Array
}

function keepInRange(head: BlockHead, page: Page, { block, marks }: Marked): void {
  const { sinceUs, untilUs, above, below } = page
  if (head.first <= above) marks.fill(0, 0, Math.min(head.count, above - head.first + 1))
  if (head.first + head.count > below) marks.fill(0, Math.max(0, below - head.first))
  if (head.min_us >= sinceUs && head.max_us < untilUs) return
  const { timeUs } = block.columns
  for (let row = 0; row < head.count; row++) {
    const us = timeUs[row] ?? 0
    if (us < sinceUs || us >= untilUs) marks[row] = 0
  }
}

function takeRows(head: BlockHead, page: Page, { block, marks }: Marked): number | undefined {
  const { predicate, take, order } = page
  for (let i = 0; i < head.count; i++) {
    const row = order === 'oldest' ? i : head.count - 1 - i
    if (marks[row] !== 1) continue
    let event: Event | undefined
    const read = (): Event => (event ??= readRow(block, row))
    if (predicate !== undefined && !predicate(read())) continue
    if (!take(head.first + row, read)) return head.first + row
  }
  return undefined
}
