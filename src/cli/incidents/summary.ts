// A paragraph about an incident, made from its facts alone: when, who, how it began, what was found, what it left behind.

import { formatDuration } from '../../config/units.ts'
import type { Incident, IncidentNode, NodeKind } from '../../model/index.ts'
import { byTactic } from './attack-names.ts'
import { counted, detectedSteps, kindNames, listed, rulesOf } from './report.ts'

const longestQuote = 140

/** Sentences; names in them may hold control characters of an attacker. */
export function summaryOf(incident: Incident): readonly string[] {
  return [
    ...beginning(incident),
    ...found(incident),
    ...success(incident),
    ...traces(incident),
    ...tacticsSeen(incident),
    ...whatBecameOfIt(incident),
  ]
}

function beginning({ steps, first, last, addresses, accounts }: Incident): string[] {
  const [step] = steps
  const ms = Date.parse(last) - Date.parse(first)
  const lasted = ms > 0 ? ` within ${formatDuration(ms)}` : ''
  const who = [...involvedOf(addresses, kindNames.address), ...involvedOf(accounts, kindNames.account)]
  const involved = who.length === 0 ? '' : `; they involve ${who.join(', and ')}`
  const happened = `${counted(steps.length, ['step belongs', 'steps belong'])} together${lasted}${involved}.`
  return step === undefined ? [happened] : [happened, `It begins with: ${quoted(step.text)}.`]
}

function involvedOf(names: readonly string[], [one, many]: readonly [string, string]): string[] {
  return names.length === 0 ? [] : [`the ${names.length === 1 ? one : many} ${listed(names)}`]
}

function found(incident: Incident): string[] {
  const rules = rulesOf(incident)
  const [gravest] = rules
  if (gravest === undefined) return []
  const steps = detectedSteps(incident).length
  return [
    `${counted(rules.length, ['rule', 'rules'])} matched on ${counted(steps, ['step', 'steps'])}; ` +
      `the gravest is ${quoted(gravest.detection.name)}.`,
  ]
}

const successes = {
  possible: 'It may have succeeded.',
  likely: 'It likely succeeded.',
  confirmed: 'It succeeded.',
} as const

function success({ outcome }: Incident): string[] {
  return outcome === undefined ? [] : [successes[outcome]]
}

const told: readonly NodeKind[] = ['process', 'file', 'request', 'session', 'service', 'schedule']

function traces({ nodes }: Incident): string[] {
  const members = nodes.filter(({ role }) => role === 'member')
  const counts = told.flatMap((kind) => {
    const count = members.filter((node) => node.kind === kind).length
    return count === 0 ? [] : [counted(count, kindNames[kind])]
  })
  const worst = gravestOf(members)
  const part =
    worst === undefined ? '' : `; most was found on the ${kindNames[worst.kind][0]} ${quoted(worst.label)}`
  return counts.length === 0 ? [] : [`It has ${listed(counts, told.length)}${part}.`]
}

function gravestOf(nodes: readonly IncidentNode[]): IncidentNode | undefined {
  const [worst] = nodes.toSorted((a, b) => b.score - a.score)
  return worst === undefined || worst.score === 0 ? undefined : worst
}

function tacticsSeen({ techniques }: Incident): string[] {
  const { seen } = byTactic(techniques)
  const names = seen.filter((tactic) => tactic.techniques.length > 0).map(({ tactic }) => tactic)
  return names.length === 0 ? [] : [`In the words of ATT&CK: ${listed(names, 14)}.`]
}

function whatBecameOfIt({ status, into, continues }: Incident): string[] {
  return [
    ...(continues === undefined ? [] : [`It goes on from incident ${continues}, which had been silent.`]),
    ...(status === 'merged'
      ? [`It was merged into incident ${into ?? 'unknown'}; the story goes on there.`]
      : []),
  ]
}

function quoted(text: string): string {
  return `“${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}”`
}
