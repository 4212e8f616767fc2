// Whether bytes that no format explains hold anything: zeros are padding of sectors, tapes and records.

import type { Budget } from '../limits.ts'
import { type ByteSource, chunksOf } from './byte-source.ts'

export function isAllZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

export interface PaddingOptions {
  /** Its clock is looked at; a LimitReached passes. */
  readonly budget?: Budget
  /** The largest byte that is padding; 0 when not told. */
  readonly largest?: number
}

/** Whether there is more than padding; an empty source has nothing. */
export function hasContent(source: ByteSource, { budget, largest = 0 }: PaddingOptions = {}): boolean {
  for (const chunk of chunksOf(source)) {
    budget?.checkTime()
    for (let at = 0; at < chunk.length; at++) if ((chunk[at] ?? 0) > largest) return true
  }
  return false
}
