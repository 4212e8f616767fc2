export type { CureChange, CureOutcome } from './cure.ts'
export type { Detection, Heuristic, Reason, ReasonCode, Verdict, VerdictStatus } from './verdict.ts'
export { isActionable, isDecisive } from './verdict.ts'
export {
  type ContainerInfo,
  type EndpointInfo,
  type Event,
  type EventCategory,
  type EventDataset,
  eventDatasets,
  type EventInfo,
  type EventType,
  type FileInfo,
  type HaechiInfo,
  type HashInfo,
  type ProcessInfo,
  type UserInfo,
} from './event.ts'
