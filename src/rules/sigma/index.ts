// Sigma: the world's rules over our events, and over records read from files.

export type { SigmaDetection } from './detection.ts'
export type { RuleExplanation, TestExplanation } from './explain.ts'
export type { RuleText } from './read/documents.ts'
export { readRules } from './read/read-rules.ts'
export type { RuleProblem, RuleSet } from './rule.ts'
export { createSigma, type Sigma } from './sigma.ts'
export { type SigmaRecord, windowsRecord } from './windows-record.ts'
