export { programDetector } from './detector.ts'
