// Sigma: the world's rules over our events, and over records read from files.

export { chooseRules } from './choose-rules.ts'
export type { SigmaDetection } from './detection.ts'
export type { RuleExplanation, TestExplanation } from './explain.ts'
export { readDocuments, type RuleDocument } from './read/documents.ts'
export { readRules } from './read/read-rules.ts'
export type { Meter } from './match/rule-index.ts'
export type { RuleHead, RuleProblem, RuleSet } from './rule.ts'
export { type RuleCost, RuleMeter } from './rule-meter.ts'
export { createSigma, type Sigma } from './sigma.ts'
export { type SigmaRecord, windowsRecord } from './windows-record.ts'
