export { type JumpListEntry, readJumpList } from './jump-lists.ts'
