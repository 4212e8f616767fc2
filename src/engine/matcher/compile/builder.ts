// Collects patterns and compiles them: MatcherBuilder.add for each, then build() once. Equal patterns share a number.

import type { Pattern } from '../pattern.ts'
import { keyOf } from './key.ts'
import { packShapes } from './pack.ts'
import type { Compiled, CompiledChain, Use } from './shape.ts'
import { textShapes } from './text-shapes.ts'
import { treeShapes } from './tree-shapes.ts'

/** What the user of a pattern needs to know about its matches. */
export interface PatternUse {
  /** Bit mask of the profiles (kinds of objects) on which it is looked for. */
  readonly profiles: number
  /** Whether it occurs is enough: the search for it ends with the first match. */
  readonly existence: boolean
  /** Only matches that start at these offsets count. */
  readonly anchors?: readonly number[]
}

export class MatcherBuilder {
  readonly #numbers = new Map<string, number>()
  readonly #patterns: Pattern[] = []
  readonly #uses: Use[] = []

  get count(): number {
    return this.#patterns.length
  }

  /** The pattern's number. */
  add(pattern: Pattern, use: PatternUse): number {
    const key = keyOf(pattern)
    const known = this.#numbers.get(key)
    if (known !== undefined) {
      merge(this.#uses[known]!, use)
      return known
    }
    const number = this.#patterns.length
    this.#numbers.set(key, number)
    this.#patterns.push(pattern)
    this.#uses.push({
      profiles: use.profiles,
      existence: use.existence,
      anchors: use.anchors === undefined ? undefined : new Set(use.anchors),
    })
    return number
  }

  /** The tables' sections by name; see ../sections.ts. */
  build(): Readonly<Record<string, Uint8Array>> {
    const shapes: Compiled[] = []
    const chains: CompiledChain[] = []
    const uses = [...this.#uses]
    for (const [number, pattern] of this.#patterns.entries()) {
      const forms = pattern.kind === 'text' ? [textShapes(pattern)] : treeShapes(pattern)
      for (const form of forms) {
        if (Array.isArray(form)) {
          for (const shape of form) shapes.push({ pattern: number, shape })
          continue
        }
        const chain = form
        const profiles = uses[number]!.profiles
        const parts = chain.parts.map((part) => {
          const partNumber = uses.push({ profiles, existence: false, anchors: undefined }) - 1
          for (const shape of part) shapes.push({ pattern: partNumber, shape })
          return partNumber
        })
        // Where a chain starts says nothing about where its parts do.
        uses[number]!.anchors = undefined
        chains.push({ pattern: number, chain, parts })
      }
    }
    return packShapes(shapes, chains, uses)
  }
}

function merge(use: Use, other: PatternUse): void {
  use.profiles |= other.profiles
  use.existence &&= other.existence
  if (other.anchors === undefined) use.anchors = undefined
  else for (const anchor of other.anchors) use.anchors?.add(anchor)
}
