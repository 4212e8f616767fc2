export { createIncidents, type IncidentEngine } from './incidents.ts'
export type { IncidentOptions } from './options.ts'
