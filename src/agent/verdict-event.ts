// What the engine says of a file, as an event.

import type { Event, Verdict } from '../model/index.ts'

const severities = { clean: 1, found: 80, partial: 20, failed: 20 } as const

/** `action`: the file was written, or a process was started from it. Nothing was stopped. */
export function verdictEvent(path: string, verdict: Verdict, action: 'write' | 'exec'): Event {
  const { status, detections, size } = verdict
  const names = [...new Set(detections.map(({ name }) => name))]
  const [first] = detections
  const [reason] = verdict.reasons
  const techniques = [...new Set(detections.flatMap(({ heuristic }) => heuristic?.techniques ?? []))]
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: status === 'found' ? 'alert' : 'event',
      category: status === 'found' ? ['malware', 'file'] : ['file'],
      type: ['info'],
      action,
      dataset: 'hx.verdict',
      provider: 'agent',
      severity: severities[status],
      ...(reason === undefined ? {} : { reason: reason.message }),
    },
    message: `${status}: ${names.length > 0 ? `${names.join(', ')} in ` : ''}${path}`,
    file: {
      path,
      size,
      ...(first === undefined || first.sha256 === '' ? {} : { hash: { sha256: first.sha256 } }),
    },
    ...(first === undefined ? {} : { rule: { name: first.name, ruleset: first.detector } }),
    ...(techniques.length === 0 ? {} : { threat: { technique: { id: techniques } } }),
    hx: {
      verdict: { status, names },
      decision: 'observed',
      ...(first === undefined ? {} : { chain: first.chain }),
    },
  }
}
