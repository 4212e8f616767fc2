// One row of the timeline, and the key by which rows sort.

import type { ArtefactRecord, RecordTime } from '../record.ts'

export interface TimelineRow {
  /** ISO 8601; without `Z` local time of the examined host. */
  readonly time: string
  /** What happened then. */
  readonly is: string
  readonly kind: string
  readonly source: string
  readonly title: string
  /** Line, from 1, of the record in `artefacts/KIND.jsonl`. */
  readonly line: number
}

const maxTitle = 1000

export function rowOf(record: ArtefactRecord, { time, is }: RecordTime, line: number): TimelineRow {
  const { kind, source, title } = record
  return {
    time,
    is,
    kind,
    source,
    title: title.length > maxTitle ? `${title.slice(0, maxTitle)}…` : title,
    line,
  }
}

const usual = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|$)/

/** Undefined for what is no time between the years 0000 and 9999. */
export function keyOf(time: string): string | undefined {
  const found = usual.exec(time)
  return found === null ? undefined : `${found[1]}.${(found[2] ?? '').padEnd(9, '0')}`
}

/** Milliseconds since 1970; local times as if they were UTC. */
export function msOf(time: string): number {
  return Date.parse(time.endsWith('Z') ? time : `${time}Z`)
}
