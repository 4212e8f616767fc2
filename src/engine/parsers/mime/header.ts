// The header block of a message or a body part (RFC 5322, 2.2): the fields that say where content lies and what it is.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { type LineEnds, lineAt } from './lines.ts'

/** What is kept of a block; everything else is passed over. */
const kept: ReadonlySet<string> = new Set([
  'content-description',
  'content-disposition',
  'content-encoding',
  'content-location',
  'content-transfer-encoding',
  'content-type',
  'subject',
])
const maxFields = 64
/** Of one field, unfolded. */
const longestField = 64 * 1024
// RFC 5322 allows no white space before the colon; programs accept it.
const fieldLine = /^([!-9;-~]{1,128})[ \t]{0,64}:(.*)$/s

export interface Header {
  /** Names in lower case, values unfolded, one character a byte. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Behind the empty line. */
  readonly bodyAt: number
}

export interface Text {
  readonly source: ByteSource
  readonly ends: LineEnds
  readonly budget: Budget
}

/** The block that begins at `start`. Lines that are no fields are passed over, as mail programs do. */
export function readHeader({ source, ends, budget }: Text, start: number, end: number): Header {
  const fields: [string, string][] = []
  let current: [string, string] | undefined
  let hasField = false
  let at = start
  for (let count = 0; ; count++) {
    if ((count & 0xff) === 0xff) budget.checkTime()
    const line = lineAt(source, at, end, ends)
    if (line === undefined) break
    if (line.text.trim() === '') {
      // A block without a single field is a body that lacks its empty line.
      return { fields, bodyAt: hasField || count === 0 ? line.next : start }
    }
    at = line.next
    const isFolded = line.text.startsWith(' ') || line.text.startsWith('\t')
    if (isFolded) {
      if (current !== undefined && current[1].length < longestField) current[1] += ` ${line.text.trim()}`
      continue
    }
    const match = fieldLine.exec(line.text)
    if (match === null) continue
    hasField = true
    current = undefined
    const name = (match[1] ?? '').toLowerCase()
    if (!kept.has(name) || fields.length >= maxFields) continue
    current = [name, (match[2] ?? '').trim()]
    fields.push(current)
  }
  return { fields, bodyAt: hasField ? at : start }
}

export function valuesOf({ fields }: Header, name: string): string[] {
  return fields.filter(([field]) => field === name).map(([, value]) => value)
}
