// A filter as a function of an event: the meaning of the language. The store uses it too, after its indexes have left few
// candidates.

import { compileGlobs } from '../../base/glob.ts'
import type { Event } from '../../model/index.ts'
import { microsecondsOf } from '../time.ts'
import { addressBytes, isInNetwork } from '../../base/network.ts'
import { isThere, someText, someValue, type Value } from './values.ts'
import type { Comparison, Leaf, Literal, Where } from './where.ts'
import { wordsOf } from './words.ts'

export type Predicate = (event: Event) => boolean

const decimal = /^-?\d{1,20}(?:\.\d{1,20})?$/

/** Never throws, whatever the event holds. */
export function compilePredicate(where: Where): Predicate {
  switch (where.kind) {
    case 'and': {
      const terms = where.terms.map(compilePredicate)
      return (event) => terms.every((term) => term(event))
    }
    case 'or': {
      const terms = where.terms.map(compilePredicate)
      return (event) => terms.some((term) => term(event))
    }
    case 'not': {
      const term = compilePredicate(where.term)
      return (event) => !term(event)
    }
    default:
      return compileLeaf(where)
  }
}

function compileLeaf(leaf: Leaf): Predicate {
  if (leaf.kind === 'words') {
    const { words } = leaf
    return (event) => someText(event, (text) => wordsOf(text).includes(words))
  }
  const path = leaf.field.split('.')
  if (leaf.kind === 'exists') return (event) => isThere(event, path)
  const test = valueTest(leaf)
  return (event) => someValue(event, path, test)
}

export type TestedLeaf = Exclude<Leaf, { kind: 'words' | 'exists' }>

/** Whether a value of the leaf's field makes it true. */
export function valueTest(leaf: TestedLeaf): (value: Value) => boolean {
  switch (leaf.kind) {
    case 'equals':
      return (value) => leaf.values.some((literal) => isEqual(value, literal))
    case 'network':
      return (value) => {
        const bytes = addressBytes(String(value))
        return bytes !== undefined && leaf.networks.some((network) => isInNetwork(bytes, network))
      }
    case 'compare':
      return (value) => {
        const number = leaf.isTime ? microsecondsOf(String(value)) : numberOf(value)
        return compares(number, leaf.comparison, leaf.value)
      }
    case 'text':
      return textTest(leaf.test, leaf.text)
    case 'glob': {
      const globs = compileGlobs([leaf.glob])
      return (value) => globs.matches(String(value))
    }
  }
}

function isEqual(value: Value, literal: Literal): boolean {
  return String(value) === literal.text || (typeof value === 'number' && value === literal.number)
}

function textTest(test: 'contains' | 'starts' | 'ends', text: string): (value: Value) => boolean {
  switch (test) {
    case 'contains':
      return (value) => String(value).includes(text)
    case 'starts':
      return (value) => String(value).startsWith(text)
    case 'ends':
      return (value) => String(value).endsWith(text)
  }
}

/** NaN when the value is no decimal number. */
function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && decimal.test(value) ? Number(value) : Number.NaN
}

export function compares(number: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case '<':
      return number < bound
    case '<=':
      return number <= bound
    case '>':
      return number > bound
    case '>=':
      return number >= bound
  }
}
