export type { MftEntry } from './entry.ts'
export { readIndexBlocks } from './index-entries.ts'
export { readMft } from './mft.ts'
