// Which rules of a set are used: not those that the host's owner switched off, nor those below a level, unless a correlation
// needs them.

import type { RuleHead, RuleProblem, RuleSet, SigmaLevel } from './rule.ts'

const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const satisfies readonly SigmaLevel[]

export interface RuleChoice {
  /** Ids, names or titles. What no rule is called becomes a warning among the problems. */
  readonly disable: readonly string[]
  readonly leastLevel: SigmaLevel
}

/** Filters stay as they are. */
export function chooseRules(set: RuleSet, { disable, leastLevel }: RuleChoice): RuleSet {
  const off = new Set(disable)
  const isOn = (head: RuleHead): boolean => !namesOf(head).some((name) => off.has(name))
  const isGrave = ({ level }: RuleHead): boolean => levels.indexOf(level) >= levels.indexOf(leastLevel)
  const on = set.correlations.filter(isOn)
  const needed = neededBy(on.filter(isGrave), on)
  const isNeeded = (head: RuleHead): boolean => namesOf(head).some((name) => needed.has(name))
  const isUsed = (head: RuleHead): boolean => isOn(head) && (isGrave(head) || isNeeded(head))
  return {
    ...set,
    rules: set.rules.filter(isUsed),
    correlations: set.correlations.filter(isUsed),
    problems: [...set.problems, ...unknownNames(set, off)],
  }
}

/** What these correlations refer to, also over others. */
function neededBy(
  wanted: readonly RuleSet['correlations'][number][],
  all: RuleSet['correlations'],
): ReadonlySet<string> {
  const needed = new Set<string>()
  const open = wanted.flatMap(({ rules }) => rules)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue
    needed.add(name)
    for (const other of all) if (namesOf(other).includes(name)) open.push(...other.rules)
  }
  return needed
}

function namesOf({ id, name, title }: RuleHead): string[] {
  return name === undefined ? [id, title] : [id, name, title]
}

function unknownNames({ rules, correlations }: RuleSet, off: ReadonlySet<string>): RuleProblem[] {
  const known = new Set([...rules, ...correlations].flatMap((head) => namesOf(head)))
  return [...off.difference(known)].map((name) => ({
    severity: 'warning',
    source: 'the configuration',
    message: `no rule is called ${name}, which [rules] disable names`,
  }))
}
