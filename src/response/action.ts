// What every response action is: first a plan, which changes nothing and says exactly what would be done, then the deed, then the
// way back. What the way back needs stands in the plan, so that it is written down before anything is done.

import type { ResponseAction } from '../model/index.ts'

/** Plain data of an action, as it is written down. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }
export type JsonObject = Readonly<Record<string, Json | undefined>>

/** What the host's configuration says. */
export interface ResponseSettings {
  readonly quarantineDirectory: string
  readonly blockForMs: number
  readonly isolateForMs: number
  /** Addresses and networks as text. */
  readonly managementAddresses: readonly string[]
  readonly managementPort: number
  readonly isolationAllow: readonly string[]
  readonly collection: CollectionSettings
}

/** How a collection is made that nobody watches. */
export interface CollectionSettings {
  /** Where packages go. */
  readonly folder: string
  readonly profile: 'quick' | 'full'
  readonly maxBytes: number
  readonly maxTimeMs: number
  /** Between the beginnings of two. */
  readonly spacingMs: number
  /** What must stay free on the file system of the folder. */
  readonly leastFreeBytes: number
  /** Recipients of age; none: not encrypted. */
  readonly encryptTo: readonly string[]
  /** Of the daemon, which is asked what it has seen lately. */
  readonly socket: string
}

export interface ActionContext {
  readonly settings: ResponseSettings
  /** The response's own id: names what must be unique. */
  readonly id: string
  /** Does what is refused otherwise. */
  readonly force: boolean
  /** How long, where that is asked; absent: as the settings say. */
  readonly forMs?: number | 'forever'
  /** disable-account: processes and sessions too. */
  readonly endSessions: boolean
  /** disable-account: ssh keys too. */
  readonly keys: boolean
  /** What the quarantine says of why it has a file. */
  readonly reason: string
}

export interface Plan {
  readonly action: ResponseAction
  /** As it is written everywhere, e.g. an address in its one form. */
  readonly target: string
  /** One line each, for people. */
  readonly steps: readonly string[]
  readonly warnings: readonly string[]
  readonly isReversible: boolean
  /** ISO 8601: when it ends by itself. */
  readonly expires?: string
  /** What it touches besides its target, for exemptions. */
  readonly touches: Touched
  /** What `apply` and `undo` need. */
  readonly data: JsonObject
}

export interface Touched {
  /** Names. */
  readonly accounts?: readonly string[]
  readonly paths?: readonly string[]
  /** Units of systemd. */
  readonly units?: readonly string[]
}

export interface StepResult {
  /** One line for people: what was done, or not. */
  readonly text: string
  readonly ok: boolean
}

export interface Applied {
  /** Of what the plan said, in order. `false` in one of them makes the outcome a failure. */
  readonly results: readonly StepResult[]
  /** The plan's data with what became known. */
  readonly data: JsonObject
}

/** Something that was done, as the audit log has it. */
export interface Done {
  readonly target: string
  readonly data: JsonObject
  /** ISO 8601: when it began. */
  readonly time: string
  readonly expires?: string
}

export interface Action {
  /** Changes nothing. Throws AppError with a hint when it refuses. */
  plan(target: string, context: ActionContext): Promise<Plan>
  /** Throws AppError when nothing was done. */
  apply(plan: Plan, context: ActionContext): Promise<Applied>
  /** Throws AppError when it cannot be undone. */
  undo(done: Done, context: ActionContext): Promise<readonly StepResult[]>
  /** For what lives in the kernel only: whether it still holds there, and puts it back. */
  readonly afterBoot?: {
    holds(done: Done): Promise<boolean>
    putBack(done: Done, context: ActionContext): Promise<readonly StepResult[]>
  }
}
