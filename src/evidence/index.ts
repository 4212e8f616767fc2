// Offline artefacts → records: what a library user gets. Each folder has its FORMAT.md.

export * from './accounts/index.ts'
export * from './authenticode/index.ts'
export * from './autoruns/index.ts'
export * from './browser-history/index.ts'
export * from './devices/index.ts'
export * from './ese/index.ts'
export * from './evtx/index.ts'
export * from './hosts-file/index.ts'
export * from './import-risk/index.ts'
export * from './journal/index.ts'
export * from './jump-lists/index.ts'
export * from './lnk/index.ts'
export * from './log-file/index.ts'
export * from './mft/index.ts'
export * from './network-history/index.ts'
export { mftOfVolume } from './ntfs/index.ts'
export * from './pe/index.ts'
export * from './powershell-history/index.ts'
export * from './prefetch/index.ts'
export * from './process-creation/index.ts'
export * from './recycle-bin/index.ts'
export * from './registry/index.ts'
export * from './run-history/index.ts'
export * from './services/index.ts'
export * from './srum/index.ts'
export * from './strings/index.ts'
export * from './system-facts/index.ts'
export * from './tasks/index.ts'
export * from './thumbcache/index.ts'
export * from './usn-journal/index.ts'
export * from './web-cache/index.ts'
export * from './wmi/index.ts'
export * from './zone-identifier/index.ts'
export type {
  EseColumn,
  EseColumnType,
  EseDatabase,
  EseHeader,
  EseScalar,
  EseState,
  EseTable,
  EseValue,
} from './ese-database.ts'
export { oleTime, ticksTime } from './ese-database.ts'
export type { Hive, HiveKey, HiveValue } from './hive.ts'
export { imageFactsOf } from './image-facts.ts'
export { type Note, Notes } from './note.ts'
export { openFolderTree } from './folder-tree.ts'
export { type OpenTrees, openTrees } from './open-trees.ts'
export { type EvidenceSource, type FileSource, memorySource, openFileSource, partOf } from './source.ts'
