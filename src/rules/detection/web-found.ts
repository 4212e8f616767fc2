// What was found in a line of a web server's log, as a detection: the gravest finding stands for the line.

import type { IncidentLevel, WebRequestSeen } from '../../model/index.ts'
import { type FoundResult, outcomes, webAttackInfo, type WebFinding } from '../weblog/index.ts'
import type { Found } from './detection-event.ts'

/** event.severity at full confidence, by what became of it. */
const severityOf = { failed: 30, attempted: 40, possible: 55, likely: 75 } as const
/** The level from this severity on. */
const levels: readonly (readonly [IncidentLevel, number])[] = [
  ['high', 65],
  ['medium', 40],
  ['low', 20],
]
const maxTextLength = 300
/** Likely successes of one address are told each, up to so many; a story needs every command of a web shell. */
const maxLikely = 500

/**
 * Undefined when the line has nothing to say, or nothing new of its address: a scanner's run is a dozen detections, not
 * thousands. `sequence`: of the line.
 */
export function webFound(result: FoundResult, request: WebRequestSeen, sequence: number): Found | undefined {
  const { findings, news, incident } = result
  const [first] = findings.toSorted((a, b) => weightOf(b) - weightOf(a))
  if (first === undefined) return undefined
  const isLikely = first.outcome === 'likely' && (incident?.attacks ?? 0) <= maxLikely
  if (news.length === 0 && !isLikely) return undefined
  const severity = Math.max(1, Math.round((severityOf[first.outcome] * first.confidence) / 100))
  const web = webAttackInfo(first, result)
  const { client, method, target, status } = request
  const text = `${method} ${target}`.slice(0, maxTextLength)
  return {
    rule: { id: `weblog.${first.class}`, name: `Web attack: ${first.class}`, ruleset: 'weblog' },
    severity,
    techniques: [...new Set(findings.flatMap(({ techniques }) => techniques))],
    client,
    message: `${first.class} by ${client === '' ? 'an unknown address' : client}: ${text}${status > 0 ? ` (${status})` : ''}`,
    detection: {
      source: 'weblog',
      level: levels.find(([, least]) => severity >= least)?.[0] ?? 'informational',
      of: [sequence],
    },
    web,
  }
}

function weightOf({ outcome, confidence }: WebFinding): number {
  return outcomes.indexOf(outcome) * 100 + confidence
}
