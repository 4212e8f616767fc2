export { type Lnk, parseLnk } from './lnk.ts'
export type { ShellItem } from './shell-item.ts'
