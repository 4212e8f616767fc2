// What must be found for a logical expression to hold. Lets a scan look only at signatures that can match, and only for
// what can make them match.

import type { CountCondition, Logic } from './database/index.ts'

/** At least one of these must have been found; empty: it can never hold; undefined: it may hold without any. */
export type Requirement = ReadonlySet<number> | undefined

export interface RequirementOptions {
  /** What must be found for a subsignature to match at all. */
  readonly of: (index: number) => Requirement
  /** How rare a subsignature is; of two requirements the rarer one is the better. */
  readonly rarity: (index: number) => number
}

export function requirementOf(logic: Logic, options: RequirementOptions): Requirement {
  const { condition } = logic
  if (condition !== undefined && holdsForNothing(condition)) return undefined
  if (logic.kind === 'subsignature') return options.of(logic.index)
  const left = requirementOf(logic.left, options)
  const right = requirementOf(logic.right, options)
  if (logic.kind === 'or') return left === undefined || right === undefined ? undefined : left.union(right)
  if (left === undefined || right === undefined) return left ?? right
  return rarityOf(left, options) >= rarityOf(right, options) ? left : right
}

function holdsForNothing({ symbol, count, distinct }: CountCondition): boolean {
  if (distinct > 0 || symbol === '>') return false
  return symbol === '=' ? count === 0 : count > 0
}

function rarityOf(requirement: ReadonlySet<number>, { rarity }: RequirementOptions): number {
  let least = Number.POSITIVE_INFINITY
  for (const index of requirement) least = Math.min(least, rarity(index))
  return least - requirement.size
}

/** The subsignatures of which it matters how often they match. */
export function countedIn(logic: Logic, isCounted = false): Set<number> {
  const counted = isCounted || logic.condition !== undefined
  if (logic.kind !== 'subsignature')
    return countedIn(logic.left, counted).union(countedIn(logic.right, counted))
  return new Set(counted ? [logic.index] : [])
}
