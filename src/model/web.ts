// A request that a web server logged, as rules and incidents see it. Texts are as they stand in the log after its own escapes
// are undone; they may hold anything.

export interface WebRequestSeen {
  /** Milliseconds since 1970 at which the request began; undefined where the log does not say. */
  readonly timeMs: number | undefined
  readonly client: string
  readonly method: string
  /** Path and query, still URL-encoded. */
  readonly target: string
  /** 0 where unknown. */
  readonly status: number
  /** Of the answer; -1 where unknown. */
  readonly bytes: number
  readonly referer: string
  readonly userAgent: string
  /** Virtual host; empty where the log does not say. */
  readonly host: string
  readonly user: string
  /** -1 where unknown. */
  readonly durationMs: number
}
