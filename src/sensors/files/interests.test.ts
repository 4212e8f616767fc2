import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { autostartPlaces } from './autostart-places.ts'
import { Homes } from './homes.ts'
import { Interests, openBraces, ruleOf } from './interests.ts'

function make(root = ''): Interests {
  return new Interests({
    root,
    homes: new Homes(root),
    exclude: ['/var/lib/haechi', '/srv/*.tmp'],
    isEverythingTold: false,
  })
}

function kindOf(interests: Interests, path: string): string {
  const cut = path.lastIndexOf('/')
  const interest = interests.of(path.slice(0, cut) || '/')
  if (interest.excluded) return 'excluded'
  const rule = ruleOf(interest, path.slice(cut + 1))
  return `${rule.name}:${rule.tell}`
}

test('each path falls into the row of the tables that an administrator would expect', () => {
  const interests = make()
  const expected: Readonly<Record<string, string>> = {
    '/etc/crontab': 'cron:everything',
    '/etc/cron.d/x': 'cron:everything',
    '/etc/cron.dx/x': 'configuration:everything',
    '/var/spool/cron/crontabs/root': 'cron:everything',
    '/etc/ld.so.preload': 'preload:everything',
    '/etc/systemd/system/x.service': 'systemd-unit:everything',
    '/etc/systemd/system/deep/x.timer': 'systemd-timer:everything',
    '/usr/lib/systemd/system/x.service': 'systemd-unit:everything',
    '/lib/systemd/system-generators/g': 'systemd-generator:everything',
    '/root/.bashrc': 'shell-profile:everything',
    '/home/ann/.bashrc': 'shell-profile:everything',
    '/home/ann/deep/.bashrc': ':programs',
    '/home/ann/.ssh/authorized_keys2': 'ssh-authorized-keys:everything',
    '/home/ann/.ssh/rc': 'ssh-config:everything',
    '/home/ann/.ssh/id_rsa': 'ssh:everything',
    '/home/ann/.config/systemd/user/a.service': 'systemd-unit:everything',
    '/home/ann/.bash_history': 'shell-history:everything',
    '/home/ann/notes': ':programs',
    '/etc/sudoers.d/x': 'sudoers:everything',
    '/usr/lib/x86_64-linux-gnu/security/pam_unix.so': 'pam:everything',
    '/usr/lib/x86_64-linux-gnu/libnss_files.so.2': 'nss:everything',
    '/usr/lib/x86_64-linux-gnu/libc.so.6': ':programs',
    '/etc/udev/rules.d/70.rules': 'udev-rule:everything',
    '/lib/modules/6.1/kernel/x.ko': 'kernel-module:everything',
    '/etc/modprobe.d/x.conf': 'kernel-module-config:everything',
    '/etc/rc.local': 'init-script:everything',
    '/etc/rc3.d/S01x': 'init-script:everything',
    '/etc/xdg/autostart/x.desktop': 'xdg-autostart:everything',
    '/etc/update-motd.d/00-header': 'motd:everything',
    '/etc/apt/apt.conf.d/99x': 'package-hook:everything',
    '/etc/apt/sources.list': 'package-source:everything',
    '/etc/passwd': 'accounts:everything',
    '/etc/passwd-': 'configuration:everything',
    '/boot/grub/grub.cfg': 'boot:everything',
    '/boot/vmlinuz': 'system-programs:everything',
    '/usr/local/bin/tool': 'system-programs:everything',
    '/var/www/html/x.php': 'web-root:everything',
    '/tmp/x': 'temporary:programs',
    '/dev/shm/x': 'temporary:programs',
    '/var/log/syslog': 'logs:programs',
    '/var/lib/haechi/store/x': 'excluded',
    '/srv/a.tmp/x': 'excluded',
    '/srv/a/x': ':programs',
    '/vmlinuz': ':programs',
  }
  for (const [path, kind] of Object.entries(expected)) assert.equal(kindOf(interests, path), kind, path)
})

test('homes that only the password file names are homes, folders of the system are not', (t) => {
  const root = withFolder(t).path
  mkdirSync(`${root}/etc`)
  const lines = [
    'git:x:1:1::/srv/git:/bin/sh',
    'bad',
    'bin:x:2:2::/bin:/bin/sh',
    'sys:x:3:3::/:/bin/sh',
    'w:x:4:4::/var/www/:/bin/sh',
  ]
  writeFileSync(`${root}/etc/passwd`, lines.join('\n'))
  const interests = make(root)
  assert.deepEqual(new Homes(root).others, ['/srv/git', '/var/www'])
  assert.equal(kindOf(interests, `${root}/srv/git/.ssh/authorized_keys`), 'ssh-authorized-keys:everything')
  assert.equal(kindOf(interests, `${root}/srv/gitlab/.ssh/authorized_keys`), ':programs')
  assert.equal(kindOf(interests, `${root}/bin/.bashrc`), 'system-programs:everything')
  assert.equal(kindOf(interests, `${root}/.bashrc`), ':programs')
  // What lies outside of the root is no business of ours.
  assert.equal(kindOf(interests, '/etc/crontab'), 'excluded')
})

test('a directory may hold places exactly when one of their paths can begin with it', () => {
  const interests = make()
  for (const path of [
    '/etc',
    '/etc/cron.d',
    '/etc/cron.d/deep',
    '/usr/lib/systemd',
    '/home/ann',
    '/home/ann/.config',
    '/home/ann/.ssh',
  ])
    assert.ok(interests.mayHold(path), path)
  for (const path of ['/opt/x', '/srv', '/home/ann/projects', '/var/cache/apt', '/var/lib/docker'])
    assert.ok(!interests.mayHold(path), path)
})

test('every row of the table of autostart places has a kind of its own and a technique', () => {
  const kinds = autostartPlaces.map(({ kind }) => kind)
  assert.equal(new Set(kinds).size, kinds.length)
  for (const { technique, globs } of autostartPlaces) {
    assert.match(technique, /^T\d{4}(?:\.\d{3})?$/)
    for (const glob of globs) assert.match(glob, /^[/~]/)
  }
})

test('braces stand for each of their choices, also nested and empty ones', () => {
  assert.deepEqual(openBraces('/{usr/,}lib{,64}/x'), ['/usr/lib/x', '/usr/lib64/x', '/lib/x', '/lib64/x'])
  assert.deepEqual(openBraces('a{b{c,d},e}'), ['abc', 'ae', 'abd', 'ae'])
})

test('any path has a rule', () => {
  const interests = make()
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 }), (names) => {
      assert.notEqual(kindOf(interests, `/${names.join('/')}`), '')
    }),
  )
})
