// What is known of the place of a call.

import type { Argument } from './ast.ts'
import type { Machine } from './machine.ts'
import type { Value } from './value.ts'

export interface CallSite {
  readonly at: number
  readonly nodes: readonly Argument[]
  /** The value that named the function, where it was not written as a name. */
  readonly name: Value | undefined
}

export interface NamedSite extends CallSite {
  readonly called: string
}

/** What one of PHP's own functions does with its arguments, and what it returns. */
export type Effect = (machine: Machine, args: readonly Value[], site: NamedSite) => Value
