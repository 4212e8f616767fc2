// The sorted rows into their files; on the way what a report shows of them, and the events to the replay.

import { join } from 'node:path'

import type { Timeline } from '../analysis.ts'
import type { Spilled } from '../intake.ts'
import { LineFile } from '../line-file.ts'
import type { Replay } from '../story/replay.ts'
import { headOf, lineOf, type TimelineFormat, timelineFileNames } from './formats.ts'
import type { TimelineRow } from './row.ts'
import type { ExternalSorter } from './sorter.ts'

const maxDays = 40_000
const maxRows = 4000
/** In this order rows are given up when there are too many. */
const minor: Readonly<Record<string, number>> = {
  'file-times': 0,
  'usn-journal': 1,
  'log-file': 1,
  mft: 1,
  log: 2,
  'system-fact': 2,
  'event-log': 3,
}
const usualWeight = 4
const foundWeight = 9
const maxRules = 10_000
const mostOfRule = 40
/** Rows of one kind that are kept whatever there is of others. */
const mostOfKind = 1500

export interface TimelineTarget {
  readonly folder: string
  readonly formats: readonly TimelineFormat[]
  readonly replay: Replay
  progress(rows: number): void
}

export function writeTimeline(sorter: ExternalSorter, target: TimelineTarget): Timeline {
  const files = target.formats.map((format) => {
    const file = new LineFile(join(target.folder, timelineFileNames[format]))
    if (headOf(format) !== '') file.write(headOf(format))
    return { format, file }
  })
  const days = new Map<string, Map<string, number>>()
  const selection = new Selection()
  const seen = new Map<string, number>()
  let total = 0
  let first: string | undefined
  let last: string | undefined
  try {
    for (const { text } of sorter.sorted()) {
      const { row, event, login, found = [], isShown } = JSON.parse(text) as Spilled
      if (login !== undefined) target.replay.addLogin(login)
      if (event !== undefined) target.replay.add(event, found)
      if (!isShown) continue
      total += 1
      first ??= row.time
      last = row.time
      for (const { format, file } of files) file.write(lineOf(row, format))
      count(days, row)
      const isGrave = found.some(({ rule }) => isEarly(seen, rule.id)) || event?.event.kind === 'alert'
      selection.add(row, isGrave ? foundWeight : weightOf(row, event?.event.action))
      if (total % 10_000 === 0) target.progress(total)
    }
  } finally {
    for (const { file } of files) file[Symbol.dispose]()
  }
  return { total, first, last, days, rows: selection.rows() }
}

/** A rule that holds a thousand times is shown the first times. */
function isEarly(seen: Map<string, number>, rule: string): boolean {
  const before = seen.get(rule) ?? 0
  if (seen.size < maxRules || before > 0) seen.set(rule, before + 1)
  return before < mostOfRule
}

function weightOf({ kind }: TimelineRow, action: string | undefined): number {
  // Known events of a log stand before records of which nothing is known.
  return (
    (minor[kind] ?? usualWeight) + (action === undefined || action === 'line' || action === 'record' ? 0 : 1)
  )
}

function count(days: Map<string, Map<string, number>>, { time, kind }: TimelineRow): void {
  const day = time.slice(0, 10)
  let kinds = days.get(day)
  if (kinds === undefined) {
    if (days.size >= maxDays) return
    kinds = new Map()
    days.set(day, kinds)
  }
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
}

interface Kept {
  readonly row: TimelineRow
  readonly weight: number
  readonly order: number
}

/** Keeps the weightiest rows of each kind; among equals the latest. In order of time. */
class Selection {
  readonly #kinds = new Map<string, Kept[]>()
  #order = 0

  add(row: TimelineRow, weight: number): void {
    const kept = this.#kinds.get(row.kind) ?? []
    if (kept.length === 0) this.#kinds.set(row.kind, kept)
    kept.push({ row, weight, order: (this.#order += 1) })
    if (kept.length >= 4 * mostOfKind) shrink(kept, mostOfKind)
  }

  rows(): readonly TimelineRow[] {
    const all = [...this.#kinds.values()].flatMap((kept) => {
      shrink(kept, mostOfKind)
      return kept
    })
    shrink(all, maxRows)
    return all.toSorted((a, b) => a.order - b.order).map(({ row }) => row)
  }
}

function shrink(kept: Kept[], most: number): void {
  if (kept.length <= most) return
  kept.sort((a, b) => b.weight - a.weight || b.order - a.order)
  kept.length = most
}
