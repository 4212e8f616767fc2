// One thing to judge: the scanned file itself or a member of a container.

import type { ByteSource } from './source/byte-source.ts'

export interface ScanObject {
  /** Names from the scanned file to this object, this one last. */
  readonly chain: readonly string[]
  /** 0 for the scanned file. */
  readonly depth: number
  readonly source: ByteSource
  /** The first bytes (at most 4,096), copied: stays valid during the whole visit. */
  readonly head: Uint8Array
}

/** How many bytes `ScanObject.head` has at most. */
export const headBytes = 4096
