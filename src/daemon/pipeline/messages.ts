// What the threads of the pipeline tell each other: sensors → store, both ↔ main. Everything is structured-cloneable.

import type { MessagePort } from 'node:worker_threads'

import type { Event, Incident, IncidentHead } from '../../model/index.ts'
import type { Loss, SensorId, SensorStatus } from '../../sensors/sensor.ts'
import type { EventQuery, EventRow, IncidentQuery, QueryResult, StoreStats } from '../../store/index.ts'
import type { OutputSettings } from '../../outputs/index.ts'
import type { LedgerEntry } from './ledger.ts'

export interface SensorsStart {
  readonly sensors: readonly SensorId[]
  readonly stateFolder: string
  readonly bootId: string
  /** Rows go here; acknowledgements come back. */
  readonly store: MessagePort
  /** Rows on their way to the store: beyond this they are dropped and counted. */
  readonly maxQueuedRows: number
  /** False: executables get no verdict. */
  readonly judgeExecutables: boolean
}

/** An executable that was started for the first time. */
export interface ExecutableRequest {
  /** Device, inode, ctime and size: what was running then. */
  readonly key: string
  readonly pid: number
  readonly path: string
}

export interface ExecutableFacts {
  readonly key: string
  /** Absent: gone or changed before it could be read. */
  readonly sha256?: string
  readonly verdict?: { readonly status: string; readonly names: readonly string[] }
}

export type ToSensors =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'executables'; readonly facts: readonly ExecutableFacts[] }
  | { readonly kind: 'status'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'stop' }

export interface SensorReport {
  readonly id: SensorId
  /** Why it does not stand; undefined when it does. */
  readonly fault: string | undefined
  readonly status: SensorStatus | undefined
}

export interface SensorsReport {
  readonly sensors: readonly SensorReport[]
  readonly ledger: readonly LedgerEntry[]
  /** Events handed to the store since the start. */
  readonly events: number
  /** Rows that the store has not confirmed. */
  readonly queued: number
  /** Processor time of the thread so far, milliseconds. */
  readonly cpuMs: number
}

export type FromSensors =
  | { readonly kind: 'started' }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'executables'; readonly requests: readonly ExecutableRequest[] }
  | { readonly kind: 'status'; readonly id: number; readonly report: SensorsReport }
  | { readonly kind: 'pong'; readonly id: number }
  | { readonly kind: 'stopped' }

export interface StoreStart {
  readonly folder: string
  readonly maxBytes: number
  readonly maxAgeMs: number
  readonly outputs: OutputSettings
  readonly sensors: MessagePort
  /** Undefined: no rules run. */
  readonly rules: MessagePort | undefined
}

export type StoreRequest =
  | { readonly kind: 'query'; readonly query: EventQuery; readonly waitMs: number }
  | { readonly kind: 'processes'; readonly timeUs: number }
  | { readonly kind: 'incidents'; readonly query: IncidentQuery }
  | { readonly kind: 'incident'; readonly id: number }
  | { readonly kind: 'stats' }
  | { readonly kind: 'ping' }

export interface StoreReport {
  readonly stats: StoreStats
  readonly outputs: readonly { readonly id: string; readonly written: number; readonly lost: number }[]
  readonly cpuMs: number
}

export interface IncidentList {
  readonly incidents: readonly IncidentHead[]
}

/** Without one when there is none with that number. */
export interface OneIncident {
  readonly incident: Incident | undefined
}

export type StoreReply = QueryResult | readonly Event[] | StoreReport | IncidentList | OneIncident | 'pong'

export type ToStore =
  | { readonly kind: 'ask'; readonly id: number; readonly request: StoreRequest }
  | { readonly kind: 'stop' }

export type FromStore =
  | { readonly kind: 'started' }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly result: StoreReply }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly hint: string }
  /** The sensors have ended, and everything of theirs is stored. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'stopped' }

/** On the port from the sensors to the store. */
export type RowsMessage =
  | { readonly kind: 'rows'; readonly rows: readonly EventRow[] }
  | { readonly kind: 'end' }

/** On the port back. */
export type RowsAnswer =
  | { readonly kind: 'stored'; readonly count: number }
  /** They could not be stored, or given to an output. */
  | { readonly kind: 'lost'; readonly loss: Loss; readonly count: number }
