// Who is compared: nobody, auditd, Haechi, and both at once. One table, one contract.

import type { Bench } from './bench.ts'
import type { Load } from './spawner.ts'

export interface Observer {
  readonly id: 'nothing' | 'auditd' | 'haechi' | 'both'
  readonly title: string
  /** Resolves when it sees, and has finished what it does at its start. */
  start(bench: Bench): Promise<Watching>
}

/** What one daemon has from a load. */
export interface Delivered {
  /** Runs of the program that are there with all their arguments. */
  readonly execs: number
  /** What it says itself to have lost. */
  readonly lost: number
}

export interface Part {
  readonly name: string
  readonly ms: number
}

export interface Watching {
  /** Processor time of all its processes and of the kernel's thread that works for it, milliseconds. */
  cpuMs(): number
  /** Where it went, as finely as can be seen, milliseconds. */
  parts(): Promise<readonly Part[]>
  /** Bytes that it keeps of what it saw. */
  keptBytes(): Promise<number>
  /** Bytes that it handed to the disk. */
  writtenBytes(): number
  /** Asked when everything is measured: costs time. */
  delivered(load: Load, program: string): Promise<Delivered>
  stop(): Promise<void>
}

export const nothing: Observer = {
  id: 'nothing',
  title: 'nobody',
  start: async () => ({
    cpuMs: () => 0,
    parts: async () => [],
    keptBytes: async () => 0,
    writtenBytes: () => 0,
    delivered: async () => ({ execs: 0, lost: 0 }),
    stop: async () => undefined,
  }),
}
