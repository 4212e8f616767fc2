export type { Detection, Reason, ReasonCode, Verdict, VerdictStatus } from './verdict.ts'
