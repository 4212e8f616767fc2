// A decision of the gate as an event: what was found, or could not be judged, and what was done about it.

import { pathText } from '../base/text.ts'
import type { Event } from '../model/index.ts'
import type { Decision } from './guard.ts'

const severityOf = { clean: 1, found: 80, partial: 20, failed: 20 } as const

export function verdictEvent(decision: Decision): Event {
  const { verdict, pid, uid } = decision
  const { status } = verdict
  const isFound = status === 'found'
  const names = [...new Set(verdict.detections.map(({ name }) => name))]
  const path = pathText(decision.path)
  const [first] = verdict.detections
  const techniques = [...new Set(verdict.detections.flatMap(({ heuristic }) => heuristic?.techniques ?? []))]
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: isFound ? 'alert' : 'event',
      category: isFound ? ['malware', 'file'] : ['file'],
      type: [decision.decision === 'deny' ? 'denied' : 'info'],
      action: decision.kind,
      dataset: 'hx.verdict',
      provider: 'gate',
      severity: severityOf[status],
      ...reasonOf(decision),
    },
    message: `${status}: ${names.length > 0 ? `${names.join(', ')} in ` : ''}${path}`,
    file: {
      path,
      size: verdict.size,
      ...(first === undefined || first.sha256 === '' ? {} : { hash: { sha256: first.sha256 } }),
    },
    ...(pid > 0
      ? {
          process: {
            pid,
            name: decision.process,
            command_line: decision.commandLine,
            user: { id: String(uid) },
          },
        }
      : {}),
    ...(first === undefined ? {} : { rule: { name: first.name, ruleset: first.detector } }),
    ...(techniques.length > 0 ? { threat: { technique: { id: techniques } } } : {}),
    hx: {
      verdict: { status, names },
      decision: decision.decision,
      us: decision.us,
      ...(first === undefined ? {} : { chain: first.chain }),
      ...(decision.responded === undefined ? {} : { response: decision.responded.response }),
    },
  }
}

function reasonOf({ verdict }: Decision): { reason?: string } {
  const [reason] = verdict.reasons
  return reason === undefined ? {} : { reason: reason.message }
}
