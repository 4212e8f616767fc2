export { webshellDetector } from './detector.ts'
