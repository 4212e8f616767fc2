export { readSrum, type SrumRecord } from './srum.ts'
