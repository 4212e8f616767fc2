// What the daemon says of itself.

import type { GuardStatus } from './guard.ts'
import type { HostStatus } from './host.ts'

export interface DaemonStatus extends GuardStatus {
  /** Undefined where only files are guarded. */
  readonly host: HostStatus | undefined
}
