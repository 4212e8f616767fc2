// Who came and went, and who changed accounts: of the Security log.

import type { EndpointInfo, HaechiInfo } from '../../../model/index.ts'
import type { EventFields } from './data.ts'
import { accountOf, type KindTable, type Mapping, present, processOf, subjectOf, type Told } from './kind.ts'

/** Kinds of a logon, by the number in the event. */
const methods: Readonly<Record<number, string>> = {
  0: 'system',
  2: 'interactive',
  3: 'network',
  4: 'batch',
  5: 'service',
  7: 'unlock',
  8: 'network-cleartext',
  9: 'new-credentials',
  10: 'remote-interactive',
  11: 'cached-interactive',
}

function source(fields: EventFields): { readonly source?: EndpointInfo } {
  const ip = fields.text('IpAddress')
  const port = fields.number('IpPort')
  const domain = fields.text('WorkstationName')
  const endpoint = present({ ip, port, domain })
  return Object.keys(endpoint).length === 0 ? {} : { source: endpoint }
}

function login(fields: EventFields): { readonly hx: HaechiInfo } {
  const type = fields.number('LogonType')
  const method = type === undefined ? undefined : (methods[type] ?? `type-${type}`)
  const session = fields.text('TargetLogonId')?.toLowerCase()
  return {
    hx: {
      login: present({ method, session, package: fields.text('AuthenticationPackageName') }),
    },
  }
}

/** 4624 and 4625. */
function logon(isSuccess: boolean): Mapping {
  return (fields) => {
    const user = accountOf(fields, 'Target')
    const type = fields.number('LogonType') ?? -1
    const from = fields.text('IpAddress', 'WorkstationName')
    const reason = isSuccess ? undefined : fields.text('SubStatus', 'Status')
    return {
      event: {
        dataset: 'hx.login',
        action: isSuccess ? 'logon' : 'logon-failed',
        category: ['authentication'],
        type: ['start'],
        outcome: isSuccess ? 'success' : 'failure',
        severity: severityOf(isSuccess, type),
        ...present({ reason }),
      },
      message: [
        `${user?.name ?? '?'} (${methods[type] ?? `type ${type}`})`,
        from === undefined ? '' : ` from ${from}`,
        reason === undefined ? '' : `: ${reason}`,
      ].join(''),
      ...present({ user, process: processOf(fields.number('ProcessId'), fields.text('ProcessName')) }),
      ...source(fields),
      ...login(fields),
    }
  }
}

/** Services and the system log on all the time. */
function severityOf(isSuccess: boolean, type: number): number {
  if (!isSuccess) return 30
  return type === 0 || type === 5 ? 1 : 20
}

/** 4634 and 4647. */
function logoff(fields: EventFields): Told {
  const user = accountOf(fields, 'Target')
  return {
    event: { dataset: 'hx.login', action: 'logoff', category: ['authentication'], type: ['end'] },
    message: user?.name ?? '',
    ...present({ user }),
    ...login(fields),
  }
}

/** 4648: with a password that was typed for somebody else. */
function explicitCredentials(fields: EventFields): Told {
  const target = accountOf(fields, 'Target')
  return {
    event: {
      dataset: 'hx.login',
      action: 'explicit-credentials',
      category: ['authentication'],
      type: ['start'],
      severity: 20,
    },
    message: `as ${target?.name ?? '?'} on ${fields.text('TargetServerName') ?? '?'}`,
    user: { ...subjectOf(fields), ...(target === undefined ? {} : { effective: target }) },
    ...present({ process: processOf(fields.number('ProcessId'), fields.text('ProcessName')) }),
    ...source(fields),
  }
}

/** 4672. */
function privileges(fields: EventFields): Told {
  const list = (fields.text('PrivilegeList') ?? '').split(/\s+/).filter((name) => name !== '')
  const user = subjectOf(fields)
  return {
    event: {
      dataset: 'hx.login',
      action: 'privileges-assigned',
      category: ['authentication'],
      type: ['info'],
    },
    message: `${user?.name ?? '?'}: ${list.join(' ')}`,
    ...present({ user }),
    hx: { login: { privileges: list } },
  }
}

interface Change {
  readonly action: string
  readonly severity: number
  readonly verb: string
}

function accountChange({ action, severity, verb }: Change): Mapping {
  return (fields) => {
    const target = accountOf(fields, 'Target')
    const member = fields.text('MemberName', 'MemberSid')
    const isGroup = action === 'group-changed'
    const group = present({ id: target?.id, name: target?.name })
    return {
      event: {
        dataset: 'hx.login',
        action,
        category: ['iam'],
        type: isGroup ? ['group', 'change'] : ['user', 'change'],
        severity,
      },
      message: isGroup
        ? `${member ?? '?'} ${verb} ${target?.name ?? '?'}`
        : `${target?.name ?? '?'} ${verb} by ${subjectOf(fields)?.name ?? '?'}`,
      user: {
        ...subjectOf(fields),
        ...(isGroup || target === undefined ? {} : { target: group }),
        ...(isGroup && fields.text('MemberSid') !== undefined
          ? { target: present({ id: fields.text('MemberSid'), name: fields.text('MemberName') }) }
          : {}),
      },
      ...(isGroup ? { group } : {}),
    }
  }
}

const userChanged = { action: 'user-changed', severity: 35 } as const
const added = accountChange({ action: 'group-changed', severity: 45, verb: 'added to' })
const removed = accountChange({ action: 'group-changed', severity: 35, verb: 'removed from' })
const password = accountChange({ action: 'password-changed', severity: 40, verb: 'password set' })

export const loginKinds: KindTable = {
  security: {
    4624: logon(true),
    4625: logon(false),
    4634: logoff,
    4647: logoff,
    4648: explicitCredentials,
    4672: privileges,
    4720: accountChange({ action: 'user-added', severity: 45, verb: 'created' }),
    4722: accountChange({ ...userChanged, verb: 'enabled' }),
    4723: password,
    4724: password,
    4725: accountChange({ ...userChanged, verb: 'disabled' }),
    4726: accountChange({ action: 'user-deleted', severity: 40, verb: 'deleted' }),
    4728: added,
    4729: removed,
    4732: added,
    4733: removed,
    4738: accountChange({ ...userChanged, verb: 'changed' }),
    4756: added,
    4757: removed,
    4767: accountChange({ ...userChanged, verb: 'unlocked' }),
  },
}
