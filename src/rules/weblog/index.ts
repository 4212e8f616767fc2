export { outcomes, type Outcome, type WebFinding } from './finding.ts'
export type { ClassTally, Sample, WebIncident } from './incidents.ts'
export {
  createWeblog,
  type LineResult,
  type Weblog,
  type WeblogCounts,
  type WeblogOptions,
} from './weblog.ts'
