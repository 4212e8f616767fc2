// The live agent for Windows. See agent.md.

export { startAgent } from './agent.ts'
export { inventory, inventoryParts } from './inventory.ts'
export type { FileScanner } from './pipeline.ts'
export { checkPrerequisites, type Prerequisite } from './prerequisites.ts'
export { SignatureChecker } from './signatures.ts'
