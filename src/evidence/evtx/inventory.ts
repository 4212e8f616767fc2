// What a log holds, and what it no longer holds: which numbers are missing, and whether time goes backwards.

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { readEvtx, readEvtxHeader } from './read-evtx.ts'
import type { EvtxRecord } from './record.ts'

export interface LogInventory {
  /** The channels of its records; a log has one, an exported one may have several. */
  readonly channels: readonly string[]
  readonly computers: readonly string[]
  readonly bytes: number
  readonly records: number
  readonly firstId?: number
  readonly lastId?: number
  /** ISO 8601: when the oldest and the newest record were written. */
  readonly first?: string
  readonly last?: string
  /** Numbers between the first and the last that no record has: chunks that were damaged, or records that somebody took out. */
  readonly gaps: readonly IdGap[]
  readonly missing: number
  /** Records that were written before the one in front of them, by more than a minute: the clock was changed. */
  readonly backwards: readonly ClockStep[]
  /** Its header says that it was not closed, or that it was full. */
  readonly isDirty: boolean
  readonly isFull: boolean
}

export interface IdGap {
  /** The last number before it, and the first behind. */
  readonly after: number
  readonly before: number
}

export interface ClockStep {
  readonly id: number
  readonly from: string
  readonly to: string
}

const maxNames = 32
const maxTold = 100
const maxRuns = 100_000
/** Writers on several processors are not exactly in order. */
const jitterMs = 60_000

/** Undefined when it is no event log. Chunks may stand in any order: the numbers of the records count. */
export function logInventory(source: EvidenceSource, notes: Notes): LogInventory | undefined {
  const header = readEvtxHeader(source, notes)
  if (header === undefined) return undefined
  const channels = new Set<string>()
  const computers = new Set<string>()
  const runs: Run[] = []
  const backwards: ClockStep[] = []
  let records = 0
  for (const record of readEvtx(source, { notes })) {
    records += 1
    addName(channels, record.system('channel'))
    addName(computers, record.system('computer'))
    const { id } = record
    const time = timeOf(record)
    const run = runs.at(-1)
    if (run !== undefined && id === run.lastId + 1) {
      tellStep(backwards, { id, from: run.newest, to: time })
      Object.assign(run, { lastId: id, newest: time })
      if (time < run.first) run.first = time
      if (time > run.last) run.last = time
    } else if (runs.length < maxRuns)
      runs.push({ firstId: id, lastId: id, oldest: time, newest: time, first: time, last: time })
    else notes.add(`its records are in no order: those behind ${run?.lastId ?? 0} are not counted`)
  }
  runs.sort((a, b) => a.firstId - b.firstId)
  const { gaps, missing } = gapsOf(runs, backwards)
  const lastId = runs.reduce((most, run) => Math.max(most, run.lastId), 0)
  const [oldest] = runs
  return {
    channels: [...channels],
    computers: [...computers],
    bytes: source.size,
    records,
    ...(oldest === undefined
      ? {}
      : {
          firstId: oldest.firstId,
          lastId,
          first: runs.reduce((least, { first }) => (first < least ? first : least), oldest.first),
          last: runs.reduce((most, { last }) => (last > most ? last : most), oldest.last),
        }),
    gaps,
    missing,
    backwards,
    isDirty: header.isDirty,
    isFull: header.isFull,
  }
}

/** Records whose numbers follow each other. */
interface Run {
  readonly firstId: number
  lastId: number
  /** Times of the first and the last of them, and the extremes of all. */
  readonly oldest: string
  newest: string
  first: string
  last: string
}

function gapsOf(
  runs: readonly Run[],
  backwards: ClockStep[],
): { readonly gaps: readonly IdGap[]; readonly missing: number } {
  const gaps: IdGap[] = []
  let missing = 0
  let before: Run | undefined
  for (const run of runs) {
    if (before !== undefined) {
      tellStep(backwards, { id: run.firstId, from: before.newest, to: run.oldest })
      if (run.firstId > before.lastId + 1) {
        missing += run.firstId - before.lastId - 1
        if (gaps.length < maxTold) gaps.push({ after: before.lastId, before: run.firstId })
      }
    }
    if (before === undefined || run.lastId > before.lastId) before = run
  }
  return { gaps, missing }
}

function tellStep(backwards: ClockStep[], step: ClockStep): void {
  const isBack = Date.parse(step.from) - Date.parse(step.to) > jitterMs
  if (isBack && backwards.length < maxTold) backwards.push(step)
}

/** When it was written; where an export has left that out, when it happened. */
function timeOf(record: EvtxRecord): string {
  const { writtenTime } = record
  return writtenTime.startsWith('1601-') ? record.time : writtenTime
}

function addName(names: Set<string>, value: unknown): void {
  if (typeof value === 'string' && names.size < maxNames) names.add(value)
}
