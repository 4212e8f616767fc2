// Builds the events of a host as its sensors tell them (fields as recorded from the daemon beside a real Apache with PHP), and
// feeds them to an engine. For tests only.

import assert from 'node:assert/strict'

import type { Event, Incident, ProcessInfo, WebRequestSeen } from '../model/index.ts'
import { createIncidents, type IncidentEngine, type IncidentOptions } from './index.ts'

const startMs = Date.parse('2026-11-22T13:00:00.000Z')
export const boot = '67b40481'

interface Detected {
  readonly rule: string
  readonly severity: number
  readonly techniques?: readonly string[]
  readonly web?: { readonly class: string; readonly outcome: string; readonly confidence?: number }
}

interface Program {
  readonly pid: number
  readonly name: string
  readonly executable: string
  readonly args: readonly string[]
  readonly parent?: ProcessInfo
  readonly user?: string
  /** Clock ticks since boot; of the pid where not given. */
  readonly start?: number
}

export class Scene {
  engine: IncidentEngine
  readonly told: {
    readonly event: Event
    readonly detections: readonly Event[]
    readonly request: WebRequestSeen | undefined
  }[] = []
  ms = 0
  #sequence = 0

  constructor(options: IncidentOptions = {}) {
    this.engine = createIncidents(options)
  }

  /** Milliseconds since the beginning. */
  at(ms: number): this {
    this.ms = ms
    return this
  }

  get time(): string {
    return new Date(startMs + this.ms).toISOString()
  }

  send(
    event: Omit<Event, '@timestamp' | 'event'> & { readonly event: Partial<Event['event']> },
    detected: readonly Detected[] = [],
    request?: WebRequestSeen,
  ): Event {
    this.#sequence += 1
    const whole: Event = {
      '@timestamp': this.time,
      ...event,
      event: {
        kind: 'event',
        category: ['process'],
        type: ['info'],
        action: 'x',
        dataset: 'hx.process',
        provider: 'test',
        ...event.event,
        sequence: this.#sequence,
      },
    }
    const detections = detected.map((one) => detectionOf(whole, one))
    this.told.push({ event: whole, detections, request })
    this.engine.add(whole, detections, request)
    return whole
  }

  exec(process: ProcessInfo, ...detected: readonly Detected[]): Event {
    return this.send(
      {
        event: { action: 'exec', type: ['start'] },
        process,
        ...userOf(process),
        ...(process.executable === undefined ? {} : { file: { path: process.executable } }),
      },
      detected,
    )
  }

  exit(process: ProcessInfo): Event {
    return this.send({ event: { action: 'exit', type: ['end'] }, process })
  }

  file(
    action: string,
    path: string,
    process?: ProcessInfo,
    more: Partial<Event['event']> & { readonly inode?: string } = {},
  ): Event {
    const { inode, ...event } = more
    return this.send({
      event: { dataset: 'hx.file', category: ['file'], action, ...event },
      file: { path, type: 'file', ...(inode === undefined ? {} : { inode }) },
      ...(process === undefined ? {} : { process }),
    })
  }

  net(
    action: string,
    process: ProcessInfo,
    [from, to]: readonly [string, string],
    ...detected: readonly Detected[]
  ): Event {
    return this.send(
      {
        event: { dataset: 'hx.network', category: ['network'], action },
        process,
        source: endOf(from),
        destination: endOf(to),
      },
      detected,
    )
  }

  /** A line of an access log, its time in whole seconds as Apache writes it. */
  line(client: string, request: string, status = 200, ...detected: readonly Detected[]): Event {
    const now = this.ms
    const [method = 'GET', target = '/'] = request.split(' ')
    const begin = Math.floor(now / 1000) * 1000
    const seen: WebRequestSeen = {
      timeMs: startMs + begin,
      client,
      method,
      target,
      status,
      bytes: 100,
      referer: '',
      userAgent: 'curl/7.88.1',
      host: '',
      user: '',
      durationMs: -1,
    }
    this.ms = begin
    const event = this.send(
      {
        event: { dataset: 'hx.log', category: ['web'], action: 'line' },
        log: { file: { path: '/var/log/apache2/access.log' } },
      },
      detected,
      seen,
    )
    this.ms = now
    return event
  }

  /** Something ordinary happens, so that time has gone on. */
  later(ms: number): this {
    this.ms += ms
    this.send({ event: { dataset: 'hx.health', action: 'tick' } })
    return this
  }

  changed(): readonly Incident[] {
    return this.engine.takeChanged()
  }

  /** The only open incident. */
  one(): Incident {
    const open = this.changed().filter(({ status }) => status === 'open')
    assert.equal(open.length, 1, open.map(({ title }) => title).join(' | '))
    const [incident] = open
    assert.ok(incident !== undefined)
    return incident
  }
}

export function program({
  pid,
  name,
  executable,
  args,
  parent,
  user = 'www-data',
  start = pid * 10,
}: Program): ProcessInfo {
  return {
    entity_id: `${boot}:${pid}:${start}`,
    pid,
    name,
    executable,
    args,
    command_line: args.join(' '),
    working_directory: '/srv/work',
    user: { id: user === 'root' ? '0' : '33', name: user },
    ...(parent === undefined ? {} : { parent: asParent(parent) }),
  }
}

/** Events say of a parent only this. */
function asParent({ entity_id, pid, name, executable, args, command_line }: ProcessInfo): ProcessInfo {
  return {
    pid,
    ...(entity_id === undefined ? {} : { entity_id }),
    ...(name === undefined ? {} : { name }),
    ...(executable === undefined ? {} : { executable }),
    ...(args === undefined ? {} : { args }),
    ...(command_line === undefined ? {} : { command_line }),
  }
}

export const init = program({
  pid: 1,
  name: 'systemd',
  executable: '/usr/lib/systemd/systemd',
  args: ['/sbin/init'],
  user: 'root',
})
export const apache = program({
  pid: 100,
  name: 'apache2',
  executable: '/usr/sbin/apache2',
  args: ['/usr/sbin/apache2', '-k', 'start'],
  parent: init,
  user: 'root',
})
export const cron = program({
  pid: 90,
  name: 'cron',
  executable: '/usr/sbin/cron',
  args: ['/usr/sbin/cron', '-f'],
  parent: init,
  user: 'root',
})
export const sshd = program({
  pid: 80,
  name: 'sshd',
  executable: '/usr/sbin/sshd',
  args: ['sshd: /usr/sbin/sshd -D'],
  parent: init,
  user: 'root',
})

export function worker(pid: number): ProcessInfo {
  return program({
    pid,
    name: 'apache2',
    executable: '/usr/sbin/apache2',
    args: ['/usr/sbin/apache2', '-k', 'start'],
    parent: apache,
  })
}

export function shell(pid: number, command: string, parent: ProcessInfo, user?: string): ProcessInfo {
  return program({
    pid,
    name: 'sh',
    executable: '/usr/bin/dash',
    args: ['sh', '-c', command],
    parent,
    ...(user === undefined ? {} : { user }),
  })
}

export function tool(pid: number, command: string, parent: ProcessInfo, user?: string): ProcessInfo {
  const args = command.split(' ')
  const [name = ''] = args
  const executable = name.startsWith('/') ? name : `/usr/bin/${name}`
  return program({
    pid,
    name: executable.slice(executable.lastIndexOf('/') + 1),
    executable,
    args,
    parent,
    ...(user === undefined ? {} : { user }),
  })
}

export const serverShell: Detected = {
  rule: 'web-shell-spawn',
  severity: 70,
  techniques: ['T1505.003', 'T1059.004'],
}
export const suspicious: Detected = { rule: 'suspicious', severity: 60, techniques: ['T1059'] }

function detectionOf(event: Event, { rule, severity, techniques = [], web }: Detected): Event {
  return {
    ...event,
    event: {
      ...event.event,
      kind: 'alert',
      category: ['intrusion_detection'],
      dataset: 'hx.detection',
      severity,
    },
    rule: { id: rule, name: rule, ruleset: web === undefined ? 'sigma' : 'weblog' },
    threat: { technique: { id: techniques } },
    hx: {
      detection: {
        source: web === undefined ? 'sigma' : 'weblog',
        level: 'high',
        of: [event.event.sequence ?? 0],
      },
      ...(web === undefined
        ? {}
        : {
            web: {
              detector: 'test',
              place: 'query',
              name: 'q',
              value: '',
              why: 'because',
              confidence: 90,
              cwe: '',
              method: 'GET',
              target: '/',
              status: 200,
              bytes: 1,
              user_agent: '',
              host: '',
              count: 1,
              ...web,
              outcome: web.outcome as 'failed',
            },
          }),
    },
  }
}

function userOf(process: ProcessInfo): { readonly user?: { readonly name: string } } {
  const name = process.user?.name
  return name === undefined ? {} : { user: { name } }
}

function endOf(text: string): { readonly ip: string; readonly port: number } {
  const at = text.lastIndexOf(':')
  return { ip: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

/** All that an incident must hold, whatever came. */
export function assertSound(incident: Incident): void {
  const nodes = new Map(incident.nodes.map((node) => [node.id, node]))
  assert.equal(nodes.size, incident.nodes.length, 'node ids are unique')
  const near = new Map<string, string[]>()
  for (const { from, to, why } of incident.links) {
    assert.ok(nodes.has(from) && nodes.has(to), `${from} ${to}`)
    assert.notEqual(why, '')
    near.set(from, [...(near.get(from) ?? []), to])
    near.set(to, [...(near.get(to) ?? []), from])
  }
  const [first] = incident.nodes
  const reached = new Set(first === undefined ? [] : [first.id])
  for (const id of reached) for (const other of near.get(id) ?? []) reached.add(other)
  for (const { id, role } of incident.nodes)
    assert.ok(role === 'context' || reached.has(id), `${id} is linked to nothing`)
  const sequences = incident.steps.map(({ sequence }) => sequence).filter((sequence) => sequence !== 0)
  assert.equal(new Set(sequences).size, sequences.length, 'steps are unique')
  const times = incident.steps.map(({ time }) => Date.parse(time))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    'steps are in order',
  )
  for (const { nodes: about } of incident.steps) for (const id of about) assert.ok(nodes.has(id), id)
  assert.ok(incident.score >= 0 && incident.score <= 100)
}

export function texts(incident: Incident): readonly string[] {
  return incident.steps.map(({ text }) => text)
}

export function ids(incident: Incident, role: 'member' | 'context'): ReadonlySet<string> {
  return new Set(incident.nodes.filter((node) => node.role === role).map(({ id }) => id))
}

export function idOf(process: ProcessInfo): string {
  return `process:${process.entity_id ?? ''}`
}
