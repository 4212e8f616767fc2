// The turn of one source: what every kind of source is given, and what it gives back.

import type { HttpClient, Validators } from './http/client.ts'
import type { OnBytes } from './http/sink.ts'
import type { Databases, Installed } from './state/manifest.ts'
import type { NewVersion, Work } from './state/store.ts'
import type { Verifier } from './verifier.ts'

export interface Wishes {
  /** Look only; nothing is written. */
  readonly dryRun: boolean
  /** Get everything whole, also when it seems to be here already. */
  readonly force: boolean
  readonly allowDowngrade: boolean
}

export interface Bounds {
  /** Of one download. */
  readonly maxBytes: number
  /** Of everything that one container unpacks to. */
  readonly maxUnpackedBytes: number
  /** Versions that may be made up for by diffs. */
  readonly maxDiffs: number
}

export interface Job extends Wishes, Bounds {
  readonly client: HttpClient
  readonly verifier: Verifier
  /** The current version, and where it is. */
  readonly installed: Installed | undefined
  readonly folder: string
  /** Begins the work at the first call; never in a dry run. */
  readonly work: () => Work
  /** `what` is being loaded. */
  readonly onBytes: (what: string) => OnBytes
}

export type Outcome =
  /** What is here is current. `facts`: what was learned of it. */
  | {
      readonly kind: 'current'
      readonly facts?: Validators & { readonly databases: Databases }
      readonly problems: readonly string[]
    }
  /** The work's content is a new version. */
  | {
      readonly kind: 'new'
      readonly version: NewVersion
      readonly notes: readonly string[]
      readonly problems: readonly string[]
    }
  /** A dry run's answer: what there would be. */
  | { readonly kind: 'available'; readonly version: string; readonly problems: readonly string[] }
