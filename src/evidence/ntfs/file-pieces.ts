// All attributes of a file, from its base record and from those that its attribute list names.

import { readHeader } from '../ntfs-record.ts'
import { listedRecords } from './attribute-list.ts'
import { type AttributePiece, piecesOf } from './pieces.ts'
import type { Volume } from './stream.ts'
import type { FileRecord, MftTable } from './table.ts'

/** All attributes of the file whose base record this is. */
export function allPiecesOf(volume: Volume, table: MftTable, base: FileRecord): AttributePiece[] {
  const { pieces, isWhole } = piecesOf(base.bytes)
  let isComplete = isWhole
  for (const entry of listedRecords(volume, pieces)) {
    if (entry === base.entry) continue
    const record = table.record(entry)
    const header = record === undefined ? undefined : readHeader(record.bytes)
    if (record === undefined || header?.baseEntry !== base.entry || header.baseSequence !== base.sequence) {
      volume.notes.add(
        `record ${base.entry} has attributes in record ${entry}, which belongs to another file`,
      )
      continue
    }
    const more = piecesOf(record.bytes)
    isComplete &&= more.isWhole
    pieces.push(...more.pieces)
  }
  if (!isComplete) volume.notes.add(`record ${base.entry}: an attribute does not fit into its record`)
  return pieces
}
