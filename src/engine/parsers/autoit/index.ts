// What AutoIt compiles scripts to.

export { type AutoItEntry, isAutoIt, readAutoIt } from './archive.ts'
