export type { CureChange, CureOutcome } from './cure.ts'
export type { Detection, Heuristic, Reason, ReasonCode, Verdict, VerdictStatus } from './verdict.ts'
export { isActionable, isDecisive } from './verdict.ts'
