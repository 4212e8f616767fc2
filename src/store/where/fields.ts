// The fields that a filter may name: ECS names as in model/event.ts, and short names for the ones that are typed most.

import { type EventDataset, eventDatasets } from '../../model/index.ts'
import { nearestName } from './nearest.ts'

const processFields = [
  'entity_id',
  'pid',
  'name',
  'executable',
  'args',
  'args_count',
  'command_line',
  'working_directory',
  'start',
  'end',
  'exit_code',
  'interactive',
  'tty.char_device.major',
  'tty.char_device.minor',
  'hash.sha256',
  'thread.id',
  'thread.capabilities.effective',
  'thread.capabilities.permitted',
  'session_leader.pid',
]
const userFields = [
  'id',
  'name',
  'group.id',
  'group.name',
  'effective.id',
  'effective.name',
  'target.id',
  'target.name',
]
const endpointFields = ['ip', 'port', 'address', 'domain']

function below(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => `${prefix}.${name}`)
}

const ownProcessFields = [
  ...processFields,
  ...below('user', userFields),
  ...below('real_user', userFields),
  ...below('saved_user', userFields),
]

export const fieldNames: readonly string[] = [
  '@timestamp',
  'message',
  ...below('event', [
    'kind',
    'category',
    'type',
    'action',
    'dataset',
    'provider',
    'outcome',
    'reason',
    'severity',
  ]),
  ...below('process', ownProcessFields),
  ...below('process.parent', ownProcessFields),
  ...below('user', userFields),
  ...below('group', ['id', 'name']),
  ...below('file', [
    'path',
    'name',
    'target_path',
    'type',
    'inode',
    'device',
    'mode',
    'uid',
    'gid',
    'owner',
    'size',
    'mtime',
    'ctime',
    'hash.sha256',
    'mime_type',
  ]),
  ...below('source', endpointFields),
  ...below('destination', endpointFields),
  ...below('network', ['transport', 'type', 'direction', 'community_id']),
  ...below('dns', ['id', 'type', 'question.name', 'question.type', 'response_code', 'resolved_ip']),
  ...below('service', ['name', 'state', 'type', 'id']),
  ...below('log', ['file.path', 'offset', 'syslog.appname', 'syslog.procid', 'syslog.hostname']),
  ...below('rule', ['id', 'name', 'ruleset']),
  'threat.technique.id',
  ...below('container', ['id', 'name', 'runtime', 'image.name']),
]

const known: ReadonlySet<string> = new Set(fieldNames)
/** Objects, of which a filter may ask whether they are there. */
const parents: ReadonlySet<string> = new Set(
  fieldNames.flatMap((name) => {
    const parts = name.split('.')
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'))
  }),
)

/** Short name → the fields it stands for: any of them. */
export const fieldAliases: Readonly<Record<string, readonly string[]>> = {
  time: ['@timestamp'],
  action: ['event.action'],
  dataset: ['event.dataset'],
  severity: ['event.severity'],
  outcome: ['event.outcome'],
  provider: ['event.provider'],
  pid: ['process.pid'],
  ppid: ['process.parent.pid'],
  name: ['process.name'],
  exe: ['process.executable'],
  args: ['process.args'],
  cwd: ['process.working_directory'],
  user: ['user.name', 'user.id', 'process.user.name', 'process.user.id'],
  uid: ['user.id', 'process.user.id'],
  ip: ['source.ip', 'destination.ip'],
  port: ['source.port', 'destination.port'],
  domain: ['dns.question.name', 'source.domain', 'destination.domain'],
  path: ['file.path', 'log.file.path'],
  sha256: ['process.hash.sha256', 'file.hash.sha256'],
  unit: ['service.name'],
  rule: ['rule.name', 'rule.id'],
}

const timeFields: ReadonlySet<string> = new Set([
  '@timestamp',
  'process.start',
  'process.end',
  'file.mtime',
  'file.ctime',
])

export function isTimeField(field: string): boolean {
  return timeFields.has(field)
}

/** What a name stands for; undefined when it is none. Below `hx` any name is one. */
export function fieldsNamed(name: string): readonly string[] | undefined {
  if (Object.hasOwn(fieldAliases, name)) return fieldAliases[name]
  if (known.has(name) || parents.has(name) || /^hx(?:\.[\w-]+)+$/.test(name)) return [name]
  return undefined
}

export function suggestField(name: string): string | undefined {
  return nearestName(name, [...Object.keys(fieldAliases), ...fieldNames])
}

/** `process` → `hx.process`; undefined when there is no such dataset. */
export function datasetNamed(name: string): EventDataset | undefined {
  return eventDatasets.find((dataset) => dataset === name || dataset === `hx.${name}`)
}
