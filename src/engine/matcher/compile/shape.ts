// What the tables are made of: a pattern is one or more shapes, each a fixed run of bytes with, perhaps, something
// of variable length before and after it.

import type { Tree } from '../regex/tree.ts'
import type { AtomPlace } from './atom.ts'
import type { Element } from './element.ts'

export interface Shape {
  readonly run: readonly Element[]
  /** In `run`. Without it the shape cannot be found by the first pass: `after` is searched everywhere. */
  readonly atom: AtomPlace | undefined
  /** Every byte of the run with the same key. */
  readonly xor?: { readonly least: number; readonly most: number }
  readonly before?: Tree
  readonly after?: Tree
  readonly wide: boolean
  readonly fullword: boolean
  readonly greedy: boolean
}

/** A pattern cut at its large gaps: the parts are found apart and joined afterwards. */
export interface Chain {
  readonly parts: readonly (readonly Shape[])[]
  /** Between part i and part i + 1; the larger may be Infinity. */
  readonly gaps: readonly { readonly least: number; readonly most: number }[]
  readonly greedy: boolean
}

/** What is asked about one pattern by all its users together; see PatternUse. */
export interface Use {
  profiles: number
  existence: boolean
  anchors: Set<number> | undefined
}

/** A shape and the number of its pattern. */
export interface Compiled {
  readonly pattern: number
  readonly shape: Shape
}

export interface CompiledChain {
  readonly pattern: number
  readonly chain: Chain
  /** The numbers of its parts. */
  readonly parts: readonly number[]
}
