// How grave an incident is. Each rule counts once, however often it fired; further rules count half of what the gravest does,
// different tactics and success raise, and maintenance and attempts that failed hold it down.

import type { IncidentLevel } from '../model/index.ts'
import type { RuleScore, Story } from './state.ts'
import { tacticsOf } from './tactics.ts'

const maintenanceShare = 0.4
/** Ends of the levels. */
const low = 39
const medium = 64

export function levelOf(score: number): IncidentLevel {
  if (score < 20) return 'informational'
  if (score < 40) return 'low'
  if (score < 65) return 'medium'
  return score < 85 ? 'high' : 'critical'
}

/** 0 to 100. */
export function scoreOf(story: Story): number {
  const rules = [...story.rules.values()]
  const isAllNoise = rules.every(({ isNoise }) => isNoise)
  const grades = rules.map((rule) => addedBy(rule, isAllNoise)).toSorted((a, b) => b - a)
  const [first] = grades
  if (first === undefined) return 0
  const limit = limitOf(rules, first)
  if (grades.length === 1) return Math.round(Math.min(first, limit))
  let missing = 1 - first / 100
  for (const grade of grades.slice(1, 64)) missing *= 1 - grade / 200
  const techniques = rules.filter(({ isNoise }) => !isNoise).flatMap((rule) => rule.techniques)
  const tactics = tacticsOf(techniques).size
  missing *= 1 - Math.min(0.4, 0.08 * Math.max(0, tactics - 1))
  if (story.success >= 2) missing *= story.success === 3 ? 0.85 : 0.92
  return Math.round(Math.min(100 * (1 - missing), limit))
}

function gradeOf({ severity, isMaintenance }: RuleScore): number {
  return isMaintenance ? severity * maintenanceShare : severity
}

/** Beside what worked, what was only tried adds little. */
function addedBy(rule: RuleScore, isAllNoise: boolean): number {
  return rule.isNoise && !isAllNoise ? gradeOf(rule) / 4 : gradeOf(rule)
}

/** Many small things are not a great one; a scan is noise until it gets somewhere. */
function limitOf(rules: readonly RuleScore[], gravest: number): number {
  if (rules.every(({ isNoise }) => isNoise)) {
    const classes = new Set(
      rules.filter(({ confidence }) => confidence >= 90).map(({ webClass }) => webClass),
    )
    return classes.size >= 3 ? 50 : low
  }
  const sure = rules.filter(({ isNoise }) => !isNoise)
  const top = Math.max(0, ...sure.map(gradeOf))
  const tactics = tacticsOf(sure.flatMap(({ techniques }) => techniques)).size
  if (Math.min(top, gravest) < 40) return low
  if (top < 65) return tactics >= 3 ? 84 : medium
  return 100
}
