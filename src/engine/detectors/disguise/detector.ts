import type { Detector } from '../detector.ts'
export const disguiseDetector: Detector = { id: 'disguise', detect() {} }
