// Process creation events of the Security log (4688) with everything that Sysmon's event 1 has. See FORMAT.md.

export {
  type FlatRecord,
  type ImageFacts,
  ProcessCreations,
  type ProcessLookup,
} from './process-creations.ts'
export { enrichedEvent } from './event.ts'
export { type KnownProcess, ProcessTree } from './process-tree.ts'
