export { currentFolders } from './folders.ts'
export { type SourceResult, update, type UpdateRequest } from './run.ts'
export { checkSources, type Source, sourceAddress } from './source.ts'
export type { Database, Member, Verifier } from './verifier.ts'
