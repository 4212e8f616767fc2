// What an analysis is asked for, and what it gives.

import type { Instance } from '../engine/index.ts'
import type { RootStore } from '../evidence/authenticode/index.ts'
import type { ImportTable } from '../evidence/import-risk/index.ts'
import type { Note, Notes } from '../evidence/note.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import type { Event, Incident, IncidentLevel } from '../model/index.ts'
import type { Sigma } from '../rules/sigma/index.ts'
import type { FindingGroup } from './findings/collector.ts'
import type { LogonRow } from './findings/logons.ts'
import type { ScanLimits } from './findings/scan.ts'
import type { LiveData } from './live-rows.ts'
import type { ArtefactRecord } from './record.ts'
import type { KindTable } from './tables.ts'
import type { TimelineFormat } from './timeline/formats.ts'
import type { TimelineRow } from './timeline/row.ts'

export interface AnalyseOptions {
  readonly trees: readonly EvidenceTree[]
  /** What was read from running hosts, of collected packages. */
  readonly live: readonly LiveData[]
  /** What could not be read of what the trees lie on. */
  readonly mediumNotes: readonly { readonly source: string; readonly notes: Notes }[]
  /** A folder that is there: everything is written below it. */
  readonly output: string
  readonly formats: readonly TimelineFormat[]
  /** Which rows the timeline has; artefacts and findings are whole. */
  readonly choice: TimelineChoice
  /** Every file of the $MFT with all its times; else what is deleted or looks forged. */
  readonly isFullMft: boolean
  readonly sigma: Sigma | undefined
  readonly scanner: { readonly instance: Instance; readonly limits: ScanLimits } | undefined
  readonly roots: RootStore
  readonly importTable: ImportTable
  readonly nowMs: number
  /** `stage`: a few words; `detail`: a path. */
  progress(stage: string, detail: string): void
}

export interface TimelineChoice {
  readonly sinceMs: number
  readonly untilMs: number
  /** Undefined: all. */
  readonly kinds: ReadonlySet<string> | undefined
  /** Records without an event are asked about as one: see `eventOfRecord`. */
  readonly fits: ((event: Event) => boolean) | undefined
}

export interface SourceSummary {
  readonly label: string
  readonly system: EvidenceTree['system']
  readonly files: number
}

export interface SourceNote extends Note {
  readonly source: string
}

export interface HostFact {
  readonly name: string
  readonly value: string
}

export interface Timeline {
  readonly total: number
  readonly first: string | undefined
  readonly last: string | undefined
  /** Rows by day (`2026-11-22`) and kind. */
  readonly days: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** A selection for people, in order: what findings are about, and what is told most by. */
  readonly rows: readonly TimelineRow[]
}

export interface Analysis {
  readonly sources: readonly SourceSummary[]
  readonly host: readonly HostFact[]
  readonly kinds: ReadonlyMap<string, KindTable>
  /** The gravest first. */
  readonly findings: readonly FindingGroup[]
  readonly findingCount: number
  readonly findingsByLevel: Readonly<Record<IncidentLevel, number>>
  readonly incidents: readonly Incident[]
  readonly logons: readonly LogonRow[]
  readonly timeline: Timeline
  readonly notes: readonly SourceNote[]
  readonly droppedNotes: number
  /** What was not looked at, and why: a sentence each. */
  readonly omissions: readonly string[]
  readonly artefacts: number
  readonly bytes: number
  readonly events: number
  readonly scanned: number
  readonly programs: number
  readonly ms: number
}

/** A record in the words in which events are filtered: below `hx.artefact` it stands as it is. */
export function eventOfRecord(record: ArtefactRecord): Event {
  const { kind, source, title, data, times } = record
  return {
    '@timestamp': times[0]?.time ?? new Date(0).toISOString(),
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action: times[0]?.is ?? 'record',
      dataset: 'hx.log',
      provider: kind,
    },
    message: title,
    file: { path: source },
    hx: { artefact: { kind, data } },
  }
}
