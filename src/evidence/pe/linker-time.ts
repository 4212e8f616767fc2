// When the linker ran, and whether that number is a time at all: reproducible builds put a digest there, Delphi a constant,
// and whoever wants to deceive puts what he likes.

import type { DebugEntry } from './debug-directory.ts'

/** 1992-06-19 22:22:17: what Borland's linkers wrote for twenty years. */
const delphiStamp = 0x2a425e19
const oldest = Date.UTC(1993, 0, 1) / 1000
const dayS = 86_400

export interface LinkerTime {
  readonly stamp: string
  /** ISO 8601; absent where the number is no time. */
  readonly time?: string
  readonly kind: 'time' | 'zero' | 'reproducible' | 'constant' | 'impossible'
  /** One sentence where it is no time. */
  readonly text?: string
}

export function linkerTimeOf(stamp: number, debug: readonly DebugEntry[], nowMs: number): LinkerTime {
  const base = { stamp: `0x${stamp.toString(16).padStart(8, '0')}` }
  if (stamp === 0) return { ...base, kind: 'zero', text: 'none: the linker wrote no time' }
  if (debug.some(({ type }) => type === 'REPRO')) {
    return { ...base, kind: 'reproducible', text: 'no time but a digest of a reproducible build' }
  }
  if (stamp === delphiStamp)
    return { ...base, kind: 'constant', text: 'no time but the constant of Borland’s linkers' }
  if (stamp === 0xffffffff || stamp < oldest)
    return { ...base, kind: 'impossible', text: 'no time: before Windows NT' }
  if (stamp * 1000 > nowMs + dayS * 1000)
    return { ...base, kind: 'impossible', text: 'no time: in the future' }
  return { ...base, kind: 'time', time: new Date(stamp * 1000).toISOString().replace('.000Z', 'Z') }
}
