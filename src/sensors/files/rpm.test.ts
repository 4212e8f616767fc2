import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { modifiedIn, RpmDatabase } from './rpm.ts'

test('lines of rpm -V that mean another content, mode or capability are taken, configuration and times are not', () => {
  const lines: readonly [string, string | undefined][] = [
    ['S.5....T.    /usr/bin/su', '/usr/bin/su'],
    ['.M.......    /usr/bin/passwd', '/usr/bin/passwd'],
    ['........P    /usr/bin/ping', '/usr/bin/ping'],
    ['missing     /usr/bin/gone', '/usr/bin/gone'],
    ['missing   c /etc/gone', undefined],
    ['S.5....T.  c /etc/sudoers', undefined],
    ['.......T.    /usr/bin/touched', undefined],
    ['.......T.  d /usr/share/doc/x', undefined],
    ['S.5....T.  g /var/lib/x y', '/var/lib/x y'],
    ['Unsatisfied dependencies for x', undefined],
  ]
  for (const [line, path] of lines) assert.equal(modifiedIn(line), path, line)
})

test('any line is survived', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (line) => {
      const path = modifiedIn(line)
      assert.ok(path === undefined || path.startsWith('/'))
    }),
  )
})

test('a real package is asked: owner, intact, tampered', async (t) => {
  if (!requireRoot(t)) return
  if (spawnSync('rpmbuild', ['--version']).error !== undefined) return t.skip('rpmbuild is not installed')
  const folder = withFolder(t).path
  const spec = `Name: tool
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/usr/bin
echo one > %{buildroot}/usr/bin/one
echo two > %{buildroot}/usr/bin/two
%files
/usr/bin/one
/usr/bin/two
`
  writeFileSync(join(folder, 'tool.spec'), spec)
  const built = spawnSync(
    'rpmbuild',
    ['-bb', '--define', `_topdir ${folder}/build`, join(folder, 'tool.spec')],
    { encoding: 'utf8' },
  )
  assert.equal(built.status, 0, built.stderr)
  const root = join(folder, 'root')
  mkdirSync(root)
  const rpmFile = `${folder}/build/RPMS/noarch/tool-1-1.noarch.rpm`
  const installed = spawnSync(
    'rpm',
    ['--root', root, '--dbpath', '/var/lib/rpm', '-i', '--nodeps', '--noscripts', rpmFile],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(installed.status, 0, installed.stderr)
  const rpm = new RpmDatabase(root)
  assert.ok(rpm.isPresent)
  await rpm.load()
  assert.equal(rpm.packages, 1)
  assert.equal(rpm.ownerOf('/usr/bin/one'), 'tool-1-1.noarch')
  assert.equal(rpm.ownerOf('/usr/bin/three'), undefined)
  writeFileSync(join(root, 'usr/bin/two'), 'evil\n')
  assert.equal(await rpm.check('/usr/bin/one'), 'intact')
  assert.equal(await rpm.check('/usr/bin/two'), 'modified')
  assert.equal(await rpm.check('/usr/bin/three'), 'unknown')
})
