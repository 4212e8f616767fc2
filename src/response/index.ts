export { type Curer, cureFile } from './cure-file.ts'
export { deleteFile } from './delete-file.ts'
export { type Item, itemPath, type Listed, Quarantine, type RestoreOptions } from './quarantine/index.ts'
