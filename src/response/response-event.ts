// A line of the audit log as an event (dataset hx.response): stored and searched like everything else that happened.

import type { Event, EventInfo } from '../model/index.ts'
import type { ResponsePhase, ResponseRecord } from './audit/record.ts'

const phaseTexts: Readonly<Record<ResponsePhase, string>> = {
  planned: 'would be done',
  refused: 'not done',
  begun: 'begun',
  done: 'done',
  failed: 'failed',
  'undo-begun': 'undo begun',
  undone: 'undone',
  'undo-failed': 'could not be undone',
  restored: 'restored after boot',
}

const severities: Partial<Readonly<Record<ResponsePhase, number>>> = { failed: 50, 'undo-failed': 50 }

/** Pure. */
export function responseEvent(record: ResponseRecord): Event {
  const { action, target, phase, by, problem } = record
  return {
    '@timestamp': record.time,
    event: {
      kind: 'event',
      category: ['intrusion_detection'],
      type: [phase === 'planned' || phase === 'refused' ? 'info' : 'change'],
      action,
      dataset: 'hx.response',
      provider: by.kind,
      ...outcomeOf(phase),
      severity: severities[phase] ?? 20,
      ...(problem === undefined ? {} : { reason: problem }),
    },
    message: `${action} ${target === '' ? 'of the host' : target}: ${phaseTexts[phase]}${problem === undefined ? '' : `: ${problem}`}`,
    user: { id: String(by.loginUid ?? by.uid), ...accountOf(record) },
    ...(action === 'quarantine' ? { file: { path: target } } : {}),
    ...(action === 'block-address' && !target.includes('/') ? { source: { ip: target } } : {}),
    ...processOf(record),
    hx: {
      response: {
        id: record.id,
        phase,
        target,
        by: by.kind,
        why: record.why,
        steps: record.steps,
        warnings: record.warnings,
        reversible: record.isReversible,
        ...(record.expires === undefined ? {} : { expires: record.expires }),
        ...(record.results === undefined ? {} : { results: record.results }),
        ...(by.incident === undefined ? {} : { incident: by.incident }),
      },
    },
  }
}

function outcomeOf(phase: ResponsePhase): Pick<EventInfo, 'outcome'> {
  switch (phase) {
    case 'done':
    case 'undone':
    case 'restored':
      return { outcome: 'success' }
    case 'failed':
    case 'undo-failed':
      return { outcome: 'failure' }
    case 'planned':
    case 'refused':
    case 'begun':
    case 'undo-begun':
      return { outcome: 'unknown' }
  }
}

function accountOf({ action, target }: ResponseRecord): { target?: { name: string } } {
  return action === 'disable-account' ? { target: { name: target } } : {}
}

function processOf({ action, target }: ResponseRecord): Pick<Event, 'process'> {
  const pid = /^[\da-f]{8}:(\d+):\d+$/.exec(target)?.[1]
  return action === 'kill-tree' && pid !== undefined
    ? { process: { entity_id: target, pid: Number(pid) } }
    : {}
}
