export { disguiseDetector } from './detector.ts'
