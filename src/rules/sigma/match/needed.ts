// Which texts an event must have for a rule to hold: of every rule the rarest such set. An index over them leaves a few
// rules of thousands to look at.

import type { Condition, Detection, FieldTest, Match } from '../rule.ts'
import { otherCharacter } from './text-automaton.ts'
import { fixedTexts, plainText } from '../values/pattern.ts'
import type { FieldSlots } from './values.ts'

/** Lower case. */
export interface Needed {
  readonly slot: number
  readonly text: string
  /** The whole value, not a part of it. */
  readonly whole: boolean
}

export interface NeedContext {
  readonly slots: FieldSlots
  /** In how many places a text occurs in all rules: what many rules have, many events have. */
  readonly counts: ReadonlyMap<string, number>
  /** Whether every event has the same there: then it tells nothing. */
  readonly isConstant: (field: string) => boolean
}

/** Longer ones cost memory and tell nothing more. */
const maxTextLength = 16
/** A rule with more is looked at always. */
const maxTexts = 20_000

export function neededKey({ slot, text, whole }: Needed): string {
  return `${slot}${whole ? '=' : '~'}${text}`
}

/** One of them is in every event that fits; undefined when there is no such set. */
export function neededOfCondition(
  condition: Condition,
  selections: ReadonlyMap<string, Detection>,
  context: NeedContext,
): readonly Needed[] | undefined {
  switch (condition.kind) {
    case 'name': {
      const detection = selections.get(condition.name)
      return detection === undefined ? [] : neededOfDetection(detection, context)
    }
    case 'not':
      return undefined
    case 'and':
    case 'or':
      return combine(
        condition.kind,
        condition.of.map((one) => neededOfCondition(one, selections, context)),
        context,
      )
  }
}

/** All texts that may be asked for, to count them. */
export function* textsOfDetection(detection: Detection, slots: FieldSlots): Generator<Needed> {
  if (detection.kind !== 'field') {
    for (const one of detection.of) yield* textsOfDetection(one, slots)
    return
  }
  for (const matches of detection.values) {
    for (const match of matches) {
      const needed = neededOfMatch(match, slots.of(detection.field))
      if (needed !== undefined) yield needed
    }
  }
}

function neededOfDetection(detection: Detection, context: NeedContext): readonly Needed[] | undefined {
  if (detection.kind === 'field') return neededOfTest(detection, context)
  return combine(
    detection.kind,
    detection.of.map((one) => neededOfDetection(one, context)),
    context,
  )
}

function neededOfTest(test: FieldTest, context: NeedContext): readonly Needed[] | undefined {
  if (test.negated || test.part !== undefined || context.isConstant(test.field)) return undefined
  const slot = context.slots.of(test.field)
  const sets = test.values.map((matches) =>
    combine(
      'or',
      matches.map((match) => {
        const needed = neededOfMatch(match, slot)
        return needed === undefined ? undefined : [needed]
      }),
      context,
    ),
  )
  return combine(test.all ? 'and' : 'or', sets, context)
}

function neededOfMatch(match: Match, slot: number): Needed | undefined {
  if (match.op === 'word') return { slot, text: match.text, whole: false }
  if (match.op === 'regex') return partOf(match.regex.required, slot)
  if (match.op !== 'text') return undefined
  const whole = plainText(match.pattern)?.toLowerCase()
  if (whole !== undefined) return { slot, text: whole, whole: true }
  return partOf(
    fixedTexts(match.pattern).map((text) => text.toLowerCase()),
    slot,
  )
}

// Of a long text its end, which tells more of paths. A text without ASCII is rare as it is: that the value has any other
// character decides well enough.
function partOf(texts: readonly string[], slot: number): Needed | undefined {
  let best = ''
  for (const text of texts) {
    for (const run of text.split(others)) if (run.length > best.length) best = run
  }
  const text = best.length < leastAscii && texts.some((one) => hasOther.test(one)) ? otherCharacter : best
  return text === '' ? undefined : { slot, text: text.slice(-maxTextLength), whole: false }
}

const leastAscii = 8
const others = /[\u0080-\uffff]+/g
const hasOther = /[\u0080-\uffff]/

function combine(
  kind: 'and' | 'or',
  sets: readonly (readonly Needed[] | undefined)[],
  context: NeedContext,
): readonly Needed[] | undefined {
  if (kind === 'or') {
    const all = sets.flatMap((set) => set ?? [])
    return sets.includes(undefined) || all.length > maxTexts ? undefined : all
  }
  let best: readonly Needed[] | undefined
  let bestCost = Number.POSITIVE_INFINITY
  for (const set of sets) {
    if (set === undefined) continue
    const cost = set.reduce((sum, needed) => sum + costOf(needed, context), 0)
    if (cost < bestCost) {
      best = set
      bestCost = cost
    }
  }
  return best
}

/** What a short text costs: it is in nearly every command line. */
const shortCosts = [10_000, 5000, 500, 40, 8, 3]

function costOf(needed: Needed, { counts }: NeedContext): number {
  // What many rules ask for is what many events have (a method, a status, a folder): a long list of rare texts is better.
  const count = (counts.get(neededKey(needed)) ?? 1) ** 1.5
  if (needed.text === otherCharacter) return count
  return count + (needed.whole ? 0 : (shortCosts[needed.text.length] ?? 0))
}
