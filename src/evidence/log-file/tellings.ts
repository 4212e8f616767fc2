// Rows of attributes, values and records of the change journal, out of what an operation carries.

import { u16, u32 } from '../fields.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readUsnJournal, type UsnRecord } from '../usn-journal/index.ts'
import { attributeName, type Telling } from './change.ts'
import type { Placed } from './known-files.ts'
import type { LogOperation } from './operation.ts'
import { type CarriedAttribute, informationAt } from './parts.ts'

/** Where the log does not say that it is the journal, only what is a record from its first to its last byte. */
export function journalRecordsIn(bytes: Uint8Array): UsnRecord[] {
  const length = u32(bytes, 0)
  const [major, minor] = [u16(bytes, 4), u16(bytes, 6)]
  if (length < 60 || length > bytes.length || major < 2 || major > 4 || minor > 1) return []
  const notes = new Notes(1)
  const records = [...readUsnJournal(memorySource(bytes), notes)]
  return notes.kept.length > 0 ? [] : records
}

export function attributeTelling(
  change: 'attribute-created' | 'attribute-deleted',
  mftEntry: number,
  { placed, content }: CarriedAttribute,
): Telling {
  const field = change === 'attribute-created' ? 'contentAfter' : 'contentBefore'
  const isTold = placed.isResident && content.length > 0
  return {
    change,
    mftEntry,
    attribute: attributeName(placed.type),
    ...(placed.name === '' ? {} : { stream: placed.name }),
    ...(isTold ? { [field]: base64(content), contentOffset: 0 } : {}),
  }
}

export function valueTelling(
  { attributeOffset, redo, undo }: LogOperation,
  mftEntry: number,
  placed: Placed | undefined,
): Telling {
  const at = attributeOffset - (placed?.contentAt ?? informationAt)
  return {
    change: 'value-changed',
    mftEntry,
    ...(placed === undefined ? {} : { attribute: attributeName(placed.type) }),
    ...(placed === undefined || placed.name === '' ? {} : { stream: placed.name }),
    ...(undo.length === 0 ? {} : { contentBefore: base64(undo) }),
    ...(redo.length === 0 ? {} : { contentAfter: base64(redo) }),
    ...(at < 0 ? {} : { contentOffset: at }),
  }
}

const maxToldBytes = 4096

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, maxToldBytes)).toString('base64')
}
