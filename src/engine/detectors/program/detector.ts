import type { Detector } from '../detector.ts'
export const programDetector: Detector = { id: 'program', detect() {} }
