// What the reports of haechi weblog are made from.

import {
  type ClassTally,
  type Outcome,
  outcomes,
  type WebIncident,
  type WeblogCounts,
} from '../../rules/weblog/index.ts'

export interface ReportData {
  readonly files: readonly { readonly file: string; readonly format: string }[]
  readonly failedFiles: number
  readonly counts: Readonly<WeblogCounts>
  /** The gravest first. */
  readonly incidents: readonly WebIncident[]
  readonly droppedIncidents: number
  readonly addresses: number
  readonly ms: number
  /** Document roots were given, so scripts were looked up. */
  readonly hasRoots: boolean
}

/** What the answer tells of an attack's success, for people. */
export const outcomeMeanings: Readonly<Record<Outcome, string>> = {
  failed: 'refused, or what was asked for is not there',
  attempted: 'nothing says either way',
  possible: 'answered as any request',
  likely:
    'an answer of a size that the path never had, a script that should not be there, a shell that ran, a login that got in',
}

export function ranked(incidents: readonly WebIncident[]): WebIncident[] {
  return incidents.toSorted(
    (a, b) =>
      outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome) ||
      b.confidence - a.confidence ||
      b.attacks - a.attacks ||
      a.id - b.id,
  )
}

/** The gravest class first. */
export function classesOf(incident: WebIncident): [string, ClassTally][] {
  return [...incident.classes].toSorted(
    ([, a], [, b]) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome) || b.count - a.count,
  )
}

/** Bytes of a log as text for people. */
export function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

/** `2026-11-22 10:00:00Z`, '' where no time is known. */
export function timeText(timeMs: number | undefined): string {
  return timeMs === undefined
    ? ''
    : isoOf(timeMs)
        .replace('T', ' ')
        .replace(/\.\d{3}Z$/, 'Z')
}

/** ISO 8601; '' for what is no time of ours. */
export function isoOf(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : ''
}
