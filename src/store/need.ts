// What a row must have so that a filter can hold: found in the columns and in the bytes of a block, without parsing JSON.
// A need never leaves out a row that the filter's predicate takes; where it is exact, it takes no other either.

import { type OpenEnds, tokensOf } from './token-filter.ts'
import { type TestedLeaf, valueTest } from './where/predicate.ts'
import type { Comparison, Leaf, Literal, TextTest, Where } from './where/where.ts'

export type Need =
  /** Nothing is known: any row. */
  | { readonly kind: 'any' }
  | { readonly kind: 'all-of'; readonly needs: readonly Need[] }
  | { readonly kind: 'one-of'; readonly needs: readonly Need[] }
  /** Rows for which the need, which is exact, does not hold. */
  | { readonly kind: 'none-of'; readonly need: Need }
  /** Dataset or action: exact. */
  | {
      readonly kind: 'kind'
      readonly part: 'dataset' | 'action'
      readonly text: string
      readonly tokens: Tokens
    }
  /** Exact. */
  | { readonly kind: 'pid'; readonly pid: number; readonly tokens: Tokens }
  | { readonly kind: 'time'; readonly comparison: Comparison; readonly us: number }
  /** The row's JSON holds these bytes; `folded`: whatever the case of ASCII letters. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly folded: boolean; readonly tokens: Tokens }
  /** A number, or a string, for which the test holds is the value of this key (`"port":`) somewhere. */
  | {
      readonly kind: 'value'
      readonly key: Buffer
      readonly test: (value: number | string) => boolean
      readonly tokens: Tokens
    }

/** Hashes of words that all must occur in the block. */
type Tokens = readonly number[]

const any: Need = { kind: 'any' }
const maxPid = 0xffff_ffff

export function needOf(where: Where): Need {
  switch (where.kind) {
    case 'and':
      return allOf(where.terms.map(needOf))
    case 'or':
      return oneOf(where.terms.map(needOf))
    case 'not': {
      const need = needOf(where.term)
      return isExact(need) ? { kind: 'none-of', need } : any
    }
    default:
      return leafNeed(where)
  }
}

/** True when the need holds for exactly the rows that the filter takes. */
export function isExact(need: Need): boolean {
  switch (need.kind) {
    case 'all-of':
    case 'one-of':
      return need.needs.every(isExact)
    case 'none-of':
    case 'kind':
    case 'pid':
      return true
    default:
      return false
  }
}

/** Every one of them; what says nothing makes it inexact. */
function allOf(needs: readonly Need[]): Need {
  return needs.length === 1 ? (needs[0] ?? any) : { kind: 'all-of', needs }
}

function oneOf(needs: readonly Need[]): Need {
  if (needs.some(({ kind }) => kind === 'any')) return any
  return needs.length === 1 ? (needs[0] ?? any) : { kind: 'one-of', needs }
}

function leafNeed(leaf: Leaf): Need {
  if (leaf.kind === 'words') return wordsNeed(leaf.words)
  if (leaf.field === '@timestamp') {
    const isTime = leaf.kind === 'compare' && leaf.isTime
    return isTime ? { kind: 'time', comparison: leaf.comparison, us: leaf.value } : any
  }
  switch (leaf.kind) {
    case 'equals':
      return oneOf(leaf.values.map((literal) => equalNeed(leaf.field, literal)))
    case 'text':
      return textNeed(leaf.field, leaf.test, leaf.text)
    case 'glob':
      return allOf([globNeed(leaf.field, leaf.glob), testNeed(leaf)])
    case 'compare':
    case 'network':
      return testNeed(leaf)
    case 'exists':
      return keyNeed(leaf.field)
  }
}

function testNeed(leaf: TestedLeaf): Need {
  const { field } = leaf
  return { kind: 'value', key: lastKey(field), test: valueTest(leaf), tokens: keyTokens(field) }
}

function equalNeed(field: string, literal: Literal): Need {
  const { text, number } = literal
  if (field === 'event.dataset' || field === 'event.action') {
    const part = field === 'event.dataset' ? 'dataset' : 'action'
    return text.isWellFormed() ? { kind: 'kind', part, text, tokens: tokensOf(text, 'none') } : any
  }
  if (field === 'process.pid' && isPid(number)) {
    return { kind: 'pid', pid: number, tokens: [...keyTokens(field), ...tokensOf(String(number), 'none')] }
  }
  const forms = new Set([text, ...(number === undefined ? [] : [String(number)])])
  return oneOf([...forms].map((form) => valueNeed(field, form, 'none')))
}

/** 0 stands for "no process" in the columns. */
function isPid(number: number | undefined): number is number {
  return number !== undefined && Number.isInteger(number) && number > 0 && number <= maxPid
}

function textNeed(field: string, test: TextTest, text: string): Need {
  if (text === '') return keyNeed(field)
  const open = { contains: 'both', starts: 'end', ends: 'start' } as const
  return valueNeed(field, text, open[test])
}

/** A value of the field is `text`, but for what may stand at its open ends. */
function valueNeed(field: string, text: string, open: OpenEnds): Need {
  // Half a surrogate pair is written in two ways.
  if (!text.isWellFormed()) return keyNeed(field)
  const escaped = JSON.stringify(text).slice(1, -1)
  const startQuote = isQuoted(text) && (open === 'none' || open === 'end') ? '"' : ''
  const endQuote = isQuoted(text) && (open === 'none' || open === 'start') ? '"' : ''
  return {
    kind: 'bytes',
    bytes: Buffer.from(`${startQuote}${escaped}${endQuote}`),
    folded: false,
    tokens: [...keyTokens(field), ...tokensOf(text, open)],
  }
}

/** False when it may also be (part of) a number or of true and false, which have no quotes. */
function isQuoted(text: string): boolean {
  return !/^[-+.e\d]*$/.test(text) && !'true'.includes(text) && !'false'.includes(text)
}

/** The longest run of characters that a glob takes as they are. */
function globNeed(field: string, glob: string): Need {
  if (/[[\]{}\\]/.test(glob)) return keyNeed(field)
  const runs = glob.match(/\w+/g) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  return longest === '' ? keyNeed(field) : valueNeed(field, longest, 'both')
}

function wordsNeed(words: string): Need {
  if (!words.isWellFormed()) return any
  const tokens = tokensOf(words, 'none')
  const each = words.trim().split(' ')
  // Long ones first: they leave fewer rows.
  const byLength = each.toSorted((one, other) => other.length - one.length)
  return allOf(byLength.map((word) => ({ kind: 'bytes', bytes: Buffer.from(word), folded: true, tokens })))
}

function keyNeed(field: string): Need {
  return { kind: 'bytes', bytes: lastKey(field), folded: false, tokens: keyTokens(field) }
}

function lastKey(field: string): Buffer {
  return Buffer.from(`${JSON.stringify(field.slice(field.lastIndexOf('.') + 1))}:`)
}

function keyTokens(field: string): number[] {
  return field.split('.').flatMap((name) => tokensOf(name, 'none'))
}
