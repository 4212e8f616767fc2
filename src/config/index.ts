export { type Config, defaultConfig, limitsOf, type ScanLimits } from './config.ts'
export { loadConfig } from './load.ts'
export type { Place } from './options.ts'
export { formatDuration, formatSize } from './units.ts'
