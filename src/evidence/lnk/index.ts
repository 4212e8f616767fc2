export type { Droid } from './extra-data.ts'
export { type Lnk, readLnk } from './lnk.ts'
