// What the threads of the gate tell each other. Everything is structured-cloneable.

import type { SharedEngine } from '../engine/index.ts'
import type { Verdict } from '../model/index.ts'
import type { GateSettings, Place } from './settings.ts'
import type { Kind } from './shared-state.ts'

export type GateDecision = 'allow' | 'deny'

/** One file that was judged (or not in time), as a worker or the guardian reports it. */
export interface DecisionRecord {
  readonly type: 'decision'
  readonly kind: Kind
  /** Bytes in a latin1 string. */
  readonly path: string
  readonly verdict: Pick<Verdict, 'status' | 'detections' | 'reasons' | 'size'>
  readonly decision: GateDecision
  readonly pid: number
  readonly uid: number
  readonly process: string
  readonly commandLine: string
  /** Number of the engine instance, from 0; -1 for the guardian. */
  readonly instance: number
  /** From reading the event to the answer (or to the verdict, where nobody waits). */
  readonly us: number
  /** Identity of the file, for a response that must not hit another one. */
  readonly device: number
  readonly inodeLow: number
  readonly inodeHigh: number
}

export type WorkerMessage =
  | { readonly type: 'started'; readonly worker: number }
  | DecisionRecord
  /** Raw records of the group that reports moved and linked files. */
  | { readonly type: 'moves'; readonly records: Uint8Array }
  | { readonly type: 'fault'; readonly worker: number; readonly message: string }
  /** A worker ended while it had this file; a question about it has been answered by policy. */
  | {
      readonly type: 'crashed'
      /** Bytes in a latin1 string. */
      readonly path: string
      readonly pid: number
      readonly kind: Kind
      readonly worker: number
      readonly ms: number
    }

export type GuardianMessage =
  | { readonly type: 'guardian-started' }
  /** A deadline passed and was answered by policy. */
  | {
      readonly type: 'expired'
      /** Bytes in a latin1 string. */
      readonly path: string
      readonly pid: number
      readonly kind: Kind
      readonly worker: number
      readonly decision: GateDecision
      readonly ms: number
    }
  /** A worker gives no sign of life. */
  | { readonly type: 'stuck'; readonly worker: number }
  /** All workers are busy: one more is needed. */
  | { readonly type: 'crowded' }

/** To workers, after `Control.configuration` grew. */
export type ControlMessage =
  | { readonly type: 'engine'; readonly engine: SharedEngine; readonly generation: number }
  | { readonly type: 'places'; readonly places: readonly Place[] }
  /** To one worker after a busy time: give back what it left behind. */
  | { readonly type: 'rest' }
  /** To a spare that is no longer needed. */
  | { readonly type: 'retire' }

export interface SharedBuffers {
  readonly control: SharedArrayBuffer
  readonly slots: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  readonly verdicts: SharedArrayBuffer
}

/** Descriptors; threads of one process share them. */
export interface Descriptors {
  /** Asks before a file in the marked file systems is opened. */
  readonly questions: number
  /** Asks before a known-bad file is opened under whatever name. */
  readonly knownBad: number
  /** Tells when a written file was closed. */
  readonly written: number
  /** Tells when something was moved or linked. */
  readonly moved: number
  /** eventfd: the gate ends, or there is a message. */
  readonly attention: number
  /** eventfd: the queue has something. */
  readonly queued: number
}

export interface WorkerStart {
  readonly worker: number
  readonly buffers: SharedBuffers
  readonly descriptors: Descriptors
  readonly engine: SharedEngine
  readonly generation: number
  readonly settings: GateSettings
  /** Only answers quickly: never takes a long scan. */
  readonly spare: boolean
}

export interface GuardianStart {
  readonly buffers: SharedBuffers
  readonly descriptors: Pick<Descriptors, 'questions' | 'knownBad'>
  readonly settings: GateSettings
}
