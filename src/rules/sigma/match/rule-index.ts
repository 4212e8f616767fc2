// All rules of one view, compiled, behind an index of the texts that they need. An event costs one pass over the fields
// that are in the index, and the few rules that it leaves.

import type { Condition, Detection, SigmaRule } from '../rule.ts'
import { compileCondition, compileDetection, type Predicate } from './compile.ts'
import { type Needed, neededKey, neededOfCondition, textsOfDetection } from './needed.ts'
import { type Scan, textAutomaton, type TextEntry } from './text-automaton.ts'
import { EventValues, FieldSlots, type Value } from './values.ts'
import type { View } from './view.ts'

/** A rule with the filters that are for it. */
export interface FilteredRule {
  readonly rule: SigmaRule
  readonly selections: ReadonlyMap<string, Detection>
  readonly condition: Condition
}

export type { Predicate }

/** Gives a condition that is measured. */
export interface Meter {
  readonly timed: (rule: SigmaRule, holds: Predicate) => Predicate
}

interface SlotIndex {
  readonly slot: number
  readonly scan: Scan | undefined
  readonly whole: ReadonlyMap<string, readonly number[]>
  /** Of its longest key. */
  readonly maxWhole: number
}

const none: readonly FilteredRule[] = []

/** Owns the tables of one view's rules, and the values of the event that is looked at. */
export class RuleIndex {
  readonly view: View
  readonly rules: readonly FilteredRule[]
  private readonly holds: readonly Predicate[]
  private readonly values: EventValues
  /** Of plain records, which have few of the fields that rules name: by the field's name. */
  private readonly byName: ReadonlyMap<string, SlotIndex>
  /** The others, looked at for every record. */
  private readonly bySlot: readonly SlotIndex[]
  /** Rules without a text that they need. */
  private readonly always: readonly number[]
  private readonly seen: Uint32Array
  private readonly candidates: number[] = []
  private readonly take: (id: number) => void
  private generation = 0

  constructor(view: View, rules: readonly FilteredRule[], meter?: Meter) {
    this.view = view
    this.rules = rules
    const slots = new FieldSlots((field) => view.getter(field) ?? (() => undefined))
    this.holds = rules.map(({ rule, selections, condition }) => {
      const compiled = new Map(
        Array.from(selections, ([name, detection]) => [name, compileDetection(detection, slots)]),
      )
      const holds = compileCondition(condition, compiled)
      return meter === undefined ? holds : meter.timed(rule, holds)
    })
    const needed = neededOf(rules, slots, (field) => view.constant(field) !== undefined)
    this.always = needed.flatMap((set, id) => (set === undefined ? [id] : []))
    const { byName, bySlot } = sorted(indexOf(needed), slots, view)
    this.byName = byName
    this.bySlot = bySlot
    this.values = new EventValues(slots)
    this.seen = new Uint32Array(rules.length)
    this.take = (id) => {
      if (this.seen[id] === this.generation) return
      this.seen[id] = this.generation
      this.candidates.push(id)
    }
  }

  /** The rules that hold, in the order of the rule set. */
  match(record: unknown): readonly FilteredRule[] {
    this.values.reset(record)
    if (++this.generation > 0xffffffff) {
      this.seen.fill(0)
      this.generation = 1
    }
    this.candidates.length = 0
    if (this.byName.size > 0) this.collectNamed(record)
    for (const index of this.bySlot) this.collect(index, this.values.lowerAt(index.slot))
    const { candidates } = this
    let count = 0
    // What holds moves to the front.
    for (const id of candidates) if (this.isMet(id)) candidates[count++] = id
    for (const id of this.always) if (this.isMet(id)) candidates[count++] = id
    if (count === 0) return none
    candidates.length = count
    if (count > 1) candidates.sort((a, b) => a - b)
    return candidates.flatMap((id) => this.rules[id] ?? [])
  }

  private isMet(id: number): boolean {
    return this.holds[id]?.(this.values) === true
  }

  private collectNamed(record: unknown): void {
    if (typeof record !== 'object' || record === null) return
    for (const name in record) {
      const index = this.byName.get(name)
      // Of what is inherited the value is not there.
      if (index !== undefined) this.collect(index, this.values.lowerAt(index.slot))
    }
  }

  private collect(index: SlotIndex, value: Value): void {
    if (value === undefined || value === null) return
    if (typeof value === 'string') this.collectText(index, value)
    else for (const text of value) this.collectText(index, text)
  }

  private collectText({ scan, whole, maxWhole }: SlotIndex, text: string): void {
    // Longer ones would only be hashed in vain.
    const ids = text.length > maxWhole ? undefined : whole.get(text)
    if (ids !== undefined) for (const id of ids) this.take(id)
    scan?.(text, this.take)
  }
}

function sorted(
  indexes: readonly SlotIndex[],
  slots: FieldSlots,
  view: View,
): { readonly byName: ReadonlyMap<string, SlotIndex>; readonly bySlot: readonly SlotIndex[] } {
  const bySlot = new Map(indexes.map((index) => [index.slot, index]))
  const byName = new Map<string, SlotIndex>()
  if (!view.isPlain) return { byName, bySlot: indexes }
  for (const [field, slot] of slots.entries()) {
    const index = bySlot.get(slot)
    if (index === undefined || field === '' || field.includes('.')) continue
    byName.set(field, index)
    bySlot.delete(slot)
  }
  return { byName, bySlot: [...bySlot.values()] }
}

function neededOf(
  rules: readonly FilteredRule[],
  slots: FieldSlots,
  isConstant: (field: string) => boolean,
): readonly (readonly Needed[] | undefined)[] {
  const counts = new Map<string, number>()
  for (const { selections } of rules) {
    for (const detection of selections.values()) {
      for (const needed of textsOfDetection(detection, slots)) {
        const key = neededKey(needed)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
  }
  const context = { slots, counts, isConstant }
  return rules.map(({ condition, selections }) => neededOfCondition(condition, selections, context))
}

function indexOf(needed: readonly (readonly Needed[] | undefined)[]): SlotIndex[] {
  const slots = new Map<number, { parts: TextEntry[]; whole: Map<string, number[]> }>()
  for (const [id, set] of needed.entries()) {
    for (const { slot, text, whole } of set ?? []) {
      const at = slots.get(slot) ?? { parts: [], whole: new Map<string, number[]>() }
      slots.set(slot, at)
      if (!whole) at.parts.push({ text, id })
      else {
        const ids = at.whole.get(text)
        if (ids === undefined) at.whole.set(text, [id])
        else if (ids.at(-1) !== id) ids.push(id)
      }
    }
  }
  return Array.from(slots, ([slot, { parts, whole }]) => ({
    slot,
    whole,
    maxWhole: Math.max(-1, ...Array.from(whole.keys(), ({ length }) => length)),
    scan: parts.length === 0 ? undefined : textAutomaton(parts),
  }))
}
