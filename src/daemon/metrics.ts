// Counts of the daemon in the text format of Prometheus (exposition format 0.0.4).

import type { DaemonStatus } from './status.ts'

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}

export function collectMetrics(status: DaemonStatus): string {
  return [...guardMetrics(status), ...hostMetrics(status)].map((metric) => textOf(metric)).join('')
}

function guardMetrics({ gate, rssBytes, uptimeMs, engine }: DaemonStatus): Metric[] {
  const { counters } = gate
  const verdicts = (['found', 'partial', 'failed'] as const).map((verdict) => ({
    labels: { verdict },
    value: counters[verdict],
  }))
  return [
    single('haechi_uptime_seconds', 'gauge', 'Time since the start.', uptimeMs / 1000),
    single('haechi_resident_memory_bytes', 'gauge', 'Resident set of the daemon.', rssBytes),
    single('haechi_signatures', 'gauge', 'Signatures in use.', engine.signatures),
    single(
      'haechi_gate_questions_total',
      'counter',
      'Opens that the kernel asked about.',
      counters.questions,
    ),
    single('haechi_gate_denied_total', 'counter', 'Opens that were refused.', counters.denied),
    single('haechi_gate_deadlines_total', 'counter', 'Opens answered by the deadline.', counters.deadlines),
    single('haechi_gate_scanned_total', 'counter', 'Files that were scanned.', counters.scanned),
    {
      name: 'haechi_gate_verdicts_total',
      type: 'counter',
      help: 'Files that were not clean, by verdict.',
      samples: verdicts,
    },
    single('haechi_gate_queued', 'gauge', 'Files that wait for a scan.', gate.queued),
  ]
}

function hostMetrics({ host }: DaemonStatus): Metric[] {
  if (host === undefined) return []
  const { sensors, ledger, store, rules } = host
  return [
    {
      name: 'haechi_sensor_up',
      type: 'gauge',
      help: '1 when the sensor stands; its tier says how it sees.',
      samples: sensors.map(({ id, status, fault }) => ({
        labels: { sensor: id, tier: status?.tier ?? 'none' },
        value: fault === undefined && status !== undefined ? 1 : 0,
      })),
    },
    {
      name: 'haechi_events_lost_total',
      type: 'counter',
      help: 'Events that are known to be missing, by source.',
      samples: ledger.map(({ source, lost }) => ({ labels: { source }, value: lost })),
    },
    {
      name: 'haechi_losses_total',
      type: 'counter',
      help: 'How often events were lost, by source.',
      samples: ledger.map(({ source, times }) => ({ labels: { source }, value: times })),
    },
    single('haechi_events_total', 'counter', 'Events handed to the store.', host.events),
    single('haechi_events_queued', 'gauge', 'Events on their way to the store.', host.queued),
    single('haechi_store_events', 'gauge', 'Events in the store.', store.stats.events),
    single('haechi_store_bytes', 'gauge', 'Size of the store on the disk.', store.stats.usedBytes),
    {
      name: 'haechi_cpu_seconds_total',
      type: 'counter',
      help: 'Processor time by part.',
      samples: [
        { labels: { part: 'sensors' }, value: host.cpuMs / 1000 },
        { labels: { part: 'store' }, value: store.cpuMs / 1000 },
        ...(rules === undefined ? [] : [{ labels: { part: 'rules' }, value: rules.cpuMs / 1000 }]),
      ],
    },
    ...ruleMetrics(rules),
    {
      name: 'haechi_output_events_total',
      type: 'counter',
      help: 'Events written, by output.',
      samples: store.outputs.map(({ id, written }) => ({ labels: { output: id }, value: written })),
    },
    {
      name: 'haechi_output_lost_total',
      type: 'counter',
      help: 'Events that an output could not take.',
      samples: store.outputs.map(({ id, lost }) => ({ labels: { output: id }, value: lost })),
    },
  ]
}

function ruleMetrics(rules: NonNullable<DaemonStatus['host']>['rules']): Metric[] {
  if (rules === undefined) return []
  return [
    single('haechi_rules', 'gauge', 'Sigma rules in use.', rules.active),
    single('haechi_detections_total', 'counter', 'What rules have found.', rules.detections),
    single('haechi_incidents_open', 'gauge', 'Incidents that are open.', rules.openIncidents),
    single('haechi_rules_behind', 'gauge', 'Stored events that rules have not seen.', rules.behind),
  ]
}

function single(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, type, help, samples: [{ value }] }
}

function textOf({ name, type, help, samples }: Metric): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function escape(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
}
