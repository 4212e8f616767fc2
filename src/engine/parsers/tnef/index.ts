export { compressedRtfDecoder } from './compressed-rtf.ts'
