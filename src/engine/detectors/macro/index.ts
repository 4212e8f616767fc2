export { macroDetector } from './detector.ts'
