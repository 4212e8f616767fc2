// What every reader's records become: when, what kind of trace, where it lies, one line for people, and the record itself.

import type { LoginFact } from '../evidence/logins/index.ts'
import type { Event, IncidentLevel } from '../model/index.ts'

export interface RecordTime {
  /** ISO 8601, as fine as the artefact has it. Without `Z`: local time of the examined host. */
  readonly time: string
  /** What happened then, e.g. `modified`, `last run`. */
  readonly is: string
}

export interface ArtefactRecord {
  /** E.g. `prefetch`; also the name of the file that holds the records of this kind. */
  readonly kind: string
  /** Path in the examined tree, with its volume in front where there are several. */
  readonly source: string
  readonly times: readonly RecordTime[]
  /** May hold control characters of an attacker. */
  readonly title: string
  /** The reader's record, with its own names. */
  readonly data: object
  /** The same in the words of the sensors, where there is one: rules and incidents take it. */
  readonly event?: Event
  /** Of a record of a login: brought together with what logs say of it. */
  readonly login?: LoginFact
}

/** Where a record stands: the line, from 1, of `artefacts/KIND.jsonl`. */
export interface RecordPlace {
  readonly kind: string
  readonly line: number
}

export interface Finding {
  readonly level: IncidentLevel
  /** What was found, the same words for every finding of its rule. */
  readonly title: string
  /** On what: a path, a command, a name. */
  readonly what: string
  /** Why it matters, or what the rule says; one or two sentences. */
  readonly why: string
  /** `sigma`, `weblog`, `engine`, `program` (signature and imports), `trace` (what artefacts tell by themselves). */
  readonly by: 'sigma' | 'weblog' | 'engine' | 'program' | 'trace'
  /** Id of the rule; of `trace` the kind of anomaly. */
  readonly rule: string
  /** MITRE ATT&CK ids. */
  readonly techniques: readonly string[]
  readonly time?: string
  readonly source: string
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** A finding with its number and its evidence. */
export interface NumberedFinding extends Finding {
  readonly id: number
  readonly evidence?: RecordPlace
}

/** Pairs of a meaning and a time that may be absent. */
export function timesOf(
  ...pairs: readonly (readonly [is: string, time: string | undefined])[]
): RecordTime[] {
  return pairs.flatMap(([is, time]) => (time === undefined || time === '' ? [] : [{ time, is }]))
}
