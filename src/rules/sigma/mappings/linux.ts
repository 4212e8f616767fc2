// Our sensors' events as the Linux log sources of Sigma's taxonomy: process_creation, network_connection, dns_query,
// file_*, and the logs of services.

import type { EventChoice, FieldSource, Mapping } from './mapping.ts'

const commandLine = { join: 'process.args', or: 'process.command_line' } as const

const actor = {
  Image: 'process.executable',
  CommandLine: commandLine,
  ProcessId: 'process.pid',
  ProcessGuid: 'process.entity_id',
  User: { first: ['process.user.name', 'user.name', 'process.user.id', 'user.id'] },
} as const satisfies Readonly<Record<string, FieldSource>>

const process: Mapping = {
  id: 'process_creation',
  product: 'linux',
  category: 'process_creation',
  events: [{ dataset: 'hx.process', is: { 'event.action': ['exec'] } }],
  fields: {
    ...actor,
    CurrentDirectory: 'process.working_directory',
    ParentImage: 'process.parent.executable',
    ParentCommandLine: { join: 'process.parent.args', or: 'process.parent.command_line' },
    ParentProcessId: 'process.parent.pid',
    ParentProcessGuid: 'process.parent.entity_id',
    ParentUser: { first: ['process.parent.user.name', 'process.parent.user.id'] },
    // Sysmon for Linux tells the user's number here.
    LogonId: 'process.user.id',
    LogonGuid: 'hx.process.session',
    TerminalSessionId: 'hx.process.session',
    Hashes: 'process.hash.sha256',
    sha256: 'process.hash.sha256',
  },
  keywords: [commandLine, 'process.executable'],
}

const termination: Mapping = {
  id: 'process_termination',
  product: 'linux',
  category: 'process_termination',
  events: [{ dataset: 'hx.process', is: { 'event.action': ['exit'] } }],
  fields: actor,
  keywords: ['process.executable'],
}

const access: Mapping = {
  id: 'process_access',
  product: 'linux',
  category: 'process_access',
  events: [
    {
      dataset: 'hx.process',
      is: { 'event.action': ['ptrace-attach', 'ptrace-seize', 'ptrace-process_vm_writev'] },
    },
  ],
  fields: {
    ...actor,
    SourceImage: 'process.executable',
    TargetImage: 'hx.process.target.executable',
    TargetProcessId: 'hx.process.target.pid',
  },
  keywords: ['message'],
}

const network: Mapping = {
  id: 'network_connection',
  product: 'linux',
  category: 'network_connection',
  events: [
    {
      dataset: 'hx.network',
      is: {
        'event.action': [
          'connect',
          'connection-attempt',
          'connection-refused',
          'connection-failed',
          'accept',
          'udp',
        ],
      },
    },
  ],
  fields: {
    ...actor,
    Initiated: { path: 'network.direction', lookup: { egress: 'true', ingress: 'false' } },
    Protocol: 'network.transport',
    SourceIp: 'source.ip',
    SourcePort: 'source.port',
    SourceHostname: 'source.domain',
    DestinationIp: 'destination.ip',
    DestinationPort: 'destination.port',
    DestinationHostname: 'destination.domain',
    DestinationIsIpv6: { path: 'network.type', lookup: { ipv6: 'true', ipv4: 'false' } },
  },
  keywords: ['message'],
}

const firewall: Mapping = {
  id: 'firewall',
  product: '',
  category: 'firewall',
  events: network.events,
  fields: {
    src_ip: 'source.ip',
    src_port: 'source.port',
    dst_ip: 'destination.ip',
    dst_port: 'destination.port',
  },
  keywords: ['message'],
}

const dnsFields = {
  ...actor,
  QueryName: 'dns.question.name',
  QueryResults: 'dns.resolved_ip',
  QueryStatus: 'dns.response_code',
  query: 'dns.question.name',
  answer: 'dns.resolved_ip',
  record_type: 'dns.question.type',
} as const satisfies Readonly<Record<string, FieldSource>>

const dnsEvents: readonly EventChoice[] = [
  { dataset: 'hx.dns', is: { 'event.action': ['dns-query', 'dns-answer'] } },
]

const dnsQuery: Mapping = {
  id: 'dns_query',
  product: 'linux',
  category: 'dns_query',
  events: dnsEvents,
  fields: dnsFields,
  keywords: ['dns.question.name'],
}

const dns: Mapping = { ...dnsQuery, id: 'dns', product: '', category: 'dns' }

const fileFields = {
  ...actor,
  TargetFilename: { first: ['file.target_path', 'file.path'] },
  SourceFilename: 'hx.file.previous_path',
  Hashes: 'file.hash.sha256',
} as const satisfies Readonly<Record<string, FieldSource>>

function fileMapping(category: string, actions: readonly string[]): Mapping {
  return {
    id: category,
    product: 'linux',
    category,
    events: [{ dataset: 'hx.file', is: { 'event.action': actions } }],
    fields: { ...fileFields, TargetFilename: 'file.path' },
    keywords: ['file.path'],
  }
}

const antivirus: Mapping = {
  id: 'antivirus',
  product: '',
  category: 'antivirus',
  events: [{ dataset: 'hx.verdict' }],
  fields: {
    Signature: { each: ['hx.verdict.names', 'rule.name'] },
    Filename: 'file.path',
    User: { first: ['user.name', 'user.id', 'process.user.name'] },
    Image: 'process.executable',
    Action: 'event.action',
    FileHash: 'file.hash.sha256',
  },
  keywords: ['hx.verdict.names', 'rule.name', 'file.path', 'message'],
}

const history: Mapping = {
  id: 'shell history',
  product: 'linux',
  services: ['shell'],
  events: [{ dataset: 'hx.history', is: { 'event.action': ['command'] } }],
  fields: { ...actor, CommandLine: 'hx.history.command' },
  keywords: ['hx.history.command'],
}

export const linuxMappings: readonly Mapping[] = [
  process,
  termination,
  access,
  network,
  firewall,
  dnsQuery,
  dns,
  fileMapping('file_event', [
    'create',
    'write',
    'rename',
    'autostart-added',
    'autostart-changed',
    'setuid-added',
  ]),
  fileMapping('file_change', ['write', 'attributes', 'autostart-changed']),
  fileMapping('file_delete', ['delete', 'autostart-removed']),
  fileMapping('file_rename', ['rename']),
  antivirus,
  history,
]
