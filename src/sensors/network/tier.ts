// A way to see the network, one of several: the sensor takes the best that the host allows.

import type { Flow } from './flow.ts'

export interface NetworkTier {
  readonly id: string
  /** Resolves when it sees and has told what was there. Throws with the reason when it cannot stand. */
  start(): Promise<void>
  /** Takes what the kernel has queued; never waits. */
  tick(): void
  /** Tells again what is true now, in its own time. */
  resync(): void
  facts(): Record<string, number | string>
  /** TCP sockets of our own network namespace that listen, as this tier knows them. */
  listeners(): Iterable<Flow>
  stop(): void
}
