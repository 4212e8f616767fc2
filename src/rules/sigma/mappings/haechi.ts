// What only Haechi's sensors tell, as log sources of `product: haechi`, one category for each kind of events. Rules name the
// events' own members (`event.action`, `file.path`, `hx.autostart.kind`); the names of Sigma's taxonomy are there too.
// `category: command` is every command text that a shell is to run, from whichever sensor knows it.

import type { EventDataset } from '../../../model/index.ts'
import type { FieldSource, Mapping } from './mapping.ts'

type Fields = Mapping['fields']

const user: FieldSource = {
  first: ['process.user.name', 'user.name', 'process.user.id', 'user.id'],
}

const actor: Fields = {
  Image: 'process.executable',
  CommandLine: { join: 'process.args', or: 'process.command_line' },
  ParentImage: 'process.parent.executable',
  ParentCommandLine: { join: 'process.parent.args', or: 'process.parent.command_line' },
  User: user,
}

function mapping(
  category: string,
  dataset: EventDataset,
  { actions, fields = {} }: { readonly actions?: readonly string[]; readonly fields?: Fields } = {},
): Mapping {
  return {
    id: `haechi ${category}`,
    product: 'haechi',
    category,
    events: [{ dataset, ...(actions === undefined ? {} : { is: { 'event.action': actions } }) }],
    fields: { ...actor, ...fields },
    keywords: ['message'],
  }
}

/** What is not run yet, or was typed, has no program of its own: a shell is given it. */
const byShell = { text: '/bin/sh' } as const satisfies FieldSource

const commands: readonly Mapping[] = [
  mapping('command', 'hx.process', { actions: ['exec'] }),
  mapping('command', 'hx.history', {
    actions: ['command'],
    fields: { Image: byShell, CommandLine: 'hx.history.command' },
  }),
  mapping('command', 'hx.schedule', {
    actions: ['job-added', 'job-changed'],
    fields: {
      Image: byShell,
      CommandLine: 'hx.schedule.command',
      User: { first: ['hx.schedule.user', 'process.user.name'] },
    },
  }),
  mapping('command', 'hx.service', {
    actions: ['unit-added', 'unit-changed'],
    fields: {
      Image: byShell,
      CommandLine: 'hx.service.exec',
      User: { first: ['hx.service.user', 'process.user.name'] },
    },
  }),
]

export const haechiMappings: readonly Mapping[] = [
  ...commands,
  mapping('process', 'hx.process', {
    actions: [
      'setuid',
      'setgid',
      'setreuid',
      'setregid',
      'setresuid',
      'setresgid',
      'capset',
      'credentials-gained',
      'ptrace-attach',
      'ptrace-seize',
      'ptrace-process_vm_writev',
      'memfd-create',
      'module-load',
      'process-hidden',
    ],
    fields: { TargetImage: 'hx.process.target.executable' },
  }),
  mapping('network', 'hx.network', {
    fields: {
      SourceIp: 'source.ip',
      SourcePort: 'source.port',
      DestinationIp: 'destination.ip',
      DestinationPort: 'destination.port',
      DestinationHostname: 'destination.domain',
    },
  }),
  mapping('dns', 'hx.dns', { fields: { QueryName: 'dns.question.name' } }),
  mapping('file_change', 'hx.file', {
    actions: ['create', 'write', 'rename', 'attributes', 'delete'],
    fields: { TargetFilename: 'file.path', SourceFilename: 'hx.file.previous_path' },
  }),
  mapping('autostart', 'hx.file', {
    actions: ['autostart-added', 'autostart-changed', 'autostart-removed'],
    fields: { TargetFilename: 'file.path' },
  }),
  mapping('setuid', 'hx.file', {
    actions: ['setuid', 'setgid', 'capability'].flatMap((privilege) =>
      ['added', 'changed', 'removed', 'found'].map((what) => `${privilege}-${what}`),
    ),
    fields: { TargetFilename: 'file.path' },
  }),
  mapping('login', 'hx.login', { fields: { SourceIp: 'source.ip', User: 'user.name' } }),
  mapping('history', 'hx.history', {
    actions: ['history-cleared', 'history-edited'],
    fields: { TargetFilename: 'file.path' },
  }),
  mapping('service', 'hx.service'),
  mapping('schedule', 'hx.schedule'),
  // Lines are another category, because there are so many.
  mapping('log', 'hx.log', {
    actions: ['log-rotated', 'log-cleared', 'log-truncated', 'log-deleted', 'log-replaced'],
    fields: { TargetFilename: 'file.path' },
  }),
  mapping('log_line', 'hx.log', { actions: ['line'] }),
  mapping('verdict', 'hx.verdict', {
    fields: { TargetFilename: 'file.path', Signature: { each: ['hx.verdict.names', 'rule.name'] } },
  }),
  mapping('health', 'hx.health'),
]
