export { eicarDetector } from './detector.ts'
