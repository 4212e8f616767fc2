export { decompressVba } from './decompress.ts'
export { findSource } from './find-source.ts'
export { readVbaProjects, type VbaModule, type VbaProject } from './project.ts'
