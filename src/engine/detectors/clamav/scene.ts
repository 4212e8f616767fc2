// What the signatures of one target are matched against: the bytes of an object, or of its normalised form, what the
// matcher found in them, and what offsets refer to.

import type { Budget } from '../../limits.ts'
import type { HitList } from '../../matcher/hit-list.ts'
import type { Executable } from './executable-layout.ts'

export interface Scene {
  readonly bytes: Uint8Array
  readonly hits: HitList
  readonly budget: Budget
  /** The size that conditions on it see: of the object itself. */
  readonly fileSize: number
  /** Where offsets relative to the end count from; undefined: they are not known. */
  readonly end: number | undefined
  /** Undefined: not an executable, or one that cannot be read. */
  readonly executable: Executable | undefined
}
