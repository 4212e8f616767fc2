// What the thread of the rules tells and hears: store ↔ rules ↔ main. Everything is structured-cloneable.

import type { MessagePort } from 'node:worker_threads'

import type { Incident } from '../../model/index.ts'
import type { EventRow, Progress, StoredProgress, Stretch } from '../../store/index.ts'

export interface RuleSettings {
  /** Files and folders of Sigma rules. */
  readonly sigma: readonly string[]
  /** Ids, names or titles. */
  readonly disable: readonly string[]
  readonly leastLevel: string
  /** Addresses and networks of reverse proxies. */
  readonly trustedProxies: readonly string[]
}

export interface RulesStart {
  readonly settings: RuleSettings
  /** Events come from there, detections and incidents go there. */
  readonly store: MessagePort
}

/** On the port from the rules to the store. */
export type RulesAsk =
  | { readonly kind: 'progress' }
  /** Answered at once, or, when it `waits`, when there is something behind `after`, or it is woken. */
  | { readonly kind: 'next'; readonly after: number; readonly waits: boolean }
  | { readonly kind: 'commit'; readonly rows: readonly EventRow[]; readonly progress: Progress }

export type StoreAnswer = StoredProgress | StretchAnswer | 'committed'

export interface StretchAnswer {
  readonly stretch: Stretch
  /** Sequence of the newest event. */
  readonly newest: number
}

export type FromRulesToStore =
  | { readonly kind: 'ask'; readonly id: number; readonly ask: RulesAsk }
  /** Who waits for the next events is answered now. */
  | { readonly kind: 'wake' }

export type FromStoreToRules =
  | { readonly kind: 'reply'; readonly id: number; readonly result: StoreAnswer }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }

export interface IncidentChangeRequest {
  readonly change: 'close' | 'reopen' | 'merge' | 'split'
  readonly id: number
  /** Of a merge: what goes into it. */
  readonly other?: number
  /** Of a split: ids of the nodes between which the link is cut. */
  readonly from?: string
  readonly to?: string
  readonly why: string
}

export interface RulesReport {
  /** Sigma rules in use, and those that cannot run on this host. */
  readonly active: number
  readonly unused: number
  /** Files and rules that could not be read. */
  readonly problems: number
  /** Since the start. */
  readonly events: number
  readonly detections: number
  readonly openIncidents: number
  /** Stored events that have not been looked at. */
  readonly behind: number
  /** Processor time of the thread so far, milliseconds. */
  readonly cpuMs: number
}

export type RulesRequest =
  | { readonly kind: 'change'; readonly change: IncidentChangeRequest }
  | { readonly kind: 'status' }
  | { readonly kind: 'ping' }
  /** Reads the rule files again, those that `settings` names now. */
  | { readonly kind: 'reload'; readonly settings: RuleSettings }

export type RulesReply = Incident | RulesReport | 'pong' | 'reloaded'

export type ToRules =
  | { readonly kind: 'ask'; readonly id: number; readonly request: RulesRequest }
  | { readonly kind: 'stop' }

export type FromRules =
  | { readonly kind: 'started' }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly result: RulesReply }
  | {
      readonly kind: 'refused'
      readonly id: number
      readonly message: string
      readonly hint: string
      /** The request was wrong. */
      readonly isUsage: boolean
    }
  /** Those that changed, after they are stored. */
  | { readonly kind: 'incidents'; readonly incidents: readonly Incident[] }
  | { readonly kind: 'stopped' }
