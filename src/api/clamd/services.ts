// What the clamd front asks of the daemon it stands in. The front knows the protocol, the daemon how to scan.

import type { Verdict } from '../../model/index.ts'

export type ScanTarget =
  /** Bytes of an absolute path in a latin1 string. `follow`: also when its last name is a symbolic link. */
  | { readonly kind: 'path'; readonly path: string; readonly follow: boolean }
  /** Stays open until the scan has ended, and is the caller's to close. */
  | { readonly kind: 'descriptor'; readonly fd: number }
  /** Given away: the caller cannot use them any more. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }

export interface ScanOrder {
  readonly target: ScanTarget
  /** What was asked for, as STATS shows it. */
  readonly label: string
  /** Go on after the first detection. */
  readonly allMatches: boolean
  /** When it is aborted before the scan has begun, the scan is `withdrawn`. */
  readonly signal: AbortSignal
}

export type Judged =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** The path could not be opened; `code` such as `ENOENT`. */
  | { readonly kind: 'unopened'; readonly code: string }
  /** Not a regular file (any more). */
  | { readonly kind: 'special' }
  | { readonly kind: 'withdrawn' }

export interface Workload {
  readonly threads: { readonly live: number; readonly idle: number; readonly most: number }
  readonly idleTimeoutMs: number
  /** How long each waiting order has waited. */
  readonly waitingMs: readonly number[]
  readonly running: readonly { readonly label: string; readonly ms: number }[]
}

export interface SignatureState {
  /** The engine's version, e.g. `0.1.0`. */
  readonly engine: string
  /** Changes with the loaded signatures: hexadecimal digits. */
  readonly database: string
  readonly loadedAt: Date
}

export interface ClamdServices {
  /** Never rejects because of what is scanned. */
  scan(order: ScanOrder): Promise<Judged>
  /** Loads the signatures again, soon. */
  reload(): void
  /** Ends the whole daemon, soon. */
  shutdown(): void
  signatures(): SignatureState
  workload(): Workload
  /** What an administrator should know. */
  notice(message: string): void
}
