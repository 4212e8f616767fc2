export { type Item, itemPath } from './item.ts'
export { type Listed, Quarantine } from './quarantine.ts'
export type { RestoreOptions } from './restore.ts'
