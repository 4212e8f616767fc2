// What the language's front-end hands on.

import type { Pattern } from '../../../matcher/pattern.ts'
import type { Node, ScalarType } from '../condition/node.ts'
import type { StructType } from '../modules/module.ts'

export interface RuleSource {
  /** The path as it is shown. */
  readonly name: string
  readonly text: Uint8Array
  /** Rules see the rules of their namespace that were declared before them. */
  readonly namespace: string
}

export interface CompileOptions {
  /** What `import` finds. */
  readonly modules: ReadonlyMap<string, StructType>
  /** External variables. */
  readonly externals: Readonly<Record<string, ScalarType>>
  /** Resolves an include relative to the including file; undefined: not found or not allowed. */
  readonly include?: (path: string, from: string) => { name: string; text: Uint8Array } | undefined
}

export interface RuleProblem {
  /** An error costs the rule it is in; a warning nothing. */
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly file: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
  /** The source line and below it a line with carets. */
  readonly excerpt: string
  readonly rule?: string
}

export interface CheckedString {
  /** With its `$`; anonymous ones are `$`. */
  readonly identifier: string
  readonly private: boolean
  readonly pattern: Pattern
  readonly line: number
}

export interface CheckedRule {
  readonly name: string
  readonly namespace: string
  readonly tags: readonly string[]
  /** Integers beyond 2^53 are decimal text. */
  readonly meta: readonly (readonly [string, string | number | boolean])[]
  readonly private: boolean
  readonly global: boolean
  readonly strings: readonly CheckedString[]
  readonly condition: Node
  readonly file: string
  readonly line: number
  /** Modules that the condition asks. */
  readonly modules: readonly string[]
}
