// What a record of the log says: what is to be done again, what is to be undone, and on what.

import { u16, u32, u64 } from '../fields.ts'
import { isOnRecord, type Operation, operationOf } from './operations.ts'
import type { LogRecord } from './records.ts'
import { lsnAt } from './restart.ts'

const fixedBytes = 32
const sectorBytes = 512
const usualRecordBytes = 1024
const nothing = new Uint8Array(0)

export interface LogOperation {
  readonly lsn: bigint
  readonly offset: number
  readonly transaction: number
  readonly redoCode: number
  readonly undoCode: number
  readonly redoName: Operation | undefined
  readonly undoName: Operation | undefined
  readonly redo: Uint8Array
  readonly undo: Uint8Array
  /** Place in the table of open attributes. */
  readonly target: number
  /** In the target's record: where the attribute or the index entry begins. */
  readonly recordOffset: number
  readonly attributeOffset: number
  readonly vcn: number
  /** Of the record in its cluster. */
  readonly byteInCluster: number
  /** Of the target's record; 0: not told. */
  readonly blockBytes: number
}

/** Undefined: it does not fit into its record. */
export function operationIn({ lsn, offset, transaction, data }: LogRecord): LogOperation | undefined {
  if (data.length < fixedBytes) return undefined
  const [redoCode, undoCode] = [u16(data, 0), u16(data, 2)]
  const redoName = operationOf(redoCode)
  // A table may be longer than its length can tell.
  const isTable = redoName === 'OpenAttributeTableDump' || redoName === 'AttributeNamesDump'
  const redo = part(data, u16(data, 4), isTable ? data.length - u16(data, 4) : u16(data, 6))
  const undo = part(data, u16(data, 8), u16(data, 10))
  if (redo === undefined || undo === undefined) return undefined
  return {
    lsn,
    offset,
    transaction,
    redoCode,
    undoCode,
    redoName,
    undoName: operationOf(undoCode),
    redo,
    undo,
    target: u16(data, 12),
    recordOffset: u16(data, 16),
    attributeOffset: u16(data, 18),
    byteInCluster: u16(data, 20) * sectorBytes,
    blockBytes: u16(data, 22) * sectorBytes,
    vcn: u64(data, 24),
  }
}

function part(data: Uint8Array, at: number, length: number): Uint8Array | undefined {
  if (length === 0) return nothing
  return length < 0 || at < fixedBytes || at + length > data.length
    ? undefined
    : data.subarray(at, at + length)
}

/** The record of $MFT that the operation is on. */
export function entryOf(operation: LogOperation, clusterBytes: number): number | undefined {
  const { redoName, undoName, vcn, byteInCluster, blockBytes } = operation
  if (!isOnRecord(redoName) && !isOnRecord(undoName)) return undefined
  const recordBytes = blockBytes === 0 ? usualRecordBytes : blockBytes
  const entry = (vcn * clusterBytes + byteInCluster) / recordBytes
  return Number.isInteger(entry) && entry < 2 ** 48 ? entry : undefined
}

interface Checkpoint {
  readonly openAttributesLsn: bigint
  readonly attributeNamesLsn: bigint
  /** From Windows 7 on. */
  readonly clusterBytes: number | undefined
}

/** What NTFS wrote at a checkpoint; undefined: cut off. */
export function checkpointIn({ data }: LogRecord): Checkpoint | undefined {
  if (data.length < 64) return undefined
  const clusterBytes = data.length >= 84 ? u32(data, 80) : 0
  const isSize = clusterBytes >= 512 && clusterBytes <= 2 ** 21 && (clusterBytes & (clusterBytes - 1)) === 0
  return {
    openAttributesLsn: lsnAt(data, 16),
    attributeNamesLsn: lsnAt(data, 24),
    clusterBytes: isSize ? clusterBytes : undefined,
  }
}
