export type { MachoFile } from './file.ts'
export { type Macho, parseMacho } from './macho.ts'
export { isImported, type MachoSymbol } from './symbols.ts'
