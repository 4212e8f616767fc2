// Sigma: the world's rules over our events, and over records read from files.

export type { CorrelatedHit, CorrelationFinding, SigmaDetection } from './detection.ts'
export type { RuleExplanation, TestExplanation, ViewExplanation } from './explain.ts'
export { readRules, type ReadOptions } from './read/read-rules.ts'
export type { RuleText } from './read/documents.ts'
export type { LogSource, RuleProblem, RuleSet, SigmaLevel } from './rule.ts'
export { createSigma, type Sigma } from './sigma.ts'
export type { RuleSupport } from './support.ts'
export { type LoggedRequest, webRecord } from './web-record.ts'
export { type SigmaRecord, windowsRecord } from './windows-record.ts'
