// What the readers of this folder make of one line of an access log, whatever server wrote it.

/** One request line of an access log. Texts are bytes as latin1 strings, as they stand in the log after its own escapes (\xHH, \") are undone. */
export interface WebRequest {
  readonly timeMs: number | undefined
  /** Address as text: who connected, or behind trusted proxies who asked them. */
  readonly client: string
  /** What a proxy says of the client (X-Forwarded-For and its like), where the log has it. */
  readonly forwarded?: string
  readonly method: string
  /** Path and query, raw (still URL-encoded). */
  readonly target: string
  readonly protocol: string
  /** 0 where unknown. */
  readonly status: number
  /** -1 where unknown. */
  readonly bytes: number
  readonly referer: string
  readonly userAgent: string
  readonly host: string
  readonly user: string
  /** -1 where unknown. */
  readonly durationMs: number
  readonly cookie?: string
  /** Where a JSON log has it. */
  readonly body?: string
}
