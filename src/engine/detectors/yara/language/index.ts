// The front-end of the YARA language: from source bytes to checked rules.

export type { CheckedRule, CheckedString, CompileOptions, RuleProblem, RuleSource } from './checked-rule.ts'
export { checkRules } from './check-rules.ts'
