export { documentDetector } from './detector.ts'
