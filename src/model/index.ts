export type { Detection, Heuristic, Reason, ReasonCode, Verdict, VerdictStatus } from './verdict.ts'
export { isDecisive } from './verdict.ts'
