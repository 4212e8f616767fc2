// Where our answer differs from YARA-X's on purpose, or because of a fault of YARA-X: told from the strings at hand, so
// that whatever else differs stands out.

import type { CheckedRule, CheckedString } from '../../../src/engine/detectors/yara/language/index.ts'
import { stringUses } from '../../../src/engine/detectors/yara/usage.ts'
import type { Answer } from './contestants.ts'

export const reasons = {
  anchored:
    'For a text that a condition asks about only at one offset (`$a at 0`) YARA-X looks nowhere else and reports no other match; when every match is asked for (explanations) we report all.',
  base64:
    'YARA-X decodes the characters around a base64 match and drops the match when they are no base64, or when the object begins or ends there; we look for the characters that are certain, as YARA does.',
  length:
    'At one offset several lengths match. We report the longest of a greedy expression, else the shortest; YARA-X takes the first alternative that matches, in the order in which they are written. Only `!a` can tell.',
  edge: 'YARA-X misses a match that touches the first or last byte of the object, when the expression begins or ends with an optional stretch of any bytes.',
  fullword:
    'Several ends are possible for a regular expression with `fullword`. YARA-X 1.7 tries its alternatives one by one; we and YARA-X 1.20 test one end of each form.',
  oracle:
    'The two YARA-X disagree, and 1.7 says what we say: 1.20 (WebAssembly) misses strings that are there, in rule files with many strings.',
} as const

export type Category = keyof typeof reasons | 'unexplained'

export interface Difference {
  readonly category: Category
  readonly rule: string
  /** `+`: only we say so, `-`: only YARA-X. */
  readonly lines: readonly string[]
  /** Whether the rule matches is what differs. */
  readonly isVerdict: boolean
}

export interface Compared {
  readonly ours: Answer
  readonly theirs: Answer
  readonly size: number
}

/** One entry for each rule that differs. */
export function differencesOf(rules: ReadonlyMap<string, CheckedRule>, compared: Compared): Difference[] {
  const { ours, theirs, size } = compared
  const ourLines = new Set(ours)
  const theirLines = new Set(theirs)
  const lines = [
    ...ours.filter((line) => !theirLines.has(line)).map((line) => `+${line}`),
    ...theirs.filter((line) => !ourLines.has(line)).map((line) => `-${line}`),
  ]
  const names = new Set(lines.map((line) => line.slice(1).split(' ', 1)[0] ?? ''))
  return [...names].map((name) => {
    const own = lines.filter((line) => line.slice(1).split(' ', 1)[0] === name)
    const rule = rules.get(name)
    const isVerdict = own.some((line) => !line.includes(' '))
    const category = rule === undefined ? 'unexplained' : categoryOf(rule, { lines: own, isVerdict, size })
    return { category, rule: name, lines: own, isVerdict }
  })
}

/** Whether the other oracle says of the rule what we say. */
export function isOurs({ rule }: Difference, ours: Answer, other: Answer): boolean {
  const own = (answer: Answer): string => answer.filter((line) => line.split(' ', 1)[0] === rule).join('\n')
  return own(ours) === own(other)
}

interface Own {
  readonly lines: readonly string[]
  readonly isVerdict: boolean
  readonly size: number
}

interface Place {
  readonly start: number
  readonly length: number
}

function categoryOf(rule: CheckedRule, { lines, isVerdict, size }: Own): Category {
  const uses = stringUses(rule.condition, rule.strings.length)
  const categories = [...new Set(lines.map(identifierIn))]
    .filter((identifier) => identifier !== undefined)
    .map((identifier) => {
      const strings = rule.strings.filter((string) => string.identifier === identifier)
      const isAnchored = rule.strings.some(
        (string, index) => string.identifier === identifier && uses[index]?.anchors !== undefined,
      )
      const own = lines.filter((line) => identifierIn(line) === identifier)
      const mine = own.filter((line) => line.startsWith('+')).map(placeIn)
      const others = own.filter((line) => line.startsWith('-')).map(placeIn)
      return categoryOfString(strings, { mine, others, isAnchored, size })
    })
  if (!isVerdict) return categories.includes('unexplained') ? 'unexplained' : (categories[0] ?? 'unexplained')
  // All matches of such a rule stand on one side only: one string that explains it is enough.
  return categories.find((category) => category !== 'unexplained' && category !== 'anchored') ?? 'unexplained'
}

interface Places {
  readonly mine: readonly Place[]
  readonly others: readonly Place[]
  readonly isAnchored: boolean
  readonly size: number
}

function categoryOfString(strings: readonly CheckedString[], places: Places): Category {
  const { mine, others, isAnchored, size } = places
  const isTree = strings.some(({ pattern }) => pattern.kind === 'tree')
  if (strings.some(({ pattern }) => pattern.kind === 'text' && pattern.base64 !== undefined)) return 'base64'
  if (isAnchored && others.length === 0) return 'anchored'
  const isEdge = ({ start, length }: Place): boolean => start === 0 || start + length === size
  if (isTree && others.length === 0 && mine.every(isEdge)) return 'edge'
  const starts = new Set(others.map(({ start }) => start))
  if (isTree && mine.length === others.length && mine.every(({ start }) => starts.has(start))) return 'length'
  if (strings.some(({ pattern }) => pattern.kind === 'tree' && pattern.fullword)) return 'fullword'
  return 'unexplained'
}

function identifierIn(line: string): string | undefined {
  return / (\$\w*)@/.exec(line)?.[1]
}

function placeIn(line: string): Place {
  const match = /@(\d+)\+(\d+)$/.exec(line)
  return { start: Number(match?.[1]), length: Number(match?.[2]) }
}
