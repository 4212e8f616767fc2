import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import type { SnapshotTable } from '../sensor.ts'
import { readAccounts } from './accounts.ts'
import { keyFilesOf, parseAuthorizedKeys } from './authorized-keys.ts'
import { snapshotLogins } from './snapshot.ts'
import { writeUtmp } from '../../../test/support/utmp-writer.ts'

const day = Math.floor(Date.now() / 86_400_000)

function hostOf(t: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const root = withFolder(t).path
  for (const [path, data] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), data)
  }
  return root
}

const passwd = `root:x:0:0:root:/root:/bin/bash
alice:x:1000:1000:Alice,,,:/home/alice:/bin/zsh
+::::::
broken:x:no:1:::
svc:x:1001:1001::/nonexistent:/usr/sbin/nologin
`

async function tableOf(root: string, name: string): Promise<SnapshotTable> {
  const table = (await snapshotLogins(root)).find((one) => one.name === name)
  assert.ok(table !== undefined)
  return table
}

test('accounts with the state of their passwords, without any hash', async (t) => {
  const root = hostOf(t, {
    'etc/passwd': passwd,
    'etc/shadow': `root:$y$j9T$abcdefgh$012345678901234567890123456789012345678901:${day - 10}:0:99999:7:::\nalice:!$6$salt$hash:19000:0:90:7::20000:\nsvc:*:19000::::::\n`,
  })
  const { rows, problems } = await tableOf(root, 'accounts')
  assert.deepEqual(problems, [])
  assert.deepEqual(
    rows.map(({ name, password, locked, password_age_days, expires }) => [
      name,
      password,
      locked,
      password_age_days,
      expires,
    ]),
    [
      ['root', 'set', false, 10, null],
      ['alice', 'locked', true, day - 19_000, '2024-10-04'],
      ['svc', 'none', true, day - 19_000, null],
    ],
  )
  assert.ok(!JSON.stringify(rows).includes('$'))
})

test('who is on, by logind and by utmp, each once', async (t) => {
  const root = hostOf(t, {
    'etc/passwd': passwd,
    'run/systemd/sessions/5':
      '# This is private data. Do not parse.\nUID=1000\nUSER=alice\nACTIVE=1\nSTATE=active\nREMOTE_HOST=192.0.2.7\nTTY=pts/0\nSERVICE=sshd\nLEADER=4711\nREALTIME=1700000000123456\n',
    'run/systemd/sessions/../sessions/6': 'USER=old\nSTATE=closing\n',
    'run/utmp': writeUtmp([
      { type: 2, seconds: 1_699_000_000, user: 'reboot', line: '~' },
      { type: 7, seconds: 1_700_000_000, pid: 4712, line: 'pts/0', user: 'alice', host: '192.0.2.7' },
      { type: 7, seconds: 1_700_000_500, pid: 4713, line: 'tty1', user: 'root' },
      { type: 8, seconds: 1_700_000_600, pid: 4714, line: 'pts/1' },
    ]),
  })
  const { rows } = await tableOf(root, 'logins')
  assert.deepEqual(rows, [
    {
      user: 'alice',
      tty: 'pts/0',
      host: '192.0.2.7',
      pid: 4711,
      since: '2023-11-14T22:13:20.123Z',
      session: '5',
      service: 'sshd',
      source: 'logind',
    },
    {
      user: 'root',
      tty: 'tty1',
      host: '',
      pid: 4713,
      since: '2023-11-14T22:21:40.000Z',
      session: null,
      service: null,
      source: 'utmp',
    },
  ])
})

test('last logins and members of groups', async (t) => {
  const lastlog = Buffer.alloc(292 * 1001)
  lastlog.writeUInt32LE(1_700_000_000, 292_000)
  lastlog.write('pts/0', 292_004)
  const root = hostOf(t, {
    'etc/passwd': passwd,
    'var/log/lastlog': lastlog,
    'etc/group': 'root:x:0:\nsudo:x:27:bob,alice\nbad\n',
  })
  assert.deepEqual(
    (await tableOf(root, 'lastlog')).rows.map(({ user, last, tty }) => [user, last, tty]),
    [
      ['root', null, null],
      ['alice', '2023-11-14T22:13:20.000Z', 'pts/0'],
      ['svc', null, null],
    ],
  )
  assert.deepEqual((await tableOf(root, 'groups')).rows, [
    { name: 'root', gid: 0, members: '' },
    { name: 'sudo', gid: 27, members: 'alice,bob' },
  ])
})

test('keys have the fingerprint that ssh-keygen prints, their options and comment', async (t) => {
  const folder = withFolder(t)
  const keys = ['ed25519', 'ecdsa', 'rsa'].map((type) => {
    try {
      execFileSync('ssh-keygen', [
        '-q',
        '-t',
        type,
        '-N',
        '',
        '-C',
        `${type} of alice`,
        '-f',
        join(folder.path, type),
      ])
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw thrown
    }
    return readFileSync(join(folder.path, `${type}.pub`), 'utf8').trim()
  })
  if (keys[0] === '') {
    t.skip('ssh-keygen is not installed')
    return
  }
  const options = 'from="192.0.2.0/24",command="echo \\"a b\\" # x",no-pty'
  const root = hostOf(t, {
    'etc/passwd': passwd,
    'etc/ssh/sshd_config':
      '#AuthorizedKeysFile x\nauthorizedkeysfile .ssh/authorized_keys /etc/ssh/keys/%u\n',
    'home/alice/.ssh/authorized_keys': `# comment\n\n${options} ${keys[0]}\nnot a key\n${keys[1]}\n`,
    'etc/ssh/keys/root': `${keys[2]}\n`,
  })
  const { rows, problems } = await tableOf(root, 'authorized-keys')
  assert.deepEqual(problems, [])
  const print = (type: string): string =>
    (
      /SHA256:\S+/.exec(
        execFileSync('ssh-keygen', ['-lf', join(folder.path, `${type}.pub`)], { encoding: 'utf8' }),
      ) ?? ['']
    )[0]
  assert.deepEqual(rows, [
    {
      user: 'root',
      path: '/etc/ssh/keys/root',
      line: 1,
      type: 'ssh-rsa',
      fingerprint: print('rsa'),
      comment: 'rsa of alice',
      options: '',
    },
    {
      user: 'alice',
      path: '/home/alice/.ssh/authorized_keys',
      line: 3,
      type: 'ssh-ed25519',
      fingerprint: print('ed25519'),
      comment: 'ed25519 of alice',
      options,
    },
    {
      user: 'alice',
      path: '/home/alice/.ssh/authorized_keys',
      line: 5,
      type: 'ecdsa-sha2-nistp256',
      fingerprint: print('ecdsa'),
      comment: 'ecdsa of alice',
      options: '',
    },
  ])
})

test('an empty host has empty tables, and what cannot be read is said', async (t) => {
  const tables = await snapshotLogins(hostOf(t, {}))
  assert.deepEqual(
    tables.map(({ name, rows, problems }) => [name, rows.length, problems.length]),
    [
      ['accounts', 0, 0],
      ['logins', 0, 0],
      ['lastlog', 0, 0],
      ['groups', 0, 0],
      ['authorized-keys', 0, 0],
    ],
  )
  const root = hostOf(t, { 'etc/passwd': passwd })
  mkdirSync(join(root, 'root/.ssh/authorized_keys'), { recursive: true })
  assert.match((await tableOf(root, 'authorized-keys')).problems.join(), /is no file/)
})

test('the real accounts of this host are those that getent lists', () => {
  let listed: string
  try {
    listed = execFileSync('getent', ['-s', 'files', 'passwd'], { encoding: 'utf8' })
  } catch {
    return
  }
  assert.deepEqual(
    readAccounts('').map(({ name, uid, gid, home, shell }) => `${name}:${uid}:${gid}:${home}:${shell}`),
    listed
      .trim()
      .split('\n')
      .map((line) => line.split(':'))
      .map((part) => [part[0], part[2], part[3], part[5], part[6]].join(':')),
  )
})

test('any text is read as keys without a throw', () => {
  const words = fc.constantFrom(
    'ssh-ed25519 ',
    'AAAAC3NzaC1lZDI1NTE5AAAAIA',
    '"',
    '\\"',
    ' ',
    ',',
    'command=',
    '\n',
    '#',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 5 })), { maxLength: 50 }), (parts) => {
      for (const { fingerprint } of parseAuthorizedKeys(parts.join('')))
        assert.match(fingerprint, /^SHA256:[\w+/]{43}$/)
    }),
  )
  assert.deepEqual(
    keyFilesOf({ name: 'a', uid: 1, gid: 1, home: '/h/%u', shell: '' }, ['%h/k', '/k/%u%%', 'rel']),
    ['/h/%u/k', '/k/a%', '/h/%u/rel'],
  )
})
