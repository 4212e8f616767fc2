import assert from 'node:assert/strict'
import { test } from 'node:test'

import { check, parse } from '../../../../test/support/login-lines.ts'

test('lines of sshd of many releases', () => {
  const where = { host: '192.0.2.7', port: 53_404 }
  const fingerprint = 'SHA256:4SBKOUn6d0k2FqXCWuL2XkAQWsbzLGYUMrAsK0BFLtA'
  check('sshd', `Accepted publickey for root from 192.0.2.7 port 53404 ssh2: ED25519 ${fingerprint}`, {
    action: 'logon',
    user: 'root',
    ...where,
    method: 'publickey',
    fingerprint,
    outcome: 'success',
    service: 'sshd',
    pid: 4711,
  })
  check(
    'sshd-session',
    `Accepted publickey for bob from 2001:db8::7 port 53404 ssh2: ED25519-CERT ${fingerprint} ID x from 6.6.6.6 port 1 ssh2: y (serial 0) CA RSA SHA256:abc`,
    {
      action: 'logon',
      user: 'bob',
      host: '2001:db8::7',
      port: 53_404,
      fingerprint,
    },
  )
  // RHEL 6, before ssh2 stood there with a fingerprint of MD5.
  check(
    'sshd',
    'Accepted publickey for bob from 192.0.2.7 port 53404 ssh2: RSA 43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8',
    {
      action: 'logon',
      user: 'bob',
      ...where,
      fingerprint: '43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8',
    },
  )
  check('sshd', 'Accepted keyboard-interactive/pam for bob from 192.0.2.7 port 53404 ssh2', {
    action: 'logon',
    user: 'bob',
    ...where,
    method: 'keyboard-interactive/pam',
  })
  check('sshd', 'Failed password for root from 192.0.2.7 port 53404 ssh2', {
    action: 'logon-failed',
    user: 'root',
    ...where,
    outcome: 'failure',
    method: 'password',
  })
  check('sshd', 'Failed password for invalid user admin from 192.0.2.7 port 53404 ssh2', {
    action: 'logon-failed',
    user: 'admin',
    ...where,
  })
  check('sshd', 'Failed password for illegal user admin from 192.0.2.7 port 53404 ssh2', {
    action: 'logon-failed',
    user: 'admin',
    ...where,
  })
  check('sshd', `Failed publickey for root from 192.0.2.7 port 53404 ssh2: RSA ${fingerprint}`, {
    action: 'logon-failed',
    user: 'root',
    ...where,
    fingerprint,
  })
  check('sshd', 'Failed none for invalid user  from 192.0.2.7 port 53404 ssh2', {
    action: 'logon-failed',
    ...where,
  })
  check('sshd', 'Invalid user admin from 192.0.2.7 port 53404', {
    action: 'logon-failed',
    user: 'admin',
    ...where,
    reason: 'invalid user',
  })
  check('sshd', 'Invalid user admin from 192.0.2.7', {
    action: 'logon-failed',
    user: 'admin',
    host: '192.0.2.7',
  })
  check('sshd', 'Connection closed by authenticating user root 192.0.2.7 port 53404 [preauth]', {
    action: 'logon-failed',
    user: 'root',
    ...where,
    closing: true,
  })
  check('sshd-session', 'Connection reset by invalid user a b 192.0.2.7 port 53404 [preauth]', {
    action: 'logon-failed',
    user: 'a b',
    ...where,
    closing: true,
  })
  check(
    'sshd',
    'Disconnecting invalid user x 192.0.2.7 port 53404: Too many authentication failures [preauth]',
    { action: 'logon-failed', user: 'x', ...where },
  )
  check(
    'sshd',
    'error: maximum authentication attempts exceeded for root from 192.0.2.7 port 53404 ssh2 [preauth]',
    { action: 'logon-failed', user: 'root', ...where, closing: true },
  )
  check(
    'sshd',
    "User bob from 192.0.2.7 not allowed because none of user's groups are listed in AllowGroups",
    { action: 'logon-failed', user: 'bob', host: '192.0.2.7' },
  )
  check('sshd', 'ROOT LOGIN REFUSED FROM 192.0.2.7 port 53404', {
    action: 'logon-failed',
    user: 'root',
    ...where,
  })
  check('sshd', 'Disconnected from user root 192.0.2.7 port 53404', {
    action: 'logoff',
    user: 'root',
    ...where,
  })
  check('sshd', 'Disconnected from 192.0.2.7 port 53404', { action: 'logoff', ...where })
  check('sshd', 'Connection closed by 192.0.2.7 port 53404', { action: 'logoff', ...where })
  // Nobody has tried a name: a scan of the port is no login.
  for (const text of [
    'Connection closed by 192.0.2.7 port 53404 [preauth]',
    'Received disconnect from 192.0.2.7 port 53404:11: Bye [preauth]',
    'Server listening on 0.0.0.0 port 22.',
    'Postponed publickey for root from 192.0.2.7 port 53404 ssh2 [preauth]',
  ])
    assert.deepEqual(parse('sshd', text), [], text)
})

test('lines that the syslog daemon folded are as many failures as there were', () => {
  const facts = parse(
    'sshd',
    'message repeated 4 times: [ Failed password for root from 192.0.2.7 port 5 ssh2]',
  )
  assert.equal(facts.length, 4)
  assert.equal(facts[3]?.host, '192.0.2.7')
  assert.equal(
    parse('sshd', 'message repeated 999999 times: [ Failed password for root from 192.0.2.7 port 5 ssh2]')
      .length,
    100,
  )
})

test('sessions and failures by PAM, of Debian 11 to 13, RHEL 7 to 9 and SUSE', () => {
  check('sshd', 'pam_unix(sshd:session): session opened for user root by (uid=0)', {
    action: 'logon',
    user: 'root',
  })
  check('sshd', 'pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)', {
    action: 'logon',
    user: 'root',
    userId: 0,
  })
  check('sshd', 'pam_unix(sshd:session): session opened for user root(uid=0) by root(uid=0)', {
    action: 'logon',
    user: 'root',
    userId: 0,
  })
  check('sshd', 'pam_unix(sshd:session): session closed for user root', { action: 'logoff', user: 'root' })
  check('login', 'pam_unix(login:session): session opened for user bob(uid=1000) by LOGIN(uid=0)', {
    action: 'logon',
    user: 'bob',
    userId: 1000,
  })
  check('CRON', 'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)', {
    action: 'session-start',
    user: 'root',
    userId: 0,
    service: 'cron',
  })
  check('CRON', 'pam_unix(cron:session): session closed for user root', {
    action: 'session-end',
    user: 'root',
  })
  check('(systemd)', 'pam_unix(systemd-user:session): session opened for user bob(uid=1000) by bob(uid=0)', {
    action: 'session-start',
    user: 'bob',
    userId: 1000,
  })
  check(
    'gdm-password]',
    'pam_unix(gdm-password:session): session opened for user bob(uid=1000) by bob(uid=0)',
    { action: 'logon', user: 'bob', userId: 1000 },
  )
  check('su', 'pam_unix(su-l:session): session opened for user root(uid=0) by bob(uid=1000)', {
    action: 'su',
    user: 'bob',
    userId: 1000,
    target: 'root',
    targetId: 0,
  })
  check('su', 'pam_unix(su:session): session opened for user root by (uid=0)', {
    action: 'su',
    userId: 0,
    target: 'root',
  })
  check('sudo', 'pam_unix(sudo:session): session closed for user root', {
    action: 'session-end',
    target: 'root',
  })
  check(
    'sshd',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root',
    { action: 'logon-failed', user: 'root', host: '192.0.2.7' },
  )
  check(
    'sshd',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7 ',
    { action: 'logon-failed', host: '192.0.2.7' },
  )
  check(
    'sshd',
    'pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7 user=bob',
    { action: 'logon-failed', user: 'bob', host: '192.0.2.7' },
  )
  check(
    'su',
    'pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=pts/0 ruser=bob rhost=  user=root',
    { action: 'su', outcome: 'failure', user: 'bob', userId: 1000, target: 'root', tty: 'pts/0' },
  )
  check('passwd', 'pam_unix(passwd:chauthtok): password changed for bob', {
    action: 'password-changed',
    target: 'bob',
  })
  assert.deepEqual(parse('sshd', 'pam_unix(sshd:auth): check pass; user unknown'), [])
})

test('su, sudo, doas and pkexec', () => {
  check('su', '(to root) bob on pts/0', {
    action: 'su',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    outcome: 'success',
  })
  check('su', 'FAILED SU (to root) bob on pts/0', {
    action: 'su',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    outcome: 'failure',
  })
  check('su', 'Successful su for root by bob', { action: 'su', user: 'bob', target: 'root' })
  check('su', '+ /dev/pts/0 bob:root', { action: 'su', user: 'bob', target: 'root', tty: 'pts/0' })
  check('su', '- /dev/pts/0 bob:root', {
    action: 'su',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    outcome: 'failure',
  })
  check('su', '(to bob) root on none', { action: 'su', user: 'root', target: 'bob' })
  check('sudo', '     bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id -u', {
    action: 'sudo',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    directory: '/home/bob',
    command: '/usr/bin/id -u',
    outcome: 'success',
  })
  check('sudo', 'bob : HOST=web ; TTY=pts/0 ; PWD=/ ; USER=www ; GROUP=adm ; ENV=A=b ; COMMAND=/bin/true', {
    action: 'sudo',
    user: 'bob',
    target: 'www',
    group: 'adm',
    tty: 'pts/0',
    command: '/bin/true',
  })
  check('sudo', 'bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh', {
    action: 'sudo',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    outcome: 'failure',
    reason: 'user NOT in sudoers',
  })
  check('sudo', 'bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh', {
    action: 'sudo',
    user: 'bob',
    target: 'root',
    tty: 'pts/0',
    outcome: 'failure',
  })
  // A folder that is named like the next fields.
  check('sudo', 'bob : TTY=pts/0 ; PWD=/tmp/x ; USER=bob ; COMMAND=/bin/true ; USER=root ; COMMAND=/bin/sh', {
    action: 'sudo',
    user: 'bob',
    target: 'bob',
    tty: 'pts/0',
    command: '/bin/true ; USER=root ; COMMAND=/bin/sh',
    ambiguous: true,
  })
  check('doas', 'bob ran command id -u as root from /home/bob', {
    action: 'sudo',
    user: 'bob',
    target: 'root',
    command: 'id -u',
    method: 'doas',
  })
  check('pkexec', 'bob: Executing command [USER=root] [TTY=unknown] [CWD=/home/bob] [COMMAND=/usr/bin/id]', {
    action: 'sudo',
    user: 'bob',
    target: 'root',
    command: '/usr/bin/id',
  })
})

test('login, logind, FTP servers and dropbear', () => {
  check('login', 'LOGIN ON tty1 BY bob', { action: 'logon', user: 'bob', tty: 'tty1' })
  check('login', 'LOGIN ON pts/3 BY bob FROM 192.0.2.7', {
    action: 'logon',
    user: 'bob',
    tty: 'pts/3',
    host: '192.0.2.7',
  })
  check('login', "ROOT LOGIN  on '/dev/tty1'", { action: 'logon', user: 'root', tty: 'tty1' })
  check('login', 'ROOT LOGIN ON tty1', { action: 'logon', user: 'root', tty: 'tty1' })
  check('login', "FAILED LOGIN (1) on '/dev/tty1' FOR 'bob', Authentication failure", {
    action: 'logon-failed',
    user: 'bob',
    tty: 'tty1',
    reason: 'Authentication failure',
  })
  check('login', "FAILED LOGIN (2) on '/dev/pts/1' from 'h.example' FOR 'UNKNOWN', Authentication failure", {
    action: 'logon-failed',
    user: 'UNKNOWN',
    tty: 'pts/1',
    host: 'h.example',
  })
  check('login', 'FAILED LOGIN 1 FROM tty1 FOR bob, Authentication failure', {
    action: 'logon-failed',
    user: 'bob',
    tty: 'tty1',
  })
  check('systemd-logind', 'New session 5 of user bob.', {
    action: 'session-start',
    user: 'bob',
    session: '5',
  })
  check('systemd-logind', "New session '5' of user 'bob' with class 'user' and type 'tty'.", {
    action: 'session-start',
    user: 'bob',
    session: '5',
  })
  check('systemd-logind', 'Session 5 logged out. Waiting for processes to exit.', {
    action: 'session-end',
    session: '5',
  })
  check('systemd-logind', 'Removed session c2.', { action: 'session-end', session: 'c2' })
  check('vsftpd', '[bob] OK LOGIN: Client "::ffff:192.0.2.7"', {
    action: 'logon',
    user: 'bob',
    host: '::ffff:192.0.2.7',
  })
  check('proftpd', 'host (client.example[192.0.2.7]) - USER bob: Login successful.', {
    action: 'logon',
    user: 'bob',
    host: '192.0.2.7',
  })
  check('proftpd', 'host (192.0.2.7[192.0.2.7]) - USER bob (Login failed): Incorrect password', {
    action: 'logon-failed',
    user: 'bob',
    host: '192.0.2.7',
  })
  check('dropbear', "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:abc from 192.0.2.7:5", {
    action: 'logon',
    user: 'root',
    host: '192.0.2.7',
    port: 5,
    fingerprint: 'SHA256:abc',
  })
  check('dropbear', "Password auth succeeded for 'root' from 192.0.2.7:5", {
    action: 'logon',
    user: 'root',
    host: '192.0.2.7',
    port: 5,
  })
  check('dropbear', 'Login attempt for nonexistent user from 192.0.2.7:5', {
    action: 'logon-failed',
    host: '192.0.2.7',
    port: 5,
  })
  check('dropbear', 'Exit (root) from <192.0.2.7:5>: Disconnect received', {
    action: 'logoff',
    user: 'root',
    host: '192.0.2.7',
    port: 5,
  })
})

test('tools that change accounts', () => {
  check('useradd', 'new user: name=eve, UID=1001, GID=1001, home=/home/eve, shell=/bin/sh, from=/dev/pts/0', {
    action: 'user-added',
    target: 'eve',
    targetId: 1001,
  })
  check('userdel', "delete user 'eve'", { action: 'user-deleted', target: 'eve' })
  check('usermod', "add 'eve' to group 'sudo'", {
    action: 'group-changed',
    target: 'eve',
    group: 'sudo',
    reason: 'member added',
  })
  check('gpasswd', 'user eve added by root to group docker', {
    action: 'group-changed',
    user: 'root',
    target: 'eve',
    group: 'docker',
  })
  check('usermod', "change user 'eve' UID from '1001' to '0'", {
    action: 'user-changed',
    target: 'eve',
    reason: "UID from '1001' to '0'",
  })
  check('usermod', "change user 'eve' password", { action: 'password-changed', target: 'eve' })
  check('groupadd', 'new group: name=staff2, GID=1002', {
    action: 'group-changed',
    group: 'staff2',
    groupId: 1002,
  })
})
