// Facts about Portable Executables.

export { type Exports, readExports } from './exports.ts'
export type { OptionalHeader, Version } from './headers.ts'
export type { ImportedFunction, ImportedLibrary } from './imports.ts'
export { type PeLayout, peLayoutOf } from './layout.ts'
export { once } from './once.ts'
export { parsePe, type Pe } from './pe.ts'
export { resourceLeavesOf } from './resource-leaves.ts'
export type { Resource, ResourceId } from './resources.ts'
export type { RichHeader } from './rich-header.ts'
