// Builds example incidents for tests, thing by thing and step by step, as an engine would tell them.

import type {
  Event,
  Incident,
  IncidentLink,
  IncidentNode,
  IncidentStep,
  LinkKind,
  NodeKind,
  StepDetection,
} from '../../src/model/index.ts'

const startMs = Date.parse('2026-11-22T10:00:00.000Z')

interface StepParts {
  readonly nodes: readonly string[]
  readonly text: string
  readonly why?: string
  readonly detections?: readonly StepDetection[]
  readonly count?: number
  readonly action?: string
}

/** Collects nodes, links and steps; each step is later than the one before. */
export class IncidentBuilder {
  readonly nodes: IncidentNode[] = []
  readonly links: IncidentLink[] = []
  readonly steps: IncidentStep[] = []
  #ms = startMs
  #sequence = 41_000

  later(ms: number): string {
    this.#ms += ms
    return new Date(this.#ms).toISOString()
  }

  get now(): string {
    return new Date(this.#ms).toISOString()
  }

  node(kind: NodeKind, label: string, parts: Partial<IncidentNode> = {}): string {
    const id = parts.id ?? `${kind}:${label}`
    const node = {
      kind,
      label,
      role: 'member',
      first: this.now,
      last: this.now,
      score: 0,
      facts: {},
    } as const
    this.nodes.push({ ...node, ...parts, id })
    return id
  }

  process(commandLine: string, pid: number, parts: Partial<IncidentNode> & { user?: string } = {}): string {
    const { user = 'www-data', ...rest } = parts
    const executable = `/usr/bin/${commandLine.split(' ')[0] ?? ''}`
    return this.node('process', commandLine, {
      id: `process:5f0c1a2b:${pid}:${pid * 7}`,
      facts: {
        'process.pid': pid,
        'process.executable': executable,
        'process.command_line': commandLine,
        'user.name': user,
      },
      ...rest,
    })
  }

  link(from: string, kind: LinkKind, to: string, why: string): void {
    this.links.push({ from, to, kind, why, first: this.now, sequences: [this.#sequence] })
  }

  step(
    afterMs: number,
    { nodes, text, why = '', detections: found = [], count = 1, action = 'exec' }: StepParts,
  ): void {
    const time = this.later(afterMs)
    this.#sequence += 3
    const severity = Math.max(1, ...found.map((one) => one.severity))
    const event: Event = {
      '@timestamp': time,
      event: {
        kind: found.length > 0 ? 'alert' : 'event',
        category: ['process'],
        type: ['start'],
        action,
        dataset: 'hx.process',
        provider: 'ebpf',
        severity,
        sequence: this.#sequence,
      },
      message: text,
    }
    const last = count > 1 ? { lastTime: this.later(900) } : {}
    this.steps.push({
      time,
      ...last,
      sequence: this.#sequence,
      count,
      text,
      severity,
      nodes,
      why,
      detections: found,
      event,
    })
  }

  build(parts: Partial<Incident>): Incident {
    return {
      version: 1,
      id: 7,
      title: '',
      level: 'critical',
      score: 97,
      status: 'open',
      first: this.steps[0]?.time ?? this.now,
      last: this.steps.at(-1)?.time ?? this.now,
      nodes: this.nodes,
      links: this.links,
      steps: this.steps,
      accounts: [],
      addresses: [],
      containers: [],
      techniques: [
        ...new Set(this.steps.flatMap((step) => step.detections.flatMap((one) => one.techniques))),
      ],
      suggestions: [],
      history: [{ time: this.steps[0]?.time ?? this.now, change: 'opened', why: 'the first detection' }],
      omitted: { nodes: 0, links: 0, steps: 0 },
      ...parts,
    }
  }
}

export function detection(
  name: string,
  severity: number,
  techniques: string,
  parts: Partial<StepDetection> = {},
): StepDetection {
  return {
    rule: `haechi-${severity}-${name.length}`,
    name,
    ruleset: 'sigma',
    severity,
    techniques: techniques.split(' '),
    ...parts,
  }
}
