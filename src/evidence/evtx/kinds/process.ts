// Processes, their connections and their files: of the Security log and of Sysmon.

import type { FileInfo, HaechiInfo, ProcessInfo } from '../../../model/index.ts'
import type { EventFields } from './data.ts'
import { accountOf, baseName, type KindTable, present, processOf, subjectOf, type Told } from './kind.ts'

/** Sessions of the system itself (SYSTEM, LOCAL SERVICE, NETWORK SERVICE), and none. */
const ownLogons: ReadonlySet<string> = new Set(['0x0', '0x3e7', '0x3e5', '0x3e4'])

/** The first of these that is the session of somebody. */
function logonOf(fields: EventFields, ...names: readonly string[]): { readonly hx?: HaechiInfo } {
  const id = names
    .map((name) => fields.text(name)?.toLowerCase())
    .find((text) => text !== undefined && text !== '0x0')
  return id === undefined || ownLogons.has(id) ? {} : { hx: { process: { logon_id: id } } }
}

/** 4688. */
function created(fields: EventFields): Told {
  const executable = fields.text('NewProcessName')
  const command = fields.text('CommandLine')
  const user = accountOf(fields, 'Target')
  const named = user?.name === undefined ? subjectOf(fields) : user
  const parent = processOf(fields.number('ProcessId'), fields.text('ParentProcessName'))
  const process: ProcessInfo = {
    pid: fields.number('NewProcessId') ?? 0,
    ...present({
      executable,
      name: executable && baseName(executable),
      command_line: command,
      parent,
      user: named,
    }),
  }
  return {
    event: { dataset: 'hx.process', action: 'exec', category: ['process'], type: ['start'] },
    message: command ?? executable ?? '',
    process,
    ...present({ user: named }),
    ...logonOf(fields, 'TargetLogonId', 'SubjectLogonId'),
  }
}

/** 4689. */
function ended(fields: EventFields): Told {
  const path = fields.text('ProcessName')
  const status = fields.number('Status')
  return {
    event: { dataset: 'hx.process', action: 'exit', category: ['process'], type: ['end'] },
    message: path ?? '',
    process: {
      ...(processOf(fields.number('ProcessId'), path) ?? { pid: 0 }),
      ...present({ exit_code: status }),
    },
    ...present({ user: subjectOf(fields) }),
  }
}

/** Of the file that the event is about. */
function hashOf(fields: EventFields): { readonly sha256: string } | undefined {
  const sha256 = /SHA256=([0-9A-Fa-f]{64})/.exec(fields.text('Hashes', 'Hash') ?? '')?.[1]
  return sha256 === undefined ? undefined : { sha256: sha256.toLowerCase() }
}

function fileOf(fields: EventFields, path: string): FileInfo {
  return { path, name: baseName(path), ...present({ hash: hashOf(fields) }) }
}

function sysmonProcess(fields: EventFields): ProcessInfo {
  return {
    ...(processOf(fields.number('ProcessId'), fields.text('Image')) ?? { pid: 0 }),
    ...present({
      entity_id: fields.text('ProcessGuid'),
      command_line: fields.text('CommandLine'),
      working_directory: fields.text('CurrentDirectory'),
      user: nameOf(fields.text('User')),
    }),
  }
}

function nameOf(name: string | undefined): { readonly name: string } | undefined {
  return name === undefined ? undefined : { name }
}

/** Sysmon 1. */
function sysmonCreated(fields: EventFields): Told {
  const parent = processOf(fields.number('ParentProcessId'), fields.text('ParentImage'))
  const line = fields.text('ParentCommandLine')
  const guid = fields.text('ParentProcessGuid')
  return {
    event: { dataset: 'hx.process', action: 'exec', category: ['process'], type: ['start'] },
    message: fields.text('CommandLine', 'Image') ?? '',
    process: {
      ...sysmonProcess(fields),
      ...present({ hash: hashOf(fields) }),
      ...(parent === undefined
        ? {}
        : { parent: { ...parent, ...present({ command_line: line, entity_id: guid }) } }),
    },
    ...present({ user: nameOf(fields.text('User')) }),
    ...logonOf(fields, 'LogonId'),
  }
}

/** Sysmon 5. */
function sysmonEnded(fields: EventFields): Told {
  return {
    event: { dataset: 'hx.process', action: 'exit', category: ['process'], type: ['end'] },
    message: fields.text('Image') ?? '',
    process: sysmonProcess(fields),
    ...present({ user: nameOf(fields.text('User')) }),
  }
}

/** Sysmon 8 and 10: one process opens another, or runs a thread in it. */
function sysmonIntrusion(action: string): (fields: EventFields) => Told {
  return (fields) => {
    const target = processOf(fields.number('TargetProcessId'), fields.text('TargetImage'))
    const own = processOf(fields.number('SourceProcessId'), fields.text('SourceImage'))
    return {
      event: { dataset: 'hx.process', action, category: ['process'], type: ['access'] },
      message: `${own?.executable ?? '?'} → ${target?.executable ?? '?'}`,
      ...present({ process: own }),
      hx: { process: present({ target, granted_access: fields.text('GrantedAccess') }) },
    }
  }
}

/** Sysmon 6 and 7. */
function sysmonLoaded(action: 'module-load' | 'image-load'): (fields: EventFields) => Told {
  return (fields) => {
    const path = fields.text('ImageLoaded')
    return {
      event: {
        dataset: 'hx.process',
        action,
        category: [action === 'module-load' ? 'driver' : 'process'],
        type: ['change'],
      },
      message: path ?? '',
      ...(action === 'image-load' ? { process: sysmonProcess(fields) } : {}),
      ...present({ file: path === undefined ? undefined : fileOf(fields, path) }),
    }
  }
}

/** Sysmon 3. */
function sysmonConnected(fields: EventFields): Told {
  const isOutgoing = fields.text('Initiated')?.toLowerCase() !== 'false'
  const endpoint = (side: string): object =>
    present({
      ip: fields.text(`${side}Ip`),
      port: fields.number(`${side}Port`),
      domain: fields.text(`${side}Hostname`),
    })
  const transport = fields.text('Protocol')
  const address = fields.text('DestinationIp') ?? '?'
  return {
    event: {
      dataset: 'hx.network',
      action: isOutgoing ? 'connect' : 'accept',
      category: ['network'],
      type: ['connection', 'start'],
    },
    message: `${fields.text('Image') ?? '?'} ${isOutgoing ? '→' : '←'} ${address}:${fields.text('DestinationPort') ?? '?'}`,
    process: sysmonProcess(fields),
    ...present({ user: nameOf(fields.text('User')) }),
    source: endpoint('Source'),
    destination: endpoint('Destination'),
    network: {
      direction: isOutgoing ? 'egress' : 'ingress',
      ...(transport === 'tcp' || transport === 'udp' ? { transport } : {}),
    },
  }
}

/** Sysmon 22. */
function sysmonResolved(fields: EventFields): Told {
  const name = fields.text('QueryName') ?? ''
  return {
    event: { dataset: 'hx.dns', action: 'dns-query', category: ['network'], type: ['protocol'] },
    message: `${name} by ${fields.text('Image') ?? '?'}`,
    process: sysmonProcess(fields),
    dns: { type: 'query', question: { name, type: '' } },
  }
}

/** Sysmon 11, 23, 26. */
function sysmonFile(action: 'create' | 'delete'): (fields: EventFields) => Told {
  return (fields) => {
    const path = fields.text('TargetFilename') ?? ''
    return {
      event: {
        dataset: 'hx.file',
        action,
        category: ['file'],
        type: [action === 'create' ? 'creation' : 'deletion'],
      },
      message: `${path} by ${fields.text('Image') ?? '?'}`,
      process: sysmonProcess(fields),
      file: fileOf(fields, path),
    }
  }
}

/** 5156, of the filtering platform. */
function allowedConnection(fields: EventFields): Told {
  const isOutgoing = fields.text('Direction') !== '%%14592'
  const process = processOf(fields.number('ProcessID'), fields.text('Application'))
  return {
    event: {
      dataset: 'hx.network',
      action: isOutgoing ? 'connect' : 'accept',
      category: ['network'],
      type: ['connection', 'allowed'],
    },
    message: `${process?.executable ?? '?'} ${isOutgoing ? '→' : '←'} ${fields.text('DestAddress') ?? '?'}:${fields.text('DestPort') ?? '?'}`,
    ...present({ process }),
    source: present({ ip: fields.text('SourceAddress'), port: fields.number('SourcePort') }),
    destination: present({ ip: fields.text('DestAddress'), port: fields.number('DestPort') }),
    network: { direction: isOutgoing ? 'egress' : 'ingress' },
  }
}

export const processKinds: KindTable = {
  security: { 4688: created, 4689: ended, 5156: allowedConnection },
  'microsoft-windows-sysmon/operational': {
    1: sysmonCreated,
    3: sysmonConnected,
    5: sysmonEnded,
    6: sysmonLoaded('module-load'),
    7: sysmonLoaded('image-load'),
    8: sysmonIntrusion('remote-thread'),
    10: sysmonIntrusion('process-access'),
    11: sysmonFile('create'),
    22: sysmonResolved,
    23: sysmonFile('delete'),
    26: sysmonFile('delete'),
  },
}
