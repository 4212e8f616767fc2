// What the clamd front is told by the configuration.

/** What is answered when nothing was found but not everything could be read. */
export type PartialAnswer = 'error' | 'found' | 'ok'

export interface ClamdSettings {
  readonly onPartial: PartialAnswer
  /** Largest stream of INSTREAM, in bytes. */
  readonly streamMaxBytes: number
  /** Until the first command is complete. */
  readonly commandReadTimeoutMs: number
  /** Between two pieces of a stream, or two commands of a session. */
  readonly readTimeoutMs: number
  /** Clients served at the same time. */
  readonly maxConnections: number
  /** Clients that may wait for their turn; more are turned away. */
  readonly maxQueue: number
  /** Files of one MULTISCAN that are scanned at the same time. */
  readonly parallel: number
  readonly maxDirectoryRecursion: number
  /** Follow a symbolic link that the client names itself; links inside directories never are. */
  readonly followSymlinks: boolean
  readonly allowReload: boolean
  readonly allowShutdown: boolean
}
