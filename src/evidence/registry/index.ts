// Registry hives (regf): keys, values, transaction logs, deleted cells. See FORMAT.md.

export { isHive, type LogSource, openHive, type RegistryHive } from './open.ts'
export { RegistryKey } from './key.ts'
export { RegistryValue } from './value.ts'
export { walk } from './walk.ts'
export { type DeletedKey, type DeletedValue, deletedIn } from './deleted.ts'
export { isPrimaryHead } from './open.ts'
