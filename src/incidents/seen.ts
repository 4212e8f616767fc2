// What a reader of events is given, and what it says.

import type { Event, WebRequestSeen } from '../model/index.ts'
import type { Found } from './detections.ts'
import type { GraphNode } from './state.ts'
import type { World } from './world.ts'

export interface Observed {
  readonly event: Event
  readonly detections: readonly Found[]
  readonly request: WebRequestSeen | undefined
  /** Milliseconds since 1970. */
  readonly ms: number
}

export interface Seen {
  /** Whose step it is: told when this one belongs to a story. */
  readonly actor: GraphNode | undefined
  readonly others: readonly GraphNode[]
  /** What a detection of it is about, the one that matters most first. Empty: the actor and the others. */
  readonly subjects: readonly GraphNode[]
  /** Told only when the actor belongs to a story already. */
  readonly isFleeting?: boolean
  /** Only the graph learns from it. */
  readonly isSilent?: boolean
}

export type Observer = (world: World, observed: Observed) => Seen
