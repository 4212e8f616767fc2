export { scriptDetector } from './detector.ts'
