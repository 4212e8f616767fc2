// The arguments of a program from its EXECVE records (kernel: audit_log_execve_info). They may be spread over several
// records, and a long one over several pieces: `a1_len=9000 a1[0]="…" a1[1]="…"`; each piece is quoted or hexadecimal.

import { pathText } from '../../base/text.ts'
import { type AuditRecord, decodeBytes } from './audit-record.ts'

export interface AuditArguments {
  readonly args: readonly string[]
  /** Some are missing or cut: there were more than fit, or a record did not come. */
  readonly truncated: boolean
}

export interface ArgumentLimits {
  readonly maxArgs: number
  /** Of all arguments together. */
  readonly maxBytes: number
}

/** `records` are those of one event, in their order. */
export function auditArguments(records: readonly AuditRecord[], limits: ArgumentLimits): AuditArguments {
  const collected: string[] = []
  let bytes = 0
  let complete = true
  for (const record of records) {
    for (const piece of pieces(record.body)) {
      const value = decodeBytes(piece.value)
      // The pieces come in order. One for an argument before or beyond the next is a lie, or a record is missing.
      const known = piece.index < collected.length
      const follows = known ? piece.index === collected.length - 1 && piece.part > 0 : true
      if (!follows || piece.index > collected.length) complete = false
      if (!follows || piece.index >= limits.maxArgs || bytes >= limits.maxBytes) {
        complete = false
        continue
      }
      while (collected.length <= piece.index) collected.push('')
      const room = value.slice(0, limits.maxBytes - bytes)
      if (room.length < value.length) complete = false
      bytes += room.length
      collected[piece.index] += room
    }
  }
  const count = records[0]?.number('argc')
  return { args: collected.map(pathText), truncated: !complete || collected.length !== count }
}

interface Piece {
  readonly index: number
  /** 0 for a whole argument or the first piece of a long one. */
  readonly part: number
  readonly value: string
}

// Quoted values hold no quote, and neither kind holds a blank.
const field = /(?:^|\s)a(\d{1,9})(?:\[(\d{1,9})\])?=("[^"]*"|[^\s"]*)/g

function* pieces(body: string): Generator<Piece> {
  for (const [, index, part, value] of body.matchAll(field))
    yield { index: Number(index), part: Number(part ?? 0), value: value ?? '' }
}
