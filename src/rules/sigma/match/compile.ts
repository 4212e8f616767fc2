// Detections and conditions as closures over the values of an event.

import type { Condition, Detection, FieldTest, Match } from '../rule.ts'
import { addressBytes, isInNetwork } from '../../../base/network.ts'
import { patternTest, plainText, type TextTest } from '../values/pattern.ts'
import { timePart } from '../values/time-part.ts'
import type { EventValues, FieldSlots, Value } from './values.ts'

export type Predicate = (values: EventValues) => boolean

export function compileCondition(
  condition: Condition,
  selections: ReadonlyMap<string, Predicate>,
): Predicate {
  switch (condition.kind) {
    case 'name':
      return selections.get(condition.name) ?? (() => false)
    case 'not': {
      const inner = compileCondition(condition.of, selections)
      return (values) => !inner(values)
    }
    case 'and':
    case 'or':
      return joined(
        condition.kind,
        condition.of.map((one) => compileCondition(one, selections)),
      )
  }
}

export function compileDetection(detection: Detection, slots: FieldSlots): Predicate {
  if (detection.kind === 'field') return compileTest(detection, slots)
  return joined(
    detection.kind,
    detection.of.map((one) => compileDetection(one, slots)),
  )
}

function joined(kind: 'and' | 'or', of: readonly Predicate[]): Predicate {
  const [a, b] = of
  if (of.length === 1 && a !== undefined) return a
  if (of.length === 2 && a !== undefined && b !== undefined) {
    return kind === 'and' ? (values) => a(values) && b(values) : (values) => a(values) || b(values)
  }
  return kind === 'and'
    ? (values) => {
        for (const one of of) if (!one(values)) return false
        return true
      }
    : (values) => {
        for (const one of of) if (one(values)) return true
        return false
      }
}

/** One line of a selection. */
export function compileTest(test: FieldTest, slots: FieldSlots): Predicate {
  const slot = slots.of(test.field)
  const entries = test.all
    ? test.values.map((matches) => compileMatches(matches, { test, slot, slots }))
    : [compileMatches(test.values.flat(), { test, slot, slots })]
  const holds = joined('and', entries)
  if (!test.negated) return holds
  return (values) => values.at(slot) !== undefined && values.at(slot) !== null && !holds(values)
}

interface TestContext {
  readonly test: FieldTest
  readonly slot: number
  readonly slots: FieldSlots
}

/** From so many exact values on they are a set. */
const leastForSet = 4

/** One of the comparisons has to hold. */
function compileMatches(matches: readonly Match[], context: TestContext): Predicate {
  const lower: TextTest[] = []
  const raw: TextTest[] = []
  const others: Predicate[] = []
  const exact: string[] = []
  for (const match of matches) {
    if (match.op === 'text') {
      const whole = match.cased ? undefined : plainText(match.pattern)
      if (whole !== undefined) exact.push(whole)
      else (match.cased ? raw : lower).push(patternTest(match.pattern))
    } else {
      const text = textTest(match)
      if (text === undefined) others.push(compileOther(match, context))
      else raw.push(text)
    }
  }
  const set = new Set(exact)
  if (exact.length >= leastForSet) lower.unshift((text) => set.has(text))
  else
    lower.unshift(
      ...exact.map(
        (whole): TextTest =>
          (text) =>
            text === whole,
      ),
    )
  const parts = [
    ...(lower.length > 0 ? [textPredicate(lower, context, 'lower')] : []),
    ...(raw.length > 0 ? [textPredicate(raw, context, 'raw')] : []),
    ...others,
  ]
  return joined('or', parts)
}

/** Comparisons that look at one text. */
function textTest(match: Match): TextTest | undefined {
  switch (match.op) {
    case 'regex':
      return match.regex.test
    case 'cidr':
      return (text) => {
        const bytes = addressBytes(text)
        return bytes !== undefined && isInNetwork(bytes, match.network)
      }
    case 'word':
      return (text) => hasWord(text, match.text)
    case 'lt':
      return (text) => numberOf(text) < match.number
    case 'lte':
      return (text) => numberOf(text) <= match.number
    case 'gt':
      return (text) => numberOf(text) > match.number
    case 'gte':
      return (text) => numberOf(text) >= match.number
    case 'text':
    case 'null':
    case 'exists':
    case 'field':
      return undefined
  }
}

const longestNumber = 40

/** NaN when it is no number: then no comparison holds. */
function numberOf(text: string): number {
  return text.length > longestNumber || text.trim() === '' ? Number.NaN : Number(text)
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + word.length)) return true
  }
  return false
}

function isWordAt(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '')
}

function textPredicate(tests: readonly TextTest[], context: TestContext, form: 'lower' | 'raw'): Predicate {
  const { slot, test } = context
  const { part } = test
  const one = anyOf(tests)
  const holds: TextTest =
    part === undefined
      ? one
      : (text) => {
          const number = timePart(text, part)
          return number !== undefined && one(number)
        }
  // A date is not lowered: its part has no case.
  if (form === 'lower' && part === undefined) return (values) => holdsFor(values.lowerAt(slot), holds)
  return (values) => holdsFor(values.at(slot), holds)
}

function holdsFor(value: Value, test: TextTest): boolean {
  if (typeof value === 'string') return test(value)
  if (value === null || value === undefined) return false
  for (const text of value) if (test(text)) return true
  return false
}

function anyOf(tests: readonly TextTest[]): TextTest {
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (text) => {
    for (const test of tests) if (test(text)) return true
    return false
  }
}

/** Comparisons that are not with a text of the rule. */
function compileOther(match: Match, { slot, slots }: TestContext): Predicate {
  if (match.op === 'null') return (values) => values.at(slot) === null || values.at(slot) === undefined
  if (match.op === 'exists') return (values) => (values.at(slot) !== undefined) === match.expected
  if (match.op !== 'field') return () => false
  const other = slots.of(match.other)
  const compare = fieldTests[match.at]
  const read = (values: EventValues, at: number): Value => (match.cased ? values.at(at) : values.lowerAt(at))
  return (values) =>
    holdsFor(read(values, slot), (text) => holdsFor(read(values, other), (part) => compare(text, part)))
}

const fieldTests = {
  whole: (text: string, other: string) => text === other,
  start: (text: string, other: string) => text.startsWith(other),
  end: (text: string, other: string) => text.endsWith(other),
  anywhere: (text: string, other: string) => text.includes(other),
} as const
