// What an output is: takes events as they are stored and gives them to somebody else, without ever waiting.

/** A stored event. */
export interface OutputRow {
  /** Without the sequence. */
  readonly json: string
  readonly sequence: number
}

export interface OutputStatus {
  readonly id: string
  readonly written: number
  /** Events that it could not take: its reader was too slow, or gone. */
  readonly lost: number
}

export interface Output {
  write(rows: readonly OutputRow[]): void
  status(): OutputStatus
  /** Resolves when what was taken is written, or a short time is over. */
  close(): Promise<void>
}

export interface OutputSettings {
  /** Path; empty for none. */
  readonly jsonl: string
  readonly ocsf: string
  /** URL; empty for none. */
  readonly syslog: string
  readonly syslogFormat: 'cef' | 'json'
  /** Events below it are not given to any output. */
  readonly leastSeverity: number
}

/** Who writes: on every event that leaves the host. */
export interface Origin {
  readonly hostId: string
  readonly hostName: string
  readonly bootId: string
  readonly version: string
}
