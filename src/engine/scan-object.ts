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
  /** What its container says that it is written in. */
  readonly language?: Language
}

/** Languages of scripts and macros. `xlm`: Excel 4.0 macros and other formulas, one a line; `dde`: DDE links. */
export type Language =
  | 'autoit'
  | 'batch'
  | 'dde'
  | 'javascript'
  | 'jsp'
  | 'asp'
  | 'nsis'
  | 'perl'
  | 'php'
  | 'postscript'
  | 'powershell'
  | 'python'
  | 'shell'
  | 'vba'
  | 'vbscript'
  | 'xlm'

/** How many bytes `ScanObject.head` has at most. */
export const headBytes = 4096
