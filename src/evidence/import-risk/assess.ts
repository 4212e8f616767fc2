// A score for what a program may do, from the functions that it imports. Counting them says nothing: four of five harmless
// system files import three or more that malware likes. What tells is which ones come together in a program that does
// little else; measured figures are in FORMAT.md.

import type { ImportRisk, RiskFacts, RiskReason } from './facts.ts'
import { type ImportedNames, importedNames } from './names.ts'
import { signatureReasons, structureReasons, trustFactor } from './structure.ts'
import type { Combination, ImportTable } from './table.ts'

const highFrom = 60
const mediumFrom = 35
const lowFrom = 10
/** Of imports: in larger programs a combination comes about by itself. */
const smallProgram = 120
const leastFactor = 0.2
/** Beyond so many reasons a longer list tells nothing more. */
const mostFunctions = 64

export function assessImports(facts: RiskFacts, table: ImportTable): ImportRisk {
  const imported = importedNames(facts.imports, table.known)
  const combined = combinationReasons(imported, facts, table.combinations)
  const found = [...combined, ...structureReasons(facts)].toSorted((a, b) => b.points - a.points)
  const factor = trustFactor(facts)
  const before = joined(found)
  const reasons = [...found, ...signatureReasons(facts)]
  const others = reasons.slice(found.length).reduce((sum, { points }) => sum + points, 0)
  if (factor < 1 && before > 0) {
    const points = -Math.round(before * (1 - factor))
    const text = 'somebody stands for it: its signature is valid'
    reasons.push({ id: 'signature-valid', points, text, techniques: [], functions: [] })
  }
  // Who did not sign it weighs with what it may do: alone it says next to nothing.
  const score = Math.min(
    100,
    Math.round(before * factor + others * (before >= lowFrom || others >= lowFrom ? 1 : 0.5)),
  )
  return {
    score,
    level: levelOf(score),
    reasons,
    groups: groupsOf(imported, table),
    techniques: [...new Set(reasons.flatMap(({ techniques }) => techniques))].toSorted(),
  }
}

function levelOf(score: number): ImportRisk['level'] {
  if (score >= highFrom) return 'high'
  if (score >= mediumFrom) return 'medium'
  return score >= lowFrom ? 'low' : 'none'
}

/** Each further reason counts for what the ones before have left. */
function joined(reasons: readonly RiskReason[]): number {
  let left = 1
  for (const { points } of reasons) left *= 1 - Math.min(points, 99) / 100
  return 100 * (1 - left)
}

function combinationReasons(
  { names, count }: ImportedNames,
  { kind }: RiskFacts,
  combinations: readonly Combination[],
): RiskReason[] {
  if (kind === 'driver' || kind === 'efi') return []
  const share = count <= smallProgram ? 1 : Math.max(leastFactor, smallProgram / count)
  const reasons: RiskReason[] = []
  for (const {
    id,
    weight,
    text,
    techniques,
    needs,
    mostImports = Number.POSITIVE_INFINITY,
  } of combinations) {
    if (count > mostImports) continue
    const functions: string[] = []
    const holds = needs.every((line) => {
      const name = line.find((candidate) => names.has(candidate))
      if (name !== undefined) functions.push(name)
      return name !== undefined
    })
    // One function may stand in two lines, but says nothing alone.
    const distinct = [...new Set(functions)]
    if (!holds || distinct.length < 2) continue
    const points = Math.round(weight * share)
    reasons.push({ id, points, text, techniques, functions: distinct })
  }
  return withoutVariants(reasons)
}

/** Several ways to say one thing count once: the heaviest of those with the same parent technique. */
function withoutVariants(reasons: readonly RiskReason[]): RiskReason[] {
  const best = new Map<string, RiskReason>()
  for (const reason of reasons) {
    const parent = reason.techniques[0]?.split('.')[0] ?? reason.id
    const before = best.get(parent)
    if (before === undefined || reason.points > before.points) best.set(parent, reason)
  }
  return [...best.values()]
}

function groupsOf({ names }: ImportedNames, { groups }: ImportTable): ImportRisk['groups'] {
  return groups
    .map(({ id, name, techniques, functions }) => ({
      id,
      name,
      techniques,
      functions: functions.filter((candidate) => names.has(candidate)).slice(0, mostFunctions),
    }))
    .filter(({ functions }) => functions.length > 0)
}
