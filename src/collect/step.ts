// What a step of a collection gives, and what it is told. Steps find things; the package (package/) writes them, hashes them,
// and holds the limits.

import type { FileSource } from '../evidence/source.ts'
import type { TreeFile } from '../evidence/tree.ts'

export const profiles = ['quick', 'full'] as const
export type Profile = (typeof profiles)[number]

/** A file as it is on the examined host. Stands in the package under `[root]` + its path. */
export interface FileItem {
  readonly kind: 'file'
  readonly file: TreeFile
  /** Volume of an image with several, e.g. `C`: stands before the path. */
  readonly volume?: string
  /** A named stream (NTFS) instead of the content. */
  readonly stream?: string
  /** Undefined: there is no content (a link, a device), or it is gone since it was found. Throws AppError. */
  open(): FileSource | undefined
}

/** What was read from the running system: objects of one kind, in the package as `live/NAME.jsonl`. */
export interface RowsItem {
  readonly kind: 'rows'
  /** Lower case with hyphens, e.g. `processes`; several items of one name become one file. */
  readonly name: string
  readonly rows: Iterable<object> | AsyncIterable<object>
}

/** Text or bytes made by the step, e.g. a bodyfile or the memory of a process; in the package as `live/NAME`. */
export interface BytesItem {
  readonly kind: 'bytes'
  readonly name: string
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export type CollectItem = FileItem | RowsItem | BytesItem

/** Of the running host, and of who asks. */
export interface HostContext {
  /** Pids under suspicion (of a finding or an incident): their memory may be taken. */
  readonly suspects: readonly number[]
  /** What the agent on this host has seen lately, oldest first, in batches; absent where none runs. */
  readonly events?: () => AsyncIterable<readonly object[]>
  /** Environment of processes: values of all variables, only of those that tell how a program runs (default), or nothing. */
  readonly environment?: 'none' | 'redacted' | 'whole'
}

export interface StepContext extends HostContext {
  readonly profile: Profile
  /** Stands for `/`; '' on the running host. Tests collect from a folder. */
  readonly root: string
  /** Something was asked for and could not be had; it goes into the case log. One sentence. */
  note(text: string): void
  /** Milliseconds until the step must have ended; a step looks at it between two things. Never negative. */
  leftMs(): number
  /** Largest file to be taken whole, in bytes. */
  readonly maxFileBytes: number
}

export interface CollectStep {
  /** E.g. `processes`. */
  readonly id: string
  /** What it collects, a line for people. */
  readonly title: string
  readonly profiles: readonly Profile[]
  /** Longest time by profile, in ms. */
  readonly maxMs: Readonly<Record<Profile, number>>
  /** Faults of single things are notes; what is thrown ends the step, not the collection. */
  collect(context: StepContext): AsyncIterable<CollectItem>
}
