// What a condition is asked about: one object, what the matcher found in it, and everything a rule may refer to.

import type { Budget } from '../../../limits.ts'
import type { Hits } from '../../../matcher/hits.ts'
import type { ModuleContext } from '../modules/module.ts'

export interface Scene {
  /** The whole object. */
  readonly bytes: Uint8Array
  readonly hits: Hits
  readonly budget: Budget
  /** The value of an external variable, as its ScalarType says. */
  external(name: string): unknown
  /** A module's structure for this object, opened once; undefined where the module has nothing to say. */
  module(name: string): object | undefined
  readonly context: ModuleContext
  /** Whether the rule with this number in the compiled list matches. */
  rule(index: number): boolean
  /** The offset of the entry point of an executable. */
  entrypoint(): number | undefined
}
