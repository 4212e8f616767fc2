// What a Guard drives.

import type { Engine } from '../engine/index.ts'
import type { GateStatus } from '../gate/index.ts'

/** What watches: the gate, or for a user without the right to it the observer. */
export interface Watch {
  status(): GateStatus
  reload(engine: Engine): void
  stop(): Promise<void>
}
