// What a Guard drives.

import type { Engine } from '../engine/index.ts'
import type { GateStatus, Remembered } from '../gate/index.ts'

/** What watches: the gate, or for a user without the right to it the observer. */
export interface Watch {
  status(): GateStatus
  /** What is remembered about a file; path as bytes in a latin1 string. */
  remembered(path: string): Remembered
  reload(engine: Pick<Engine, 'shared'>): void
  stop(): Promise<void>
}
