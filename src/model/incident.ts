// One attack as one story: what took part (nodes), why it belongs together (links), and what happened in which order (steps).
// Plain data: it is stored, exported and crosses threads as JSON.

import type { Event } from './event.ts'

/** As Sigma grades its rules. */
export const incidentLevels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type IncidentLevel = (typeof incidentLevels)[number]

export type NodeKind =
  | 'process'
  | 'file'
  /** A request that a web server logged. */
  | 'request'
  | 'address'
  /** A login session. */
  | 'session'
  | 'account'
  | 'service'
  /** Something that the host will run by itself. */
  | 'schedule'
  | 'container'

export interface IncidentNode {
  /** Unique in the incident and the same for the same thing in every incident, e.g. `process:BOOT:PID:START`, `file:/tmp/x`. */
  readonly id: string
  readonly kind: NodeKind
  /** A few words for people; may hold control characters of an attacker. */
  readonly label: string
  /** `member`: what belongs to it joins the incident. `context`: shown, but nothing joins by it, as the web server itself. */
  readonly role: 'member' | 'context'
  /** ISO 8601: of the first and last step that it took part in. */
  readonly first: string
  readonly last: string
  /** 0 to 100: of what was detected on it. */
  readonly score: number
  /** What is known of it, by the names of ECS: `process.command_line`, `file.hash.sha256`, `url.original` … */
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

export type LinkKind =
  /** Parent to child. */
  | 'started'
  /** Process to file. */
  | 'wrote'
  | 'changed'
  | 'deleted'
  /** File to the process that runs it, or that interprets it. */
  | 'ran'
  /** Address to request. */
  | 'sent'
  /** Request to the file that its path names. */
  | 'asked-for'
  /** Request to the file that the server wrote while it was served. */
  | 'uploaded'
  /** Request to the process that it made the server start. */
  | 'caused'
  /** Process to address. */
  | 'connected-to'
  /** Address to process. */
  | 'reached'
  /** Address to session, session to its processes. */
  | 'opened'
  /** Process or session to account. */
  | 'acted-as'
  /** File to the schedule or service that it defines. */
  | 'defines'
  /** Container to what is in it. */
  | 'holds'

export interface IncidentLink {
  readonly from: string
  readonly to: string
  readonly kind: LinkKind
  /** One sentence: why the two belong together. Never time alone. */
  readonly why: string
  readonly first: string
  /** event.sequence of what shows it; the first ones. */
  readonly sequences: readonly number[]
}

export interface IncidentStep {
  /** ISO 8601. */
  readonly time: string
  readonly lastTime?: string
  /** Of the event; 0 when it was not stored. Steps are unique by it. */
  readonly sequence: number
  /** Steps that say the same are one: how many. */
  readonly count: number
  /** One line for people; may hold control characters of an attacker. */
  readonly text: string
  /** event.severity, or that of the gravest detection on it: 1 to 99. */
  readonly severity: number
  /** Ids of the nodes that it is about; the actor first. */
  readonly nodes: readonly string[]
  /** Why it is in this incident. */
  readonly why: string
  readonly detections: readonly StepDetection[]
  /** The evidence. Left out of the least grave ones of a large incident. */
  readonly event?: Event
}

export interface StepDetection {
  readonly rule: string
  readonly name: string
  /** `sigma`, `weblog`, `engine`, or the sensor that told an alert. */
  readonly ruleset: string
  readonly severity: number
  /** MITRE ATT&CK ids. */
  readonly techniques: readonly string[]
  readonly why?: string
}

/** What the score is made of: each rule counts once. */
export interface IncidentBasis {
  readonly rule: string
  readonly ruleset: string
  readonly severity: number
  readonly techniques: readonly string[]
  /** It was only tried: refused, or nothing shows success. */
  readonly attempt?: true
  /** A package manager, or what it started, did it. */
  readonly maintenance?: true
  /** Of a web attack: its class and the surest finding, 0 to 100. */
  readonly web?: { readonly class: string; readonly confidence: number }
}

export const responseActions = [
  'collect',
  'kill-tree',
  'quarantine',
  'block-address',
  'isolate-host',
  'disable-account',
] as const
export type ResponseAction = (typeof responseActions)[number]

export interface SuggestedResponse {
  readonly action: ResponseAction
  /** process.entity_id, path, address, account name; empty for the host. */
  readonly target: string
  readonly why: string
}

/** What became of the incident as such, explained. */
export interface IncidentChange {
  readonly time: string
  readonly change: 'opened' | 'raised' | 'merged' | 'split' | 'closed' | 'reopened' | 'truncated'
  readonly why: string
  /** The other incident of a merge or a split. */
  readonly other?: number
}

export interface Incident {
  readonly version: 1
  /** Grows by one; never used twice on a host. */
  readonly id: number
  /** One line: what it is about. */
  readonly title: string
  readonly level: IncidentLevel
  /** 0 to 100. */
  readonly score: number
  readonly status: 'open' | 'closed' | 'merged'
  /** ISO 8601: of the first and last step. */
  readonly first: string
  readonly last: string
  readonly nodes: readonly IncidentNode[]
  readonly links: readonly IncidentLink[]
  /** In the order in which they happened. */
  readonly steps: readonly IncidentStep[]
  readonly accounts: readonly string[]
  readonly addresses: readonly string[]
  readonly containers: readonly string[]
  /** ATT&CK ids, in the order in which they were seen first. */
  readonly techniques: readonly string[]
  readonly suggestions: readonly SuggestedResponse[]
  readonly history: readonly IncidentChange[]
  /** What did not fit. */
  readonly omitted: { readonly nodes: number; readonly links: number; readonly steps: number }
  /** Of a merged one: where it went. */
  readonly into?: number
  /** The earlier incident that it goes on from, which had been silent for too long. */
  readonly continues?: number
  readonly basis?: readonly IncidentBasis[]
  /** How far the attack got, as far as is known; absent where nothing says. */
  readonly outcome?: 'possible' | 'likely' | 'confirmed'
  /** Pairs of node ids between which somebody cut: they never link again. */
  readonly cuts?: readonly { readonly from: string; readonly to: string }[]
}

/** What a list shows of an incident. */
export interface IncidentHead {
  readonly id: number
  readonly title: string
  readonly level: IncidentLevel
  readonly score: number
  readonly status: Incident['status']
  readonly first: string
  readonly last: string
  readonly steps: number
  readonly detections: number
  readonly accounts: readonly string[]
  readonly addresses: readonly string[]
  readonly techniques: readonly string[]
}
