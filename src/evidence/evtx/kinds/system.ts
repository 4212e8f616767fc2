// Services, scheduled tasks, cleared logs, PowerShell and what Windows Defender found.

import type { EventFields } from './data.ts'
import { baseName, type KindTable, type Mapping, present, processOf, subjectOf, type Told } from './kind.ts'

const maxCommandChars = 8192

/** 4697 and 7045. */
function serviceInstalled(fields: EventFields): Told {
  const name = fields.text('ServiceName')
  const path = fields.text('ServiceFileName', 'ImagePath')
  return {
    event: {
      dataset: 'hx.service',
      action: 'unit-added',
      category: ['configuration'],
      type: ['creation'],
      severity: 50,
    },
    message: `${name ?? '?'}: ${path ?? ''}`,
    ...present({ user: subjectOf(fields) }),
    service: present({ name, type: fields.text('ServiceType') }),
    hx: {
      service: present({
        exec: path,
        enabled: fields.text('StartType', 'ServiceStartType'),
        user: fields.text('AccountName', 'ServiceAccount'),
      }),
    },
  }
}

/** 7036; param2 is in the language of the system. */
function serviceState(fields: EventFields): Told {
  const name = fields.text('param1')
  const state = fields.text('param2')
  return {
    event: {
      dataset: 'hx.service',
      action: state === 'stopped' ? 'unit-stopped' : 'unit-started',
      category: ['process'],
      type: [state === 'stopped' ? 'end' : 'start'],
    },
    message: `${name ?? '?'}: ${state ?? '?'}`,
    service: present({ name, state }),
  }
}

/** 7040. */
function serviceChanged(fields: EventFields): Told {
  const name = fields.text('param4', 'param1')
  return {
    event: {
      dataset: 'hx.service',
      action: 'unit-changed',
      category: ['configuration'],
      type: ['change'],
      severity: 20,
    },
    message: `${fields.text('param1') ?? '?'}: ${fields.text('param2') ?? '?'} → ${fields.text('param3') ?? '?'}`,
    service: present({ name }),
    hx: { service: present({ before: fields.text('param2'), enabled: fields.text('param3') }) },
  }
}

/** 7031 and 7034. */
function serviceFailed(fields: EventFields): Told {
  const name = fields.text('param1')
  return {
    event: { dataset: 'hx.service', action: 'unit-failed', category: ['process'], type: ['end', 'error'] },
    message: `${name ?? '?'} ended unexpectedly`,
    service: present({ name }),
  }
}

/** 4698 to 4702 of the Security log, and the task scheduler's own. */
function task(action: 'job-added' | 'job-changed' | 'job-removed'): Mapping {
  const types = { 'job-added': 'creation', 'job-changed': 'change', 'job-removed': 'deletion' } as const
  return (fields) => {
    const name = fields.text('TaskName')
    const content = fields.text('TaskContent', 'TaskContentNew') ?? ''
    const command = elementOf(content, 'Command')
    const args = elementOf(content, 'Arguments')
    const line = command === undefined ? undefined : `${command}${args === undefined ? '' : ` ${args}`}`
    const user = subjectOf(fields) ?? present({ name: fields.text('UserContext', 'UserName') })
    return {
      event: {
        dataset: 'hx.schedule',
        action,
        category: ['configuration'],
        type: [types[action]],
        severity: action === 'job-removed' ? 20 : 40,
      },
      message: `${name ?? '?'}${line === undefined ? '' : `: ${line}`}`,
      user,
      hx: { schedule: present({ kind: 'task', name, command: line?.slice(0, maxCommandChars) }) },
    }
  }
}

/** The text of the first element of that name. */
function elementOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`)
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start)
  return end < 0 ? undefined : unescaped(xml.slice(start + name.length + 2, end))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => entities[name] ?? whole)
}

/** 1102 and 104. */
function logCleared(fields: EventFields): Told {
  const channel = fields.text('Channel') ?? 'Security'
  const user = subjectOf(fields)
  return {
    event: {
      kind: 'alert',
      dataset: 'hx.log',
      action: 'log-cleared',
      category: ['host'],
      type: ['deletion'],
      severity: 75,
    },
    message: `the log ${channel} was cleared by ${user?.name ?? '?'}`,
    ...present({ user }),
    threat: { technique: { id: ['T1070.001'] } },
  }
}

/** 4104. */
function scriptBlock(fields: EventFields): Told {
  const text = fields.text('ScriptBlockText') ?? ''
  const path = fields.text('Path')
  return {
    event: { dataset: 'hx.history', action: 'command', category: ['process'], type: ['info'] },
    message: text,
    ...present({ file: path === undefined ? undefined : { path, name: baseName(path) } }),
    hx: {
      history: {
        shell: 'powershell',
        command: text.slice(0, maxCommandChars),
        ...(text.length > maxCommandChars ? { command_truncated: true } : {}),
        ...present({ script_block: fields.text('ScriptBlockId') }),
      },
    },
  }
}

/** 1116 and 1117. */
function defenderFound(fields: EventFields): Told {
  const name = fields.text('Threat Name') ?? '?'
  const path = fields.text('Path')?.replace(/^\w+:_/, '')
  const user = fields.text('Detection User')
  return {
    event: {
      kind: 'alert',
      dataset: 'hx.verdict',
      action: 'found',
      category: ['malware'],
      type: ['info'],
      severity: 75,
    },
    message: `${name}: ${path ?? '?'}`,
    ...present({
      process: processOf(undefined, fields.text('Process Name')),
      user: user === undefined ? undefined : { name: user },
      file: path === undefined ? undefined : { path, name: baseName(path) },
    }),
    hx: { verdict: { status: 'found', names: [name] } },
  }
}

export const systemKinds: KindTable = {
  security: {
    1102: logCleared,
    4697: serviceInstalled,
    4698: task('job-added'),
    4699: task('job-removed'),
    4700: task('job-changed'),
    4701: task('job-changed'),
    4702: task('job-changed'),
  },
  system: {
    104: logCleared,
    7031: serviceFailed,
    7034: serviceFailed,
    7036: serviceState,
    7040: serviceChanged,
    7045: serviceInstalled,
  },
  'microsoft-windows-taskscheduler/operational': {
    106: task('job-added'),
    140: task('job-changed'),
    141: task('job-removed'),
  },
  'microsoft-windows-powershell/operational': { 4104: scriptBlock },
  'powershellcore/operational': { 4104: scriptBlock },
  'microsoft-windows-windows defender/operational': { 1116: defenderFound, 1117: defenderFound },
}
