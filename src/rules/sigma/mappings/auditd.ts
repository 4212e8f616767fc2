// Our events as the records that auditd would have written of them, for rules of `service: auditd`: each rule asks for
// fields of one record (type=EXECVE with a0, a1 …; SYSCALL; PATH; SERVICE_STOP …), so one event is several records.

import type { EventChoice, FieldSource, Mapping } from './mapping.ts'

/** Rules ask for the first few; audit itself goes on. */
const mostArguments = 32

const execve = Object.fromEntries(
  Array.from({ length: mostArguments }, (_, at): [string, FieldSource] => [
    `a${at}`,
    { list: 'process.args', at },
  ]),
)

const who = {
  pid: 'process.pid',
  ppid: 'process.parent.pid',
  comm: 'process.name',
  exe: 'process.executable',
  auid: 'hx.process.auid',
  ses: 'hx.process.session',
  uid: { first: ['process.real_user.id', 'process.user.id'] },
  euid: 'process.user.id',
} as const satisfies Readonly<Record<string, FieldSource>>

function audit(type: string, events: readonly EventChoice[], fields: Mapping['fields']): Mapping {
  return {
    id: `auditd ${type}`,
    product: 'linux',
    services: ['auditd'],
    serviceOnly: true,
    events,
    fields: { ...fields, type: { text: type } },
    keywords: [{ join: 'process.args' }, 'file.path', 'process.executable'],
  }
}

const exec: readonly EventChoice[] = [{ dataset: 'hx.process', is: { 'event.action': ['exec'] } }]

function call(action: string | readonly string[], name: FieldSource): Mapping {
  const actions = typeof action === 'string' ? [action] : action
  return audit('SYSCALL', [{ dataset: 'hx.process', is: { 'event.action': actions } }], {
    ...who,
    SYSCALL: name,
    syscall: name,
  })
}

const path = (actions: readonly string[]): readonly EventChoice[] => [
  { dataset: 'hx.file', is: { 'event.action': actions } },
]
const pathFields = {
  name: 'file.path',
  inode: 'file.inode',
  mode: 'file.mode',
  ouid: 'file.uid',
  ogid: 'file.gid',
}

function record(type: string, dataset: EventChoice['dataset'], actions: readonly string[]): Mapping {
  return audit(type, [{ dataset, is: { 'event.action': actions } }], {
    ...who,
    unit: { first: ['service.name', 'service.id'] },
    acct: { first: ['user.target.name', 'user.effective.name', 'user.name'] },
    addr: 'source.ip',
    res: 'event.outcome',
  })
}

export const auditdMappings: readonly Mapping[] = [
  audit('EXECVE', exec, { ...execve, argc: 'process.args_count' }),
  audit('SYSCALL', exec, { ...who, SYSCALL: { text: 'execve' }, syscall: { text: 'execve' } }),
  audit('PATH', exec, { name: 'process.executable', nametype: { text: 'NORMAL' } }),
  audit('CWD', exec, { cwd: 'process.working_directory' }),
  call('memfd-create', { text: 'memfd_create' }),
  call('module-load', { text: 'init_module' }),
  call(['ptrace-attach', 'ptrace-seize'], { text: 'ptrace' }),
  call('ptrace-process_vm_writev', { text: 'process_vm_writev' }),
  call(['setuid', 'setgid', 'setreuid', 'setregid', 'setresuid', 'setresgid', 'capset'], 'event.action'),
  audit('PATH', path(['create', 'autostart-added']), { ...pathFields, nametype: { text: 'CREATE' } }),
  audit('PATH', path(['delete', 'autostart-removed']), { ...pathFields, nametype: { text: 'DELETE' } }),
  audit('PATH', path(['write', 'rename', 'attributes', 'autostart-changed', 'setuid-added']), {
    ...pathFields,
    nametype: { text: 'NORMAL' },
  }),
  record('SERVICE_START', 'hx.service', ['unit-started']),
  record('SERVICE_STOP', 'hx.service', ['unit-stopped', 'unit-failed']),
  record('ADD_USER', 'hx.login', ['user-added']),
  record('DEL_USER', 'hx.login', ['user-deleted']),
  record('USER_LOGIN', 'hx.login', ['logon', 'logon-failed']),
  record('USER_CMD', 'hx.login', ['sudo']),
]
