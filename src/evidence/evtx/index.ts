// Windows event logs: records from files, from slack and from raw data; as JSON, as XML, as events.

export { carveEvtx, type CarveOptions } from './carve.ts'
export { type EvtxHeader, type EvtxOptions, readEvtx, readEvtxHeader } from './read-evtx.ts'
export { type LogInventory, logInventory } from './inventory.ts'
export { windowsEvent } from './events.ts'
export { EvtxRecord, type RecordOrigin } from './record.ts'
export { type EventRecord, renderedRecord } from './rendered.ts'
export { TemplateLibrary } from './template.ts'
export type { JsonObject } from './values.ts'
