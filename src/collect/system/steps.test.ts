import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { ftruncateSync, closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { collected, rowOf as row } from '../../../test/support/collected.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { plant, plantExaminedHost as hostIn, plantLink } from '../../../test/support/planted.ts'
import { type CollectStep, profiles } from '../step.ts'
import { systemSteps, systemStepsWith } from './index.ts'

function stepOf(id: string, steps: readonly CollectStep[] = systemSteps): CollectStep {
  return must(steps.find((step) => step.id === id))
}

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJzYAXDvhDZgOTT1Vs3aL5Vw4PbEC3mxjI1GR8+4vTnu eve@example'

test('steps 7 to 12 stand in order, each with its time', () => {
  assert.deepEqual(
    systemSteps.map(({ id }) => id),
    ['file-system', 'persistence', 'accounts', 'logs', 'applications', 'machine'],
  )
  for (const { maxMs, profiles: of } of systemSteps) {
    assert.ok(of.every((profile) => profiles.includes(profile)))
    assert.ok(maxMs.quick <= 60_000)
  }
})

test('what starts by itself is found, with the programs that it starts', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(root, '/etc/crontab', '* * * * * root /opt/.x/beacon --quiet\n')
  plant(root, '/opt/.x/beacon', 'beacon', 0o755)
  plant(
    root,
    '/etc/systemd/system/evil.service',
    '[Service]\nExecStart=/srv/evil\n[Install]\nWantedBy=multi-user.target\n',
  )
  plant(root, '/srv/evil', 'evil', 0o755)
  plant(root, '/etc/ld.so.preload', '/usr/local/lib/libhide.so\n')
  plant(root, '/usr/local/lib/libhide.so', 'library')
  plantLink(root, '/etc/rc3.d/S99x', '../init.d/x')
  plant(root, '/etc/init.d/x', '#!/bin/sh\n/opt/from-init\n', 0o755)
  plant(root, '/opt/from-init', 'x', 0o755)
  plantLink(root, '/etc/profile.d/y.sh', '/var/lib/hidden/y.sh')
  plant(root, '/var/lib/hidden/y.sh', 'profile')
  plant(root, '/srv/eve/.ssh/authorized_keys', `${key}\n`)
  plant(root, '/srv/eve/.bashrc', 'alias ls=/srv/eve/.ls\n')
  plant(root, '/etc/update-motd.d/99-x', '#!/bin/sh\n', 0o755)
  plant(root, '/etc/udev/rules.d/99-x.rules', 'RUN+="/opt/udev"\n')
  plant(root, '/etc/xdg/autostart/x.desktop', '[Desktop Entry]\nExec=/opt/desktop\n')
  plant(root, '/etc/pam.d/sshd', 'auth optional pam_exec.so /opt/pam\n')
  plant(root, '/etc/modules-load.d/x.conf', 'rootkit\n')
  plant(root, '/usr/lib/systemd/system-generators/x', 'x', 0o755)
  plant(root, '/srv/repository/.git/hooks/post-checkout', '#!/bin/sh\n', 0o755)
  plant(root, '/srv/repository/.git/hooks/pre-push.sample', '')
  plant(root, '/srv/repository/.git/config', '[core]\n\tfsmonitor = /opt/monitor\n')
  plant(
    root,
    '/boot/grub/grub.cfg',
    'menuentry x {\n\tlinux /vmlinuz root=/dev/sda1 init=/opt/init quiet\n}\n',
  )
  plant(root, '/boot/initrd.img-6.1', 'image')
  plantLink(root, '/etc/cron.daily/linked', '../../opt/linked')
  plant(root, '/opt/linked', 'linked', 0o755)
  plant(root, '/etc/rsyslog.conf', 'file="/opt/only-named"\n')
  plant(root, '/opt/only-named', 'x')
  plant(root, '/etc/cron.d/known', '* * * * * root /usr/bin/known /etc/crontab\n')
  plant(root, '/usr/bin/known', 'x', 0o755)
  const found = await collected(stepOf('persistence'), { root })
  assert.equal(found.given.length, new Set(found.given).size, 'no file comes twice')
  assert.deepEqual(row(found, 'started-programs', { path: '/opt/linked' })?.['by'], [
    '/etc/cron.daily/linked',
  ])
  assert.equal(found.contentOf('/opt/linked'), 'linked')
  for (const path of ['/opt/only-named', '/usr/bin/known', '/etc/crontab', '/etc/init.d/x'])
    assert.equal(row(found, 'started-programs', { path }), undefined, path)
  assert.ok(row(found, 'jobs', { command: '/opt/.x/beacon --quiet' }))
  assert.ok(row(found, 'units', { name: 'evil.service', exec: '/srv/evil' }))
  const kinds: Readonly<Record<string, string>> = {
    '/etc/crontab': 'cron',
    '/etc/systemd/system/evil.service': 'systemd-unit',
    '/etc/ld.so.preload': 'preload',
    '/etc/rc3.d/S99x': 'init-script',
    '/etc/profile.d/y.sh': 'shell-profile',
    '/srv/eve/.ssh/authorized_keys': 'ssh-authorized-keys',
    '/srv/eve/.bashrc': 'shell-profile',
    '/etc/update-motd.d/99-x': 'motd',
    '/etc/udev/rules.d/99-x.rules': 'udev-rule',
    '/etc/xdg/autostart/x.desktop': 'xdg-autostart',
    '/etc/pam.d/sshd': 'pam',
    '/etc/modules-load.d/x.conf': 'kernel-module-config',
    '/usr/lib/systemd/system-generators/x': 'systemd-generator',
  }
  for (const [path, kind] of Object.entries(kinds)) {
    assert.ok(row(found, 'autostart', { path, kind }), path)
    assert.ok(found.files.has(path), path)
  }
  assert.equal(found.files.get('/etc/rc3.d/S99x')?.file.target, '../init.d/x')
  assert.equal(found.contentOf('/var/lib/hidden/y.sh'), 'profile')
  for (const path of ['/opt/.x/beacon', '/srv/evil', '/usr/local/lib/libhide.so', '/opt/from-init']) {
    assert.ok(row(found, 'started-programs', { path }), path)
    assert.ok(found.contentOf(path) !== undefined, path)
  }
  assert.deepEqual(row(found, 'started-programs', { path: '/opt/.x/beacon' })?.['by'], ['/etc/crontab'])
  assert.ok(row(found, 'authorized-keys', { user: 'eve', comment: 'eve@example' }))
  assert.ok(row(found, 'git-hooks', { path: '/srv/repository/.git/hooks/post-checkout', executable: true }))
  assert.ok(row(found, 'git-hooks', { setting: 'fsmonitor = /opt/monitor' }))
  assert.equal(found.files.has('/srv/repository/.git/hooks/pre-push.sample'), false)
  assert.deepEqual(
    row(found, 'kernel-command-lines', { path: '/boot/grub/grub.cfg', line: 2 })?.['remarkable'],
    ['init=/opt/init'],
  )
  assert.match(
    String(row(found, 'boot-images', { path: '/boot/initrd.img-6.1' })?.['sha256']),
    /^[0-9a-f]{64}$/,
  )
})

test('keys that another place of sshd_config lets in are found', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(root, '/etc/ssh/sshd_config', 'Match User eve\n  AuthorizedKeysFile /etc/keys/%u\n')
  plant(root, '/etc/keys/eve', `restrict,command="/opt/x" ${key}\n`)
  const found = await collected(stepOf('persistence'), { root, profile: 'quick' })
  const { path, options } = must(row(found, 'authorized-keys', { user: 'eve' }))
  assert.deepEqual([path, options], ['/etc/keys/eve', 'restrict,command="/opt/x"'])
})

test('accounts are told with what is remarkable, without hashes, and with what changed', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(
    root,
    '/etc/passwd-',
    'root:x:0:0:root:/root:/bin/bash\nold:x:1002:1002::/home/old:/bin/sh\neve:x:1001:1001::/home/eve:/bin/bash\n',
  )
  plant(
    root,
    '/etc/shadow',
    'root:$y$j9T$a$secrethash:19700:0:99999:7:::\neve:$6$s$otherhash:19701::::::\nsvc::19701::::::\n',
  )
  plant(root, '/etc/shadow-', 'root:$y$j9T$a$formerhash:19700:0:99999:7:::\neve:$6$s$otherhash:19701::::::\n')
  plant(root, '/etc/sudoers', '# comment\nDefaults env_reset\n#includedir /etc/sudoers.d\n')
  plant(root, '/etc/sudoers.d/eve', 'eve ALL=(ALL) \\\n  NOPASSWD: ALL\n')
  const found = await collected(stepOf('accounts'), { root })
  assert.deepEqual(row(found, 'accounts', { name: 'root' })?.['remarkable'], ['shares its number'])
  assert.deepEqual(row(found, 'accounts', { name: 'toor' })?.['remarkable'], [
    'another root',
    'shares its number',
  ])
  assert.deepEqual(row(found, 'accounts', { name: 'svc' })?.['remarkable'], [
    'empty password',
    'home at a temporary place',
  ])
  const eve = must(row(found, 'accounts', { name: 'eve' }))
  assert.deepEqual(
    [eve['password'], eve['scheme'], eve['password_changed'], eve['groups']],
    ['set', '6', '2023-12-10', ['sudo']],
  )
  const changes = found.rows
    .get('account-changes')
    ?.map(({ file, name, change, fields }) => [file, name, change, fields].map(String).join(' '))
  assert.deepEqual(changes?.toSorted(), [
    '/etc/passwd eve changed home',
    '/etc/passwd old removed ',
    '/etc/passwd svc added ',
    '/etc/passwd toor added ',
    '/etc/shadow root changed password',
    '/etc/shadow svc added ',
  ])
  assert.ok(row(found, 'rights', { path: '/etc/sudoers.d/eve', without_password: true }))
  assert.ok(row(found, 'rights', { text: '#includedir /etc/sudoers.d' }))
  const everything =
    JSON.stringify([...found.rows]) + [...found.files.keys()].map((path) => found.contentOf(path)).join('')
  assert.doesNotMatch(everything, /secrethash|otherhash|formerhash/)
  assert.match(must(found.contentOf('/etc/shadow')), /^root:\$y\$\[removed\]:19700/)
  const kept = await collected(stepOf('accounts', systemStepsWith({ secrets: 'kept' })), { root })
  assert.match(must(kept.contentOf('/etc/shadow')), /secrethash/)
})

test('of a private key the path and the fingerprint are told, and never the key', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(root, '/srv/eve/.ssh/config', 'Host *\n')
  const path = join(root, 'srv/eve/.ssh/id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'password', '-C', 'eve', '-f', path])
  execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '1024', '-m', 'PEM', '-N', '', '-f', `${path}-pem`])
  const fingerprint = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ')[1]
  const found = await collected(stepOf('accounts'), { root })
  const openssh = must(row(found, 'ssh-keys', { path: '/srv/eve/.ssh/id' }))
  assert.deepEqual(
    [openssh['kind'], openssh['type'], openssh['fingerprint'], openssh['encrypted']],
    ['private', 'ssh-ed25519', fingerprint, true],
  )
  const pem = must(row(found, 'ssh-keys', { path: '/srv/eve/.ssh/id-pem' }))
  assert.deepEqual([pem['format'], pem['encrypted']], ['pem rsa private key', false])
  assert.equal(row(found, 'ssh-keys', { path: '/srv/eve/.ssh/id.pub' })?.['fingerprint'], fingerprint)
  assert.equal(found.contentOf('/srv/eve/.ssh/id'), undefined)
  assert.equal(found.contentOf('/srv/eve/.ssh/id-pem'), undefined)
  assert.ok(found.contentOf('/srv/eve/.ssh/id.pub') !== undefined)
  assert.ok(found.notes.some((note) => note.includes('/srv/eve/.ssh/id ')))
})

test('logs are taken whole: rotated, compressed, sparse ones, links as links, and those that are kept elsewhere', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(root, '/var/log/auth.log', 'now\n')
  plant(root, '/var/log/auth.log.2.gz', gzipSync('then\n'))
  plant(root, '/var/log/journal/0123/system.journal', 'LPKSHHRH')
  plantLink(root, '/var/log/app.log', '/srv/app/app.log')
  plant(root, '/srv/app/app.log', 'application\n')
  plant(root, '/etc/nginx/nginx.conf', 'http { access_log /data/logs/access.log; }\n')
  plant(root, '/data/logs/access.log', '192.0.2.1 - - []\n')
  plant(root, '/data/logs/access.log.1', '192.0.2.2 - - []\n')
  const fd = openSync(plant(root, '/var/log/lastlog'), 'w')
  ftruncateSync(fd, 50_000_000_000)
  closeSync(fd)
  const found = await collected(stepOf('logs'), { root })
  for (const path of ['/var/log/auth.log', '/var/log/auth.log.2.gz', '/var/log/journal/0123/system.journal'])
    assert.ok(found.contentOf(path) !== undefined, path)
  const link = found.files.get('/var/log/app.log')?.file
  assert.deepEqual([link?.kind, link?.target], ['link', '/srv/app/app.log'])
  assert.equal(found.contentOf('/srv/app/app.log'), 'application\n')
  assert.equal(found.contentOf('/data/logs/access.log'), '192.0.2.1 - - []\n')
  assert.equal(found.contentOf('/data/logs/access.log.1'), '192.0.2.2 - - []\n')
  assert.equal(
    row(found, 'logs', { path: '/data/logs/access.log.1' })?.['rotated_of'],
    '/data/logs/access.log',
  )
  assert.equal(found.files.get('/var/log/lastlog')?.file.size, 50_000_000_000)
})

test('on the running system each step but the long walk gives what is true now', async () => {
  const machine = await collected(stepOf('machine'))
  assert.ok(row(machine, 'machine', { kind: 'processor' }))
  const installed = readFileSync('/var/lib/dpkg/status', 'utf8').match(/^Package: /gm)?.length ?? 0
  assert.equal(machine.rows.get('packages')?.filter(({ manager }) => manager === 'dpkg').length, installed)
  const accounts = await collected(stepOf('accounts'))
  assert.equal(row(accounts, 'accounts', { name: 'root' })?.['uid'], 0)
  assert.equal(accounts.contentOf('/etc/passwd'), readFileSync('/etc/passwd', 'utf8'))
  const persistence = await collected(stepOf('persistence'), { profile: 'quick' })
  assert.ok(row(persistence, 'kernel-command-lines', { path: '/proc/cmdline' }))
  assert.ok((persistence.rows.get('autostart')?.length ?? 0) > 50)
})

test('links that lead in circles, out of the root or to devices end nothing', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plantLink(root, '/etc/cron.d/circle', 'circle')
  plantLink(root, '/etc/cron.d/out', '../../../../../../../../etc/hostname')
  plantLink(root, '/etc/cron.d/device', '/dev/zero')
  plantLink(root, '/var/log/folder', '/etc')
  const found = await collected(stepOf('persistence'), { root })
  for (const name of ['circle', 'out', 'device']) {
    assert.equal(found.files.get(`/etc/cron.d/${name}`)?.file.kind, 'link', name)
    assert.equal(found.contentOf(`/etc/cron.d/${name}`), undefined)
  }
  assert.equal(found.contentOf('/etc/hostname'), undefined)
})
