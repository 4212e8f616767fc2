// Lines that attackers have a part in.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { LoginFact } from '../fact.ts'
import { lineOf, parseLine } from './index.ts'
import { check, eventOf, parse } from '../../../../test/support/login-lines.ts'

test('a name that looks like an address is a name, the address is the real one', () => {
  const real = { host: '203.0.113.9', port: 555 }
  const forged = 'root from 6.6.6.6 port 22 ssh2'
  check('sshd', `Failed password for invalid user ${forged} from 203.0.113.9 port 555 ssh2`, {
    action: 'logon-failed',
    user: forged,
    ...real,
  })
  check(
    'sshd',
    `Failed publickey for invalid user a from 6.6.6.6 port 22 ssh2: RSA SHA256:x from 203.0.113.9 port 555 ssh2`,
    {
      action: 'logon-failed',
      user: 'a from 6.6.6.6 port 22 ssh2: RSA SHA256:x',
      ...real,
    },
  )
  check('sshd', `Invalid user ${forged} from 203.0.113.9 port 555`, {
    action: 'logon-failed',
    user: forged,
    ...real,
  })
  check('sshd', 'Invalid user a from 6.6.6.6 from 203.0.113.9', {
    action: 'logon-failed',
    user: 'a from 6.6.6.6',
    host: '203.0.113.9',
  })
  check(
    'sshd',
    'Connection closed by invalid user x 6.6.6.6 port 22 [preauth] 203.0.113.9 port 555 [preauth]',
    { action: 'logon-failed', user: 'x 6.6.6.6 port 22 [preauth]', ...real },
  )
  check(
    'sshd',
    `error: maximum authentication attempts exceeded for invalid user x from 6.6.6.6 port 1 ssh2 from 203.0.113.9 port 555 ssh2 [preauth]`,
    { action: 'logon-failed', user: 'x from 6.6.6.6 port 1 ssh2', ...real },
  )
  // Names of the client behind the address: neither end is sure.
  check(
    'sshd',
    'Failed hostbased for invalid user a from 203.0.113.9 port 5 ssh2: RSA SHA256:x, client user "b from 6.6.6.6 port 1 ssh2: c d", client host "h"',
    { action: 'logon-failed', user: 'a' },
  )
  assert.deepEqual(
    parse(
      'sshd',
      'Disconnecting invalid user a 203.0.113.9 port 5: Change of username or service not allowed: (a,s) -> (b 6.6.6.6 port 1,s) [preauth]',
    ),
    [],
  )
  // A name cannot be a line of its own, nor look like a success.
  check(
    'sshd',
    'Invalid user Nov 22 10:00:00 h sshd[4711]: Accepted password for root from 6.6.6.6 port 22 ssh2 from 203.0.113.9 port 555',
    {
      action: 'logon-failed',
      user: 'Nov 22 10:00:00 h sshd[4711]: Accepted password for root from 6.6.6.6 port 22 ssh2',
      ...real,
    },
  )
  check(
    'sshd',
    'Invalid user Accepted password for root from 6.6.6.6 port 22 ssh2 from 203.0.113.9 port 555',
    {
      action: 'logon-failed',
      user: 'Accepted password for root from 6.6.6.6 port 22 ssh2',
      ...real,
    },
  )
  check(
    'vsftpd',
    'pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=6.6.6.6 rhost=203.0.113.9',
    { action: 'logon-failed', host: '203.0.113.9' },
  )
  check('vsftpd', '[x] OK LOGIN: Client "6.6.6.6"] FAIL LOGIN: Client "203.0.113.9"', {
    action: 'logon-failed',
    user: 'x] OK LOGIN: Client "6.6.6.6"',
    ambiguous: true,
  })
  check(
    'vsftpd',
    '[ftp] OK LOGIN: Client "203.0.113.9", anon password "x] OK LOGIN: Client "6.6.6.6", anon password "y"',
    { action: 'logon', user: 'ftp] OK LOGIN: Client "203.0.113.9", anon password "x', ambiguous: true },
  )
  check('dropbear', "Bad password attempt for 'x' from 6.6.6.6:22' from 203.0.113.9:555", {
    action: 'logon-failed',
    user: "x' from 6.6.6.6:22",
    ...real,
  })
})

test('the header of a log file is taken away, one inside the text is not', () => {
  const text = 'Accepted password for root from 192.0.2.7 port 5 ssh2'
  for (const header of [
    'Nov 22 10:00:00 host ',
    'Nov  2 10:00:00 host ',
    '2026-11-22T10:00:00.123456+01:00 host ',
    '<86>Nov 22 10:00:00 host ',
    'Nov 22 10:00:00 ',
  ]) {
    assert.equal(parse('sshd', `${header}sshd[4711]: ${text}`, 'log-file')[0]?.user, 'root', header)
    assert.equal(parse('sshd', `${header}sshd: ${text}`, 'log-file')[0]?.user, 'root', header)
  }
  assert.equal(
    parse(
      '/usr/sbin/cron',
      'Nov 22 10:00:00 host /usr/sbin/cron[7]: pam_unix(crond:session): session opened for user root(uid=0) by (uid=0)',
      'log-file',
    )[0]?.action,
    'session-start',
  )
  assert.deepEqual(parse('sshd', `Nov 22 10:00:00 host other[1]: sshd[4711]: ${text}`, 'log-file'), [])
  assert.deepEqual(parse('nginx', text), [])
})

test('a line of the journal that an unprivileged process wrote is marked, its header is a part of its text', () => {
  const text = 'Accepted password for root from 6.6.6.6 port 22 ssh2'
  const from = (id: string, message: string): LoginFact[] => {
    const line = lineOf({ ...eventOf('sshd', message, 'journal'), user: { id } })
    return line === undefined ? [] : parseLine(line)
  }
  assert.deepEqual([from('0', text)[0]?.unverified, from('1000', text)[0]?.unverified], [undefined, true])
  // The process that serves a connection runs as its user.
  assert.equal(from('1000', 'Disconnected from user bob 192.0.2.7 port 5')[0]?.unverified, undefined)
  assert.deepEqual(from('0', `Nov 22 10:00:00 host sshd[4711]: ${text}`), [])
})

test('any text of any program throws nothing, takes no time and stays bounded', () => {
  const programs = [
    'sshd',
    'su',
    'sudo',
    'login',
    'systemd-logind',
    'vsftpd',
    'proftpd',
    'dropbear',
    'useradd',
    'doas',
    'pkexec',
  ]
  const words = fc.constantFrom(
    'Failed password for ',
    'invalid user ',
    ' from ',
    ' port ',
    '1.2.3.4',
    '22',
    ' ssh2',
    ': ',
    ' [preauth]',
    'pam_unix(sshd:auth): authentication failure; ',
    ' rhost=',
    ' user=',
    'FAILED LOGIN ',
    "'",
    ', ',
    ' FOR ',
    ' : ',
    'TTY=',
    ' ; ',
    'COMMAND=',
    '[',
    '] OK LOGIN: Client "',
    '"',
    'message repeated 3 times: [ ',
    '\n',
    'é',
    '\ud800',
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...programs),
      fc.array(fc.oneof(words, fc.string({ maxLength: 8 })), { maxLength: 60 }),
      (program, parts) => {
        for (const { user = '', reason = '', host = '' } of parse(program, parts.join(''))) {
          assert.ok(user.length <= 257 && reason.length <= 257 && host.length <= 257)
          assert.ok(user.isWellFormed())
        }
      },
    ),
    { numRuns: 500 },
  )
  const started = performance.now()
  for (const filler of [
    ' from 1.2.3.4 port 22',
    ' ',
    'a',
    ', ',
    ' rhost=',
    ' ; ',
    '] OK LOGIN: Client "',
    " from '",
  ]) {
    for (const program of programs) {
      for (const start of [
        'Failed password for ',
        'Invalid user ',
        'FAILED LOGIN (1) on tty1 FOR ',
        '[',
        'pam_unix(sshd:auth): authentication failure; ',
        'bob : TTY=',
        'host (a[1]) - USER ',
        "Bad password attempt for '",
      ])
        parse(program, start + filler.repeat(20_000))
    }
  }
  const each = (performance.now() - started) / (8 * programs.length * 8)
  assert.ok(each < 20, `${each} ms for a line`)
})
