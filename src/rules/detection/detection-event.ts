// What a rule says, as an event of its own: it carries the fields of the event that it is about, so that it can be found and
// read alone.

import type { DetectionInfo, Event, WebAttackInfo } from '../../model/index.ts'

export interface Found {
  readonly rule: { readonly id: string; readonly name: string; readonly ruleset: 'sigma' | 'weblog' }
  /** 1 to 99. */
  readonly severity: number
  readonly techniques: readonly string[]
  readonly message: string
  readonly detection: DetectionInfo
  readonly web?: WebAttackInfo
  /** Of a web attack: the address that sent it. */
  readonly client?: string
}

export function detectionEvent(about: Event, found: Found): Event {
  const { rule, severity, techniques, message, detection, web, client } = found
  const { process, user, file, source, destination, container, log } = about
  return {
    '@timestamp': about['@timestamp'],
    event: {
      kind: 'alert',
      category: web === undefined ? ['intrusion_detection'] : ['intrusion_detection', 'web'],
      type: ['info'],
      action: rule.ruleset,
      dataset: 'hx.detection',
      provider: 'rules',
      severity,
    },
    message,
    ...(process === undefined ? {} : { process }),
    ...(user === undefined ? {} : { user }),
    ...(file === undefined ? {} : { file }),
    ...sourceOf(source, client),
    ...(destination === undefined ? {} : { destination }),
    ...(container === undefined ? {} : { container }),
    ...(log === undefined ? {} : { log }),
    rule,
    ...(techniques.length === 0 ? {} : { threat: { technique: { id: techniques } } }),
    hx: { detection, ...(web === undefined ? {} : { web }) },
  }
}

function sourceOf(source: Event['source'], client: string | undefined): Pick<Event, 'source'> {
  if (client !== undefined && client !== '') return { source: { ip: client, address: client } }
  return source === undefined ? {} : { source }
}
