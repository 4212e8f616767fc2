export { compileClamav } from './compile.ts'
export { createClamavDetector } from './detector.ts'
export { readClamav } from './read-clamav.ts'
