// Whether a rule can hold at all in a view where some of its fields are never filled, and others always the same.

import type { Condition, Detection, FieldTest } from '../rule.ts'
import { compileTest } from './compile.ts'
import { EventValues, FieldSlots } from './values.ts'
import type { View } from './view.ts'

/** undefined: it depends on the event. */
type Known = boolean | undefined

export interface Folding {
  readonly view: View
  /** Fields that no event of the view fills. */
  readonly missing: Set<string>
}

export function foldCondition(
  condition: Condition,
  selections: ReadonlyMap<string, Detection>,
  folding: Folding,
): Known {
  switch (condition.kind) {
    case 'name': {
      const detection = selections.get(condition.name)
      return detection === undefined ? false : foldDetection(detection, folding)
    }
    case 'not': {
      const known = foldCondition(condition.of, selections, folding)
      return known === undefined ? undefined : !known
    }
    case 'and':
    case 'or':
      return combine(
        condition.kind,
        condition.of.map((one) => foldCondition(one, selections, folding)),
      )
  }
}

function foldDetection(detection: Detection, folding: Folding): Known {
  if (detection.kind === 'field') return foldTest(detection, folding)
  return combine(
    detection.kind,
    detection.of.map((one) => foldDetection(one, folding)),
  )
}

function combine(kind: 'and' | 'or', of: readonly Known[]): Known {
  const deciding = kind === 'or'
  if (of.includes(deciding)) return deciding
  return of.includes(undefined) ? undefined : !deciding
}

function foldTest(test: FieldTest, { view, missing }: Folding): Known {
  const { field } = test
  const isAbsent = view.getter(field) === undefined
  if (isAbsent) missing.add(field)
  const text = view.constant(field)
  if (!isAbsent && text === undefined) return undefined
  if (test.values.some((matches) => matches.some(({ op }) => op === 'field')))
    return isAbsent ? false : undefined
  const slots = new FieldSlots(() => () => (isAbsent ? undefined : text))
  const holds = compileTest(test, slots)
  const values = new EventValues(slots)
  values.reset(undefined)
  return holds(values)
}
