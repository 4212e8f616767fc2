import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AuditRecord, RecordType } from '../../platform/linux/audit-record.ts'
import { factOfRecord, loginRecordTypes } from './audit-facts.ts'
import type { LoginFact } from '../../evidence/logins/index.ts'

const head = 'pid=4711 uid=0 auid=1000 ses=5 subj=unconfined '
const anonymous = 'pid=4711 uid=0 auid=4294967295 ses=4294967295 subj=unconfined '

function parse(type: number, body: string): LoginFact | undefined {
  return factOfRecord(new AuditRecord(type, { timeMs: 1_800_000_000_123, serial: 7, bodyStart: 0 }, body))
}

function check(type: number, body: string, expected: Partial<LoginFact> | undefined): void {
  const fact = parse(type, body)
  if (expected === undefined || fact === undefined) {
    assert.equal(fact, undefined, body)
    assert.equal(expected, undefined, body)
    return
  }
  const { witness: _, ...found } = fact
  assert.deepEqual(found, { provider: 'audit', timeMs: 1_800_000_000_123, pid: 4711, ...expected }, body)
}

test('logins and logouts of sshd and login(1)', () => {
  check(
    RecordType.userLogin,
    `${head}msg='op=login id=1000 exe="/usr/sbin/sshd" hostname=192.0.2.7 addr=192.0.2.7 terminal=/dev/pts/0 res=success'`,
    {
      action: 'logon',
      outcome: 'success',
      userId: 1000,
      host: '192.0.2.7',
      tty: 'pts/0',
      session: '5',
      service: 'sshd',
    },
  )
  check(
    RecordType.userLogin,
    `${anonymous}msg='op=login acct="(unknown)" exe="/usr/libexec/openssh/sshd-session" hostname=? addr=192.0.2.7 terminal=ssh res=failed'`,
    {
      action: 'logon-failed',
      outcome: 'failure',
      host: '192.0.2.7',
      service: 'sshd',
      closing: true,
    },
  )
  // libaudit writes names with blanks as hexadecimal digits.
  check(
    RecordType.userLogin,
    `${anonymous}msg='op=login acct=612062 exe="/usr/sbin/sshd" hostname=? addr=192.0.2.7 terminal=ssh res=failed'`,
    {
      action: 'logon-failed',
      outcome: 'failure',
      user: 'a b',
      host: '192.0.2.7',
      service: 'sshd',
      closing: true,
    },
  )
  check(
    RecordType.userLogout,
    `${head}msg='op=login id=1000 exe="/usr/sbin/sshd" hostname=? addr=? terminal=/dev/pts/0 res=success'`,
    {
      action: 'logoff',
      outcome: 'success',
      userId: 1000,
      tty: 'pts/0',
      session: '5',
      service: 'sshd',
    },
  )
})

test('PAM sessions by the program that opened them', () => {
  const body = (exe: string, terminal: string): string =>
    `${head}msg='op=PAM:session_open grantors=pam_unix acct="root" exe="${exe}" hostname=? addr=? terminal=${terminal} res=success'`
  assert.deepEqual(
    [
      parse(RecordType.userStart, body('/usr/sbin/cron', 'cron'))?.action,
      parse(RecordType.userStart, body('/usr/lib/systemd/systemd', '?'))?.service,
    ],
    ['session-start', 'systemd-user'],
  )
  check(RecordType.userStart, body('/usr/bin/su', '/dev/pts/1'), {
    action: 'su',
    outcome: 'success',
    userId: 1000,
    target: 'root',
    tty: 'pts/1',
    session: '5',
    service: 'su',
  })
  assert.equal(parse(RecordType.userEnd, body('/usr/bin/su', 'pts/1'))?.action, 'session-end')
  assert.equal(parse(RecordType.userEnd, body('/usr/sbin/sshd', 'ssh'))?.action, 'logoff')
})

test('failures, also of su, but not each key that a client offers', () => {
  check(
    RecordType.userAuth,
    `${anonymous}msg='op=PAM:authentication grantors=? acct="root" exe="/usr/sbin/sshd" hostname=192.0.2.7 addr=192.0.2.7 terminal=ssh res=failed'`,
    {
      action: 'logon-failed',
      outcome: 'failure',
      user: 'root',
      host: '192.0.2.7',
      service: 'sshd',
    },
  )
  check(
    RecordType.userAuth,
    `${head}msg='op=PAM:authentication grantors=? acct="root" exe="/usr/bin/su" hostname=? addr=? terminal=pts/1 res=failed'`,
    {
      action: 'su',
      outcome: 'failure',
      userId: 1000,
      target: 'root',
      tty: 'pts/1',
      session: '5',
      service: 'su',
    },
  )
  check(
    RecordType.userAuth,
    `${anonymous}msg='op=pubkey acct="root" exe="/usr/sbin/sshd" hostname=? addr=192.0.2.7 terminal=ssh res=failed'`,
    undefined,
  )
  check(
    RecordType.userAuth,
    `${anonymous}msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=? addr=192.0.2.7 terminal=ssh res=success'`,
    undefined,
  )
})

test('commands by sudo', () => {
  check(
    RecordType.userCmd,
    `${head}msg='cwd="/home/bob" cmd=6964202D75 exe="/usr/bin/sudo" terminal=pts/0 res=success'`,
    {
      action: 'sudo',
      outcome: 'success',
      userId: 1000,
      command: 'id -u',
      directory: '/home/bob',
      tty: 'pts/0',
      session: '5',
      service: 'sudo',
    },
  )
})

test('changes of accounts, as old and new shadow-utils write them', () => {
  const tail = 'exe="/usr/sbin/useradd" hostname=? addr=? terminal=pts/0 res=success\''
  check(RecordType.addUser, `${head}msg='op=adding user id=1001 ${tail}`, {
    action: 'user-added',
    outcome: 'success',
    userId: 1000,
    targetId: 1001,
    session: '5',
  })
  check(RecordType.addUser, `${head}msg='op=add-user acct="eve" ${tail}`, {
    action: 'user-added',
    outcome: 'success',
    userId: 1000,
    target: 'eve',
    session: '5',
  })
  check(RecordType.addUser, `${head}msg='op=adding home directory id=1001 ${tail}`, undefined)
  check(
    RecordType.addUser,
    `${head}msg='op=adding user id=1001 exe="/usr/sbin/useradd" res=failed'`,
    undefined,
  )
  check(RecordType.userMgmt, `${head}msg='op=add-user-to-group grp="sudo" acct="eve" ${tail}`, {
    action: 'group-changed',
    outcome: 'success',
    userId: 1000,
    target: 'eve',
    group: 'sudo',
    session: '5',
  })
  check(RecordType.addGroup, `${head}msg='op=add-group acct="staff2" ${tail}`, {
    action: 'group-changed',
    outcome: 'success',
    userId: 1000,
    group: 'staff2',
    reason: 'group added',
    session: '5',
  })
  check(RecordType.userChauthtok, `${head}msg='op=PAM:chauthtok grantors=pam_unix acct="eve" ${tail}`, {
    action: 'password-changed',
    outcome: 'success',
    userId: 1000,
    target: 'eve',
    session: '5',
  })
})

test('a record without the fields it should have throws nothing', () => {
  for (const type of loginRecordTypes) {
    for (const body of [
      '',
      head,
      "msg='",
      "msg='op=",
      'acct="',
      `${head}msg='res=success'`,
      `${head}msg='res=failed'`,
    ])
      parse(type, body)
  }
})
