// Portable Executables: programs, libraries and drivers of Windows, as reports.

export type { Anomaly, AnomalyKind } from './anomalies.ts'
export { type FileHashes, hashesOf } from './hashes.ts'
export type { PeFunction, PeImport } from './imports.ts'
export { type PeReport, readPe } from './read-pe.ts'
export type { PeSection } from './sections.ts'
