// The operations of NTFS in its log, by number (names as in the drivers ntfs3 and ntfs-3g).

const names = [
  'Noop',
  'CompensationLogRecord',
  'InitializeFileRecordSegment',
  'DeallocateFileRecordSegment',
  'WriteEndOfFileRecordSegment',
  'CreateAttribute',
  'DeleteAttribute',
  'UpdateResidentValue',
  'UpdateNonresidentValue',
  'UpdateMappingPairs',
  'DeleteDirtyClusters',
  'SetNewAttributeSizes',
  'AddIndexEntryRoot',
  'DeleteIndexEntryRoot',
  'AddIndexEntryAllocation',
  'DeleteIndexEntryAllocation',
  'WriteEndOfIndexBuffer',
  'SetIndexEntryVcnRoot',
  'SetIndexEntryVcnAllocation',
  'UpdateFileNameRoot',
  'UpdateFileNameAllocation',
  'SetBitsInNonresidentBitMap',
  'ClearBitsInNonresidentBitMap',
  'HotFix',
  'EndTopLevelAction',
  'PrepareTransaction',
  'CommitTransaction',
  'ForgetTransaction',
  'OpenNonresidentAttribute',
  'OpenAttributeTableDump',
  'AttributeNamesDump',
  'DirtyPageTableDump',
  'TransactionTableDump',
  'UpdateRecordDataRoot',
  'UpdateRecordDataAllocation',
  'UpdateRelativeDataIndex',
  'UpdateRelativeDataAllocation',
  'ZeroEndOfFileRecord',
] as const

export type Operation = (typeof names)[number]

/** Undefined: no such operation is known. */
export function operationOf(code: number): Operation | undefined {
  return names[code]
}

/** Of one that is not known its number. */
export function operationName(code: number): string {
  return names[code] ?? `0x${code.toString(16)}`
}

/** On a record of $MFT; the target is told by its place in that file. */
const onRecords: ReadonlySet<string> = new Set<Operation>([
  'InitializeFileRecordSegment',
  'DeallocateFileRecordSegment',
  'WriteEndOfFileRecordSegment',
  'CreateAttribute',
  'DeleteAttribute',
  'UpdateResidentValue',
  'UpdateMappingPairs',
  'SetNewAttributeSizes',
  'AddIndexEntryRoot',
  'DeleteIndexEntryRoot',
  'SetIndexEntryVcnRoot',
  'UpdateFileNameRoot',
  'UpdateRecordDataRoot',
  'UpdateRelativeDataIndex',
  'ZeroEndOfFileRecord',
])

export function isOnRecord(operation: Operation | undefined): boolean {
  return operation !== undefined && onRecords.has(operation)
}
