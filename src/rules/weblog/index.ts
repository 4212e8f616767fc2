export type { AttackClass, AttackFinding } from './detector.ts'
export { outcomes, type Outcome, type WebFinding } from './finding.ts'
export type { ClassTally, Sample, WebIncident } from './incidents.ts'
export type { ErrorEntry } from './read/line-reader.ts'
export type { LogReader } from './read/log-reader.ts'
export type { WebRequest } from './request.ts'
export {
  createWeblog,
  type LineResult,
  type Weblog,
  type WeblogCounts,
  type WeblogOptions,
} from './weblog.ts'
