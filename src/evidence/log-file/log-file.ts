// The log of NTFS ($LogFile): what happened on the volume in the last hours, operation by operation, as rows of what happened to
// which file (layout as in the Linux drivers ntfs3 and ntfs-3g).

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import type { LogFileChange } from './change.ts'
import { Interpreter } from './interpreter.ts'
import { OpenAttributes } from './open-attributes.ts'
import { checkpointIn, type LogOperation, operationIn } from './operation.ts'
import { LogPages } from './pages.ts'
import { readRecords, recordOf } from './records.ts'
import { readGeometry } from './restart.ts'

/** From the oldest; rows of a transaction come together, when it ends. */
export function* readLogFile(source: EvidenceSource, notes: Notes): Generator<LogFileChange> {
  const pages = pagesOf(source, notes)
  if (pages === undefined) return
  const open = new OpenAttributes()
  const interpreter = new Interpreter(open)
  interpreter.clusterBytes = loadCheckpoint(pages, open)
  for (const record of readRecords(pages, notes)) {
    if (record.isCheckpoint) {
      interpreter.clusterBytes = checkpointIn(record)?.clusterBytes ?? interpreter.clusterBytes
      continue
    }
    const operation = operationIn(record)
    if (operation === undefined) notes.add('an operation does not fit into its record', record.offset)
    else yield* interpreter.add(operation)
  }
  yield* interpreter.end()
}

/** Every operation as it stands in the log, from the oldest. */
export function* readLogOperations(source: EvidenceSource, notes: Notes): Generator<LogOperation> {
  const pages = pagesOf(source, notes)
  if (pages === undefined) return
  for (const record of readRecords(pages, notes)) {
    const operation = record.isCheckpoint ? undefined : operationIn(record)
    if (operation !== undefined) yield operation
  }
}

function pagesOf(source: EvidenceSource, notes: Notes): LogPages | undefined {
  const geometry = readGeometry(source, notes)
  return geometry === undefined ? undefined : new LogPages(source, geometry, notes)
}

/**
 * The table of open attributes of the last checkpoint: what the log's older part opened is often not in it any more. Returns the
 * size of clusters where it is told.
 */
function loadCheckpoint(pages: LogPages, open: OpenAttributes): number | undefined {
  const record = recordOf(pages, pages.geometry.checkpointLsn)
  const checkpoint = record?.isCheckpoint === true ? checkpointIn(record) : undefined
  if (checkpoint === undefined) return undefined
  const table = operationAt(pages, checkpoint.openAttributesLsn)
  if (table?.redoName === 'OpenAttributeTableDump') open.load(table.redo)
  const names = operationAt(pages, checkpoint.attributeNamesLsn)
  if (names?.redoName === 'AttributeNamesDump') open.nameAll(names.redo)
  return checkpoint.clusterBytes
}

function operationAt(pages: LogPages, lsn: bigint): LogOperation | undefined {
  const record = recordOf(pages, lsn)
  return record === undefined ? undefined : operationIn(record)
}
