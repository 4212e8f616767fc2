// What a quantified loop may come to, told from how many of its iterations may hold.

import { type Abstract, canBeDefined, canBeFalse, canBeTrue, canBeUndefined, truthValue } from './abstract.ts'
import type { Node, Quantifier } from './node.ts'

/** How many iterations hold, at least and at most. */
export interface Holding {
  readonly least: number
  readonly most: number
}

/** Of a loop with at least one. */
export interface Iterations extends Holding {
  readonly holding: Holding
}

/** Bounds of the number that a quantifier asks for, 0 for none and negative for any. */
interface Wanted {
  readonly low: number
  readonly high: number
}

export function quantified(
  quantifier: Quantifier,
  iterations: Iterations,
  weigh: (node: Node) => Abstract,
): Abstract {
  const { least, holding } = iterations
  switch (quantifier.kind) {
    case 'all':
      return either(holding.most >= least, holding.least < least)
    case 'any':
      return either(holding.most >= 1, holding.least === 0)
    case 'none':
      return either(holding.least === 0, holding.most >= 1)
    case 'count':
    case 'percent': {
      const value = weigh(quantifier.value)
      const isUndefined = value.mask & canBeUndefined
      if ((value.mask & canBeDefined) === 0) return truthValue(isUndefined)
      const wanted = quantifier.kind === 'count' ? value : percentOf(value, iterations)
      return truthValue(counted(wanted, holding).mask | isUndefined)
    }
  }
}

function either(isTrue: boolean, isFalse: boolean): Abstract {
  return truthValue((isTrue ? canBeTrue : 0) | (isFalse ? canBeFalse : 0))
}

function counted({ low, high }: Wanted, { least, most }: Holding): Abstract {
  const mayBeNone = low <= 0 && high >= 0
  const mayBeAny = low < 0
  const mayBeSome = high >= 1
  return either(
    (mayBeNone && least === 0) || (mayBeAny && most >= 1) || (mayBeSome && most >= Math.max(1, low)),
    (mayBeNone && most >= 1) || (mayBeAny && least === 0) || (mayBeSome && least < high),
  )
}

function percentOf({ low, high }: Wanted, { least, most }: Iterations): Wanted {
  const corners = [least * low, least * high, most * low, most * high].map((product) =>
    Math.ceil(product / 100),
  )
  // An infinity times 0.
  if (corners.some(Number.isNaN)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  return { low: Math.min(...corners), high: Math.max(...corners) }
}
