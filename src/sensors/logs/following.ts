// What everybody who follows a log speaks of.

export type FileAction = 'log-rotated' | 'log-truncated' | 'log-cleared' | 'log-deleted' | 'log-replaced'

export interface FollowerTimes {
  /** How often is looked at what may have moved without an event. */
  readonly lookMs: number
  /** A content that is over is let go when nothing was written to it for so long. */
  readonly quietMs: number
  /** How long the copy of a content is searched before it is given up. */
  readonly graceMs: number
}

export const usualTimes: FollowerTimes = { lookMs: 1000, quietMs: 60_000, graceMs: 1500 }
