export type { CureChange, CureOutcome } from './cure.ts'
export type { Detection, Heuristic, Reason, ReasonCode, Verdict, VerdictStatus } from './verdict.ts'
export { isActionable, isDecisive } from './verdict.ts'
export {
  type ContainerInfo,
  type DetectionInfo,
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
  type WebAttackInfo,
} from './event.ts'
export {
  type Incident,
  type IncidentBasis,
  type IncidentChange,
  type IncidentHead,
  type IncidentLevel,
  incidentLevels,
  type IncidentLink,
  type IncidentNode,
  type IncidentStep,
  type LinkKind,
  type NodeKind,
  type ResponseAction,
  responseActions,
  type StepDetection,
  type SuggestedResponse,
} from './incident.ts'
export type { WebRequestSeen } from './web.ts'
