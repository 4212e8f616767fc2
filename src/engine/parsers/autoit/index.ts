// What AutoIt compiles scripts to.

export { isAutoIt, readAutoIt } from './archive.ts'
