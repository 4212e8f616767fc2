// Facts of audit's user records (PAM, sshd, login, sudo, shadow-utils send them through libaudit; the kernel adds pid, uid,
// auid and ses, which nobody can forge). Accounts that do not exist stand there as `(unknown)`: logs have their names.

import { type AuditRecord, RecordType } from '../../platform/linux/audit-record.ts'
import {
  boundedCommand,
  factOf,
  type LoginAction,
  type LoginFact,
  terminalOf,
} from '../../evidence/logins/index.ts'

export const loginRecordTypes: readonly number[] = [
  RecordType.userAuth,
  RecordType.userAcct,
  RecordType.userMgmt,
  RecordType.userStart,
  RecordType.userEnd,
  RecordType.userChauthtok,
  RecordType.userErr,
  RecordType.userLogin,
  RecordType.userLogout,
  RecordType.addUser,
  RecordType.delUser,
  RecordType.addGroup,
  RecordType.delGroup,
  RecordType.userCmd,
  RecordType.grpMgmt,
  RecordType.grpChauthtok,
  RecordType.acctLock,
  RecordType.acctUnlock,
]

/** What a record tells; undefined when it is a step of a login that another record tells as a whole. */
export function factOfRecord(record: AuditRecord): LoginFact | undefined {
  const failed = record.word('res') !== 'success' && record.word('res') !== '1'
  switch (record.type) {
    case RecordType.userLogin:
      return signOn(record, {
        action: failed ? 'logon-failed' : 'logon',
        witness: 'audit-login',
        closing: failed,
      })
    case RecordType.userLogout:
      return signOn(record, { action: 'logoff', witness: 'audit-logout' })
    case RecordType.userStart:
      return failed ? undefined : signOn(record, { action: startOf(record), witness: 'audit-start' })
    case RecordType.userEnd:
      return signOn(record, {
        action: startOf(record) === 'logon' ? 'logoff' : 'session-end',
        witness: 'audit-end',
      })
    case RecordType.userAuth:
      // Each key that a client offers and that is not the right one fails: the end of the connection tells.
      if (!failed || /\bop=(?:pubkey|key|negotiate|destroy|challenge)/.test(record.body)) return undefined
      return signOn(record, { action: failureOf(record), witness: `audit-auth ${record.word('op') ?? ''}` })
    case RecordType.userAcct:
      if (!failed) return undefined
      return signOn(record, {
        action: failureOf(record),
        witness: 'audit-account',
        reason: 'the account is refused',
      })
    case RecordType.userErr:
      return signOn(record, {
        action: failureOf(record),
        witness: 'audit-error',
        closing: true,
        reason: record.word('op'),
      })
    case RecordType.userCmd:
      return commandFact(record, failed)
    default:
      return failed ? undefined : accountFact(record)
  }
}

/** -1: no login. */
const noUid = 4_294_967_295

function common(
  record: AuditRecord,
): Pick<LoginFact, 'provider' | 'timeMs'> & { pid: number | undefined; session: string | undefined } {
  const session = record.number('ses')
  return {
    provider: 'audit',
    timeMs: record.timeMs,
    pid: record.number('pid'),
    session: session === undefined || session === noUid ? undefined : String(session),
  }
}

/** Who did it: the login uid, which su does not change; for processes without a login their uid. */
function doerOf(record: AuditRecord): number | undefined {
  const login = record.number('auid')
  return login === undefined || login === noUid || login < 0 ? record.number('uid') : login
}

function programOf(record: AuditRecord): string {
  const exe = record.text('exe') ?? ''
  const name = exe.slice(exe.lastIndexOf('/') + 1)
  if (name.startsWith('sshd')) return 'sshd'
  return name === 'systemd' || name === 'systemd-executor' ? 'systemd-user' : name
}

const switching: Readonly<Record<string, 'su' | 'sudo'>> = {
  su: 'su',
  runuser: 'su',
  sudo: 'sudo',
  pkexec: 'sudo',
  doas: 'sudo',
}
const unattended = new Set(['cron', 'crond', 'atd', 'systemd-user'])

function startOf(record: AuditRecord): LoginAction {
  const program = programOf(record)
  return switching[program] ?? (unattended.has(program) ? 'session-start' : 'logon')
}

function failureOf(record: AuditRecord): LoginAction {
  return switching[programOf(record)] ?? 'logon-failed'
}

interface Statement {
  readonly action: LoginAction
  readonly witness: string
  readonly closing?: boolean
  readonly reason?: string | undefined
}

function signOn(record: AuditRecord, { action, witness, closing, reason }: Statement): LoginFact {
  const program = programOf(record)
  const switches = switching[program] !== undefined
  const account = accountOf(record)
  return factOf({
    ...common(record),
    action,
    witness,
    outcome: record.word('res') === 'success' || record.word('res') === '1' ? 'success' : 'failure',
    ...(switches
      ? { userId: doerOf(record), target: account.name, targetId: account.id }
      : { user: account.name, userId: account.id, host: record.word('addr') ?? record.word('hostname') }),
    tty: terminalOf(record.text('terminal')),
    service: program === '' ? undefined : program,
    closing: closing === true ? true : undefined,
    reason,
  })
}

function accountOf(record: AuditRecord): {
  readonly name: string | undefined
  readonly id: number | undefined
} {
  const name = record.text('acct')
  const id = record.number('id')
  return {
    name: name === undefined || /^\((?:unknown|invalid)/.test(name) ? undefined : name,
    id: id === undefined || id < 0 || id === noUid ? undefined : id,
  }
}

function commandFact(record: AuditRecord, failed: boolean): LoginFact {
  return factOf({
    ...common(record),
    action: 'sudo',
    witness: 'audit-command',
    outcome: failed ? 'failure' : 'success',
    userId: doerOf(record),
    tty: terminalOf(record.text('terminal')),
    command: boundedCommand(record.text('cmd') ?? ''),
    directory: record.text('cwd'),
    service: programOf(record),
  })
}

/** shadow-utils write `op=adding user id=1001` or, in newer releases, `op=add-user acct="bob"`. */
function accountFact(record: AuditRecord): LoginFact | undefined {
  const action = accountAction(record)
  if (action === undefined) return undefined
  const account = accountOf(record)
  const isGroup = action === 'group-changed'
  const group = record.text('grp') ?? (isGroup ? account.name : undefined)
  const member = isGroup && record.text('grp') === undefined ? undefined : account
  return factOf({
    ...common(record),
    action,
    witness: `audit-account ${record.type}`,
    outcome: 'success',
    userId: doerOf(record),
    target: member?.name,
    targetId: member?.id,
    group,
    groupId: isGroup && member === undefined ? account.id : undefined,
    // `service` stays out: the tools' log lines have none.
    reason: reasons[record.type],
  })
}

const reasons: Readonly<Record<number, string>> = {
  [RecordType.addGroup]: 'group added',
  [RecordType.delGroup]: 'group removed',
  [RecordType.acctLock]: 'lock',
  [RecordType.acctUnlock]: 'unlock',
}

function accountAction({ type, body }: AuditRecord): LoginAction | undefined {
  switch (type) {
    case RecordType.addUser:
      return /\bop=add(?:ing)?[ -]user\b(?!-to)/.test(body) ? 'user-added' : undefined
    case RecordType.delUser:
      return /\bop=delet(?:e|ing)[ -]user\b(?!-from)/.test(body) ? 'user-deleted' : undefined
    case RecordType.userChauthtok:
      return /\bop=(?:PAM:chauthtok|[\w -]{0,40}passw)/.test(body) ? 'password-changed' : 'user-changed'
    case RecordType.acctLock:
    case RecordType.acctUnlock:
      return 'password-changed'
    case RecordType.userMgmt:
      return /\bgrp=/.test(body) ? 'group-changed' : 'user-changed'
    default:
      return 'group-changed'
  }
}
