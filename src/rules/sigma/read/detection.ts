// The detection part: named selections, each a map (all lines have to hold), a list of maps (one of them), or a list of
// keywords (one of them, anywhere in the event).

import type { Condition, Detection } from '../rule.ts'
import { readCondition } from './condition.ts'
import { isMap, type Path, RuleFault, textsOf } from './fault.ts'
import { type ReadingContext, readFieldTest } from './field-test.ts'

export interface Detections {
  readonly selections: ReadonlyMap<string, Detection>
  readonly condition: Condition
}

/** Keys of a filter and of old rules that stand beside the selections. */
const noSelections = new Set(['condition', 'timeframe', 'rules'])
const deepest = 8

/** Throws RuleFault. */
export function readDetections(given: unknown, path: Path, context: ReadingContext): Detections {
  if (!isMap(given)) throw new RuleFault(path, 'there is no detection')
  if ('timeframe' in given) {
    throw new RuleFault(
      [...path, 'timeframe'],
      '`timeframe` is no longer part of Sigma; write a correlation instead',
    )
  }
  const names = Object.keys(given).filter((name) => !noSelections.has(name))
  if (names.length === 0) throw new RuleFault(path, 'there is no selection')
  const selections = new Map(
    names.map((name) => [name, readSelection(given[name], [...path, name], context)]),
  )
  const conditionPath = [...path, 'condition']
  const texts = textsOf(given['condition'])
  if (texts.length === 0) throw new RuleFault(conditionPath, 'there is no condition')
  const used = new Set<string>()
  const of = texts.map((text) => {
    try {
      return readCondition(text, names, used)
    } catch (thrown) {
      if (thrown instanceof RangeError) throw new RuleFault(conditionPath, thrown.message)
      throw thrown
    }
  })
  for (const name of names) {
    if (!used.has(name)) context.warn([...path, name], `the condition does not use \`${name}\``)
  }
  const [only] = of
  return { selections, condition: of.length === 1 && only !== undefined ? only : { kind: 'or', of } }
}

function readSelection(given: unknown, path: Path, context: ReadingContext): Detection {
  if (path.length > deepest) throw new RuleFault(path, 'selections are nested too deeply')
  if (isMap(given)) {
    const of = Object.entries(given).map(([key, value]) => readFieldTest(key, value, [...path, key], context))
    if (of.length === 0) throw new RuleFault(path, 'the selection is empty')
    return group('and', of)
  }
  if (!Array.isArray(given)) return readFieldTest('', given, path, context)
  const list: readonly unknown[] = given
  if (list.length === 0) throw new RuleFault(path, 'the selection is empty')
  const keywords = list.filter((one) => !isMap(one) && !Array.isArray(one))
  const rest = list.flatMap((one, i) =>
    isMap(one) || Array.isArray(one) ? [readSelection(one, [...path, i], context)] : [],
  )
  if (keywords.length > 0) rest.push(readFieldTest('', keywords, path, context))
  return group('or', rest)
}

function group(kind: 'and' | 'or', of: readonly Detection[]): Detection {
  const [only] = of
  return of.length === 1 && only !== undefined ? only : { kind, of }
}
