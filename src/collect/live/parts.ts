// What the process that reads for a step hands over, piece by piece, and what it is asked.

import type { StepContext } from '../step.ts'

/** One piece of an answer. A pulse says only that the work goes on. */
export type Part =
  | { readonly kind: 'rows'; readonly name: string; readonly rows: readonly object[] }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'pulse' }

export type Parts = Generator<Part, void> | AsyncGenerator<Part, void>

export type Environment = NonNullable<StepContext['environment']>

export interface ProcessTask {
  readonly task: 'processes'
  readonly pids: readonly number[]
  readonly environment: Environment
  /** Larger executables are not hashed. */
  readonly maxFileBytes: number
}

/** The content of an executable, whole. */
export interface ContentTask {
  readonly task: 'content'
  readonly pid: number
  /** Start of the process, so that a number that was given away is not mistaken. */
  readonly startTicks: number
}

export interface MemoryTask {
  readonly task: 'memory'
  readonly pid: number
  readonly maxBytes: number
  /** Name of the item that has the bytes. */
  readonly item: string
}

export interface NetworkTask {
  readonly task: 'network'
  /** Path of the namespace; empty for our own. */
  readonly namespace: string
  /** Its inode. */
  readonly inode: number
}

export interface PlainTask {
  readonly task: 'listing' | 'namespaces' | 'hidden-ports' | 'kernel' | 'mounts' | 'deleted-files'
}

export type Task = ProcessTask | ContentTask | MemoryTask | NetworkTask | PlainTask

/** Parent to child. A pull asks for the next part of the task that runs. */
export type Request = { readonly kind: 'start'; readonly task: Task } | { readonly kind: 'pull' }

/** Child to parent: one for each pull. */
export type Answer = Part | { readonly kind: 'end' } | { readonly kind: 'fault'; readonly text: string }

export function rowsPart(name: string, rows: readonly object[]): Part {
  return { kind: 'rows', name, rows }
}

export function notePart(text: string): Part {
  return { kind: 'note', text }
}
