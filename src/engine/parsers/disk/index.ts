// Virtual disks whose blocks lie anywhere in a file, as sources with random access.

export { type BlockMap, BlockSource, zeros } from './block-source.ts'
export { NumberTable } from './number-table.ts'
export { once } from './once.ts'
