// The cases of content/tests as events: a case says what a sensor saw in a few words, and this gives it the form in which
// that sensor tells it (captured from the daemon, trimmed to what rules can ask for). `event` is taken as it is.

import type { Event, EventDataset, HaechiInfo, ProcessInfo } from '../../src/model/index.ts'
import { argumentsOf, executableOf } from './words.ts'

/** What was seen; one of `exec`, `typed`, `job`, `unit`, `file`, `connect`, `dns`, `login` and `event` says which kind it is. */
interface CaseEvent {
  /** A command line as one types it, or its arguments. */
  readonly exec?: string | readonly string[]
  readonly typed?: string
  readonly job?: string
  readonly unit?: string
  readonly file?: string
  /** IP:PORT. */
  readonly connect?: string
  readonly dns?: string
  /** event.action of the login sensor. */
  readonly login?: string
  readonly event?: Event
  /** Path of the executable where it is not /usr/bin/NAME. */
  readonly exe?: string
  /** Command line of the acting process; of `exec` its parent. */
  readonly parent?: string
  readonly by?: string
  readonly user?: string
  readonly cwd?: string
  readonly interactive?: boolean
  readonly container?: string
  /** Of `file`: its action; `autostart-added` unless given where there is a `kind`. */
  readonly action?: string
  readonly kind?: string
  readonly place?: string
  readonly added?: readonly string[]
  readonly severity?: number
  readonly source?: string
  readonly domain?: string
  /** Which parent it is: the same number is the same process. */
  readonly family?: number
  /** Seconds after the case began. */
  readonly at?: number
  /** More of `hx`. */
  readonly hx?: HaechiInfo
}

const begin = Date.parse('2026-05-01T10:00:00Z')

type Told = Omit<Event, '@timestamp' | 'event'>

/** A text or a list of texts is the command line of an exec. */
export type ToldEvent = CaseEvent | string | readonly string[]

export function eventOf(told: ToldEvent, sequence: number): Event {
  const one: CaseEvent = typeof told === 'string' || isList(told) ? { exec: told } : told
  if (one.event !== undefined) return one.event
  const { dataset, action, ...fields } = toldOf(one)
  return {
    '@timestamp': new Date(begin + (one.at ?? sequence) * 1000).toISOString(),
    event: {
      kind: 'event',
      category: [],
      type: [],
      action,
      dataset,
      provider: 'test',
      sequence,
      ...(one.severity === undefined ? {} : { severity: one.severity }),
    },
    ...fields,
    ...(one.container === undefined ? {} : { container: { id: one.container } }),
  }
}

function isList(told: CaseEvent | readonly string[]): told is readonly string[] {
  return Array.isArray(told)
}

interface Kind {
  readonly dataset: EventDataset
  readonly action: string
}

function toldOf(one: CaseEvent): Kind & Told {
  const { hx = {} } = one
  if (one.exec !== undefined)
    return { dataset: 'hx.process', action: 'exec', process: processOf(one, one.exec), hx }
  if (one.typed !== undefined) {
    const history = { command: one.typed, shell: 'bash', sources: ['readline'] }
    return { dataset: 'hx.history', action: 'command', user: userOf(one), hx: { history, ...hx } }
  }
  if (one.job !== undefined) {
    const schedule = {
      kind: 'crontab',
      schedule: '* * * * *',
      command: one.job,
      active: true,
      user: one.user ?? 'root',
    }
    return { dataset: 'hx.schedule', action: 'job-added', ...actorOf(one), hx: { schedule, ...hx } }
  }
  if (one.unit !== undefined) {
    const service = { scope: 'system', exec: [one.unit] }
    return { dataset: 'hx.service', action: 'unit-added', ...actorOf(one), hx: { service, ...hx } }
  }
  if (one.file !== undefined) return fileOf(one, one.file)
  return elsewhereOf(one)
}

function fileOf(one: CaseEvent, path: string): Kind & Told {
  const { kind, place, added, action = kind === undefined ? 'create' : 'autostart-added', hx = {} } = one
  const autostart =
    kind === undefined ? {} : { autostart: { kind, ...(added === undefined ? {} : { added }) } }
  return {
    dataset: 'hx.file',
    action,
    file: { path, name: path.slice(path.lastIndexOf('/') + 1), type: 'file', mode: '0755' },
    ...actorOf(one),
    hx: { ...autostart, ...(place === undefined ? {} : { file: { place, program: true } }), ...hx },
  }
}

function elsewhereOf(one: CaseEvent): Kind & Told {
  const { hx = {} } = one
  if (one.connect !== undefined) {
    const [ip = '', port = ''] = one.connect.split(/:(?=\d+$)/)
    const destination = {
      ip,
      port: Number(port),
      ...(one.domain === undefined ? {} : { domain: one.domain }),
    }
    return {
      dataset: 'hx.network',
      action: one.action ?? 'connect',
      destination,
      network: { direction: 'egress' },
      ...actorOf(one),
      hx,
    }
  }
  if (one.dns !== undefined) {
    const question = { name: one.dns, type: 'A' }
    return { dataset: 'hx.dns', action: 'dns-query', dns: { question }, ...actorOf(one), hx }
  }
  if (one.login === undefined) throw new Error(`no kind of event: ${JSON.stringify(one)}`)
  return {
    dataset: 'hx.login',
    action: one.login,
    user: userOf(one),
    ...(one.source === undefined ? {} : { source: { ip: one.source, address: one.source } }),
    hx,
  }
}

function userOf({ user = 'root' }: CaseEvent): { id: string; name: string } {
  return { id: user === 'root' ? '0' : '1000', name: user }
}

function actorOf(one: CaseEvent): { process?: ProcessInfo } {
  return one.by === undefined ? {} : { process: processOf(one, one.by) }
}

function processOf(one: CaseEvent, commandLine: string | readonly string[]): ProcessInfo {
  const { parent = '-bash', cwd = '/root', interactive = false, family = 1 } = one
  const args = argumentsOf(commandLine)
  const parentArgs = argumentsOf(parent)
  const [parentExecutable, parentTitle] = executableOf(parentArgs)
  const [executable, title] = executableOf(args, one.exe)
  return {
    pid: 4242,
    entity_id: `67b40481:4242:${family}77`,
    name: executable.slice(executable.lastIndexOf('/') + 1).slice(0, 15),
    executable,
    args: title,
    args_count: title.length,
    command_line: title.join(' '),
    working_directory: cwd,
    interactive,
    user: userOf(one),
    parent: {
      pid: 4000 + family,
      entity_id: `67b40481:${4000 + family}:1`,
      name: parentExecutable.slice(parentExecutable.lastIndexOf('/') + 1).slice(0, 15),
      executable: parentExecutable,
      args: parentTitle,
      command_line: parentTitle.join(' '),
    },
  }
}
