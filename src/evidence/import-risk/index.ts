// What a program may do, by the functions that it imports: groups, combinations, a score with its reasons.

export { findHashedNames } from './api-hash.ts'
export { assessImports } from './assess.ts'
export type { ImportRisk, RiskFacts, RiskReason } from './facts.ts'
export { type ImportTable, loadImportTable } from './table.ts'
