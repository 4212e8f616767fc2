// What a step says to people, and which steps say the same.

import type { Event } from '../model/index.ts'
import { baseName } from './boundaries.ts'
import { cut } from './short-text.ts'
import type { GraphNode, Note } from './state.ts'
import { shortName } from './things.ts'

const maxCommand = 300

/** One line. Links that came later (what a request caused) are in it when it is asked again. */
export function textOf({
  event,
  actor,
  others,
  detections,
}: Pick<Note, 'event' | 'actor' | 'others' | 'detections'>): string {
  const text = byDataset(event, actor, others)
  return text === ''
    ? cut(event.message ?? detections[0]?.detection.name ?? event.event.action, 500)
    : cut(text, 600)
}

function byDataset(event: Event, actor: GraphNode, others: readonly GraphNode[]): string {
  switch (event.event.dataset) {
    case 'hx.process':
      return processText(event, actor)
    case 'hx.network':
      return networkText(event, actor)
    case 'hx.file':
      return fileText(event, actor, others)
    case 'hx.log':
      return actor.request === undefined ? logText(event, actor, others) : requestText(actor)
    case 'hx.schedule':
      return scheduleText(event)
    case 'hx.verdict':
      return verdictText(event)
    case 'hx.history':
      return event.event.action === 'command' ? `${nameOf(actor)} typed: ${typed(event)}` : ''
    case 'hx.dns':
      return event.dns?.question === undefined
        ? ''
        : `${nameOf(actor)} asked for the name ${event.dns.question.name}`
    default:
      return ''
  }
}

function nameOf(node: GraphNode): string {
  return node.process === undefined ? node.label : shortName(node)
}

function plainName(node: GraphNode): string {
  const facts = node.process
  if (facts === undefined) return node.label
  return facts.name === '' ? baseName(facts.executable) : facts.name
}

function processText(event: Event, actor: GraphNode): string {
  if (event.event.action !== 'exec') return ''
  const command = cut(event.process?.command_line ?? event.process?.executable ?? '', maxCommand)
  const parent = event.process?.parent
  const by = parent?.name ?? (parent?.executable === undefined ? undefined : baseName(parent.executable))
  const pid = `(pid ${event.process?.pid ?? 0})`
  const start = by === undefined ? `${command} was started ${pid}` : `${by} started ${command} ${pid}`
  const cause = actor.links.find(({ kind, to }) => kind === 'caused' && to === actor)
  return cause === undefined ? start : `${start} for ${cut(cause.from.label, 160)}`
}

function networkText(event: Event, actor: GraphNode): string {
  const { source, destination } = event
  const end = (point: typeof source): string =>
    point?.ip === undefined
      ? 'somewhere'
      : `${point.ip.includes(':') ? `[${point.ip}]` : point.ip}${point.port === undefined ? '' : `:${point.port}`}`
  switch (event.event.action) {
    case 'connect':
      return `${plainName(actor)} connected to ${end(destination)}`
    case 'connection-refused':
    case 'connection-failed':
    case 'connection-attempt':
      return `${plainName(actor)} tried to connect to ${end(destination)}`
    case 'accept':
      return `${plainName(actor)} took a connection from ${source?.ip ?? 'somewhere'}`
    case 'listen':
      return `${plainName(actor)} listens on ${end(destination)}`
    case 'udp':
      return `${plainName(actor)} sent to ${end(destination)}`
    default:
      return ''
  }
}

const fileVerbs: Readonly<Record<string, string>> = {
  create: 'wrote',
  write: 'wrote',
  rename: 'put in place',
  attributes: 'changed the attributes of',
  delete: 'deleted',
  'autostart-added': 'added to autostart',
  'autostart-changed': 'changed in autostart',
  'autostart-removed': 'removed from autostart',
}

function fileText(event: Event, actor: GraphNode, others: readonly GraphNode[]): string {
  const path = event.file?.path ?? ''
  const doer = [actor, ...others].find(({ process }) => process !== undefined)
  const by = doer === undefined ? 'somebody' : plainName(doer)
  switch (event.event.action) {
    case 'setuid-added':
      return `${path} became set-uid ${event.file?.owner ?? event.file?.uid ?? '(unknown)'} by ${by}`
    case 'setgid-added':
      return `${path} became set-gid by ${by}`
    case 'capability-added':
      return `${path} got capabilities by ${by}`
    case 'rename': {
      const uploaded = actor.links.find(({ kind, to }) => kind === 'uploaded' && to === actor)
      if (uploaded !== undefined) return `${by} stored ${path} for ${cut(uploaded.from.label, 160)}`
      const from = fieldOf(event.hx?.['file'], 'previous_path')
      return from === '' ? `${by} put ${path} in place` : `${by} renamed ${from} to ${path}`
    }
    default: {
      const verb = fileVerbs[event.event.action]
      return verb === undefined ? '' : `${by} ${verb} ${path}`
    }
  }
}

function requestText(actor: GraphNode): string {
  const { request } = actor
  if (request === undefined) return ''
  const { client, seen } = request
  const what = `${seen.method} ${cut(seen.target, 300)}`
  const status = seen.status === 0 ? '' : ` (${seen.status})`
  const uploaded = actor.links.find(({ kind }) => kind === 'uploaded')
  if (uploaded !== undefined) return `${client} uploaded ${uploaded.to.label} by ${what}${status}`
  const caused = actor.links.some(({ kind }) => kind === 'caused')
  if (caused) return `${client} had a command run by ${what}${status}`
  return `${client} sent ${what}${status}`
}

function logText(event: Event, actor: GraphNode, others: readonly GraphNode[]): string {
  const path = event.log?.file?.path ?? event.file?.path ?? 'a log'
  const verbs: Readonly<Record<string, string>> = {
    'log-cleared': 'was emptied',
    'log-truncated': 'was shortened',
    'log-deleted': 'was deleted',
    'log-replaced': 'was replaced',
  }
  const verb = verbs[event.event.action]
  if (verb === undefined) return ''
  const doer = [actor, ...others].find(({ process }) => process !== undefined)
  return doer?.process === undefined
    ? `${path} ${verb}`
    : `${path} ${verb} by ${cut(doer.process.commandLine, 200)} (pid ${doer.process.pid})`
}

function scheduleText(event: Event): string {
  const schedule = event.hx?.['schedule']
  const command = fieldOf(schedule, 'command')
  const user = fieldOf(schedule, 'user')
  const when = fieldOf(schedule, 'schedule')
  const verb = event.event.action.replace('job-', '')
  const kind = fieldOf(schedule, 'kind') === 'crontab' ? 'cron job' : fieldOf(schedule, 'kind') || 'job'
  return `${kind}${user === '' ? '' : ` of ${user}`} ${verb}: ${cut(`${when} ${command}`.trim(), maxCommand)}`
}

function verdictText(event: Event): string {
  const names = event.hx?.verdict?.names.slice(0, 4).join(', ') ?? ''
  const denied = event.hx?.['decision'] === 'deny' ? ', and access was refused' : ''
  return `${names || 'something malicious'} was found in ${event.file?.path ?? 'a file'}${denied}`
}

function typed(event: Event): string {
  return cut(fieldOf(event.hx?.['history'], 'command'), maxCommand)
}

function fieldOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return ''
  const field: unknown = (value as Readonly<Record<string, unknown>>)[name]
  return typeof field === 'string' ? field : ''
}

/** Equal for steps that say the same: what is done, by which program, to what. Not which pid or second. */
export function foldOf({ event, actor, detections }: Pick<Note, 'event' | 'actor' | 'detections'>): string {
  const rules = detections.map(({ detection }) => detection.rule).join(',')
  const { action, dataset } = event.event
  const parts = [dataset, action, rules]
  if (actor.request !== undefined) {
    const isNoise = detections.length > 0 && detections.every((found) => found.isNoise)
    // A scan is one step for each kind of attack, whatever it asks for.
    parts.push(actor.request.client, isNoise ? '' : actor.label)
  } else {
    parts.push(plainName(actor), event.process?.command_line ?? '', event.process?.parent?.name ?? '')
    parts.push(event.file?.path ?? '', event.log?.file?.path ?? '', peersOf(event))
    if (dataset === 'hx.network') parts.push(String(event.destination?.port ?? ''))
    if (dataset === 'hx.history') parts.push(typed(event))
    if (dataset === 'hx.schedule') parts.push(fieldOf(event.hx?.['schedule'], 'command'))
  }
  return parts.join('\n').slice(0, 1024)
}

function peersOf({ source, destination, user, service }: Event): string {
  return [source?.ip, destination?.ip, user?.effective?.name, user?.target?.name, service?.name].join(',')
}
