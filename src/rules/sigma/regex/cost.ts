// How long V8's backtracking search can take: an upper bound on its steps for a text of a given length, from the shape of
// the expression. What follows a part is tried again for each way in which the part can match.

import type { RegexNode } from './syntax.ts'

interface Cost {
  /** Steps to try all ways. */
  readonly steps: number
  /** Ways to match at one place; 1 when there is no choice. */
  readonly ways: number
}

const single: Cost = { steps: 1, ways: 1 }
const free: Cost = { steps: 0, ways: 1 }

/** The longest text, in steps of powers of two below `most`, that is searched within so many steps; 0 when none is. */
export function longestWithin(node: RegexNode, steps: number, most: number): number {
  for (let length = most; length >= 1; length = Math.floor(length / 2)) {
    // A search begins at each place.
    if (costOf(node, length).steps * length <= steps) return length
  }
  return 0
}

function costOf(node: RegexNode, length: number): Cost {
  switch (node.kind) {
    case 'set':
    case 'any':
    case 'assert':
      return single
    case 'concat':
      return inOrder(node.of, length)
    case 'foreign':
      return { ...inOrder(node.of, length), ways: 1 }
    case 'alternatives': {
      const parts = node.of.map((part) => costOf(part, length))
      return { steps: sum(parts.map((part) => part.steps)), ways: sum(parts.map((part) => part.ways)) }
    }
    case 'repeat':
      return repeated(node, costOf(node.of, length), length)
  }
}

function inOrder(parts: readonly RegexNode[], length: number): Cost {
  return parts.reduce((before, part) => {
    const cost = costOf(part, length)
    return { steps: before.steps + before.ways * cost.steps, ways: before.ways * cost.ways }
  }, free)
}

function repeated({ min, max }: { min: number; max: number }, body: Cost, length: number): Cost {
  const rounds = Math.min(max, Math.max(min, length))
  if (body.ways === 1) return { steps: rounds * body.steps, ways: Math.max(1, rounds - min + 1) }
  // Each round chooses anew: 1 + ways + ways² …
  const ways = rounds <= 1 ? body.ways + 1 : body.ways ** rounds * 2
  return { steps: Math.max(1, rounds) * body.steps * ways, ways }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
