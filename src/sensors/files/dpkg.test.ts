import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { DpkgDatabase } from './dpkg.ts'
import { Slices } from './slices.ts'

const slices = new Slices({ workMs: 50, pauseMs: 0 })

/** A root with files, as path → content. */
function makeRoot(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = withFolder(t).path
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

async function open(root: string): Promise<DpkgDatabase> {
  const dpkg = new DpkgDatabase(root)
  assert.ok(dpkg.isPresent)
  await dpkg.load(slices)
  return dpkg
}

test('a packaged file is intact, one that was tampered with is modified, one of nobody has no owner', async (t) => {
  const root = makeRoot(t, {
    '/var/lib/dpkg/status': '',
    '/var/lib/dpkg/info/tool:amd64.list':
      '/.\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/bin/tampered\n/usr/bin/missing\n/usr/bin/undigested\n',
    '/var/lib/dpkg/info/tool:amd64.md5sums': `${md5('tool')}  usr/bin/tool\n${md5('good')}  usr/bin/tampered\n${md5('')}  usr/bin/missing\n`,
    '/usr/bin/tool': 'tool',
    '/usr/bin/tampered': 'evil',
    '/usr/bin/undigested': 'x',
    '/usr/bin/own': 'x',
  })
  const dpkg = await open(root)
  assert.equal(dpkg.packages, 1)
  assert.deepEqual(
    ['tool', 'tampered', 'missing', 'undigested', 'own'].map((name) => [
      dpkg.ownerOf(`/usr/bin/${name}`),
      dpkg.check(`/usr/bin/${name}`),
    ]),
    [
      ['tool:amd64', 'intact'],
      ['tool:amd64', 'modified'],
      ['tool:amd64', 'unknown'],
      ['tool:amd64', 'unknown'],
      [undefined, 'unknown'],
    ],
  )
})

test('folders that merged into /usr are known by both names, in either direction', async (t) => {
  const root = makeRoot(t, {
    '/var/lib/dpkg/status': '',
    '/var/lib/dpkg/info/old.list': '/bin/su\n',
    '/var/lib/dpkg/info/old.md5sums': `${md5('su')}  bin/su\n`,
    '/var/lib/dpkg/info/new.list': '/usr/lib/x86_64-linux-gnu/libnss_x.so.2\n',
    '/usr/bin/su': 'su',
  })
  const dpkg = await open(root)
  assert.equal(dpkg.ownerOf('/usr/bin/su'), 'old')
  assert.equal(dpkg.check('/usr/bin/su'), 'intact')
  assert.equal(dpkg.ownerOf('/lib/x86_64-linux-gnu/libnss_x.so.2'), 'new')
  assert.equal(dpkg.ownerOf('/usr/libexec/su'), undefined)
})

test('a diverted file is its package’s under its new name, and the diverter’s under the old one', async (t) => {
  const root = makeRoot(t, {
    '/var/lib/dpkg/status': '',
    '/var/lib/dpkg/diversions':
      '/usr/bin/perf\n/usr/bin/perf.wrapper\nlinux-perf\n/usr/bin/local\n/usr/bin/local.distrib\n:\n',
    '/var/lib/dpkg/statoverride': 'root messagebus 4754 /usr/lib/helper\nbroken line\n',
    '/var/lib/dpkg/info/tools.list': '/usr/bin/perf\n/usr/bin/local\n',
    '/var/lib/dpkg/info/tools.md5sums': `${md5('tools')}  usr/bin/perf\n`,
    '/usr/bin/perf.wrapper': 'tools',
  })
  const dpkg = await open(root)
  assert.equal(dpkg.ownerOf('/usr/bin/perf.wrapper'), 'tools')
  assert.equal(dpkg.check('/usr/bin/perf.wrapper'), 'intact')
  assert.equal(dpkg.ownerOf('/usr/bin/perf'), 'linux-perf')
  assert.equal(dpkg.ownerOf('/usr/bin/local.distrib'), 'tools')
  assert.equal(dpkg.overrideOf('/usr/lib/helper'), '4754')
  assert.equal(dpkg.overrideOf('/usr/bin/perf'), undefined)
})

test('a damaged database is read as far as it goes', async (t) => {
  const root = makeRoot(t, {
    '/var/lib/dpkg/status': '',
    '/var/lib/dpkg/diversions': 'one line',
    '/var/lib/dpkg/info/a.list': '\0\xff\n\n/usr/bin/a\nnot absolute',
    '/var/lib/dpkg/info/a.md5sums': 'short\n\0\n',
    '/usr/bin/a': '',
  })
  const dpkg = await open(root)
  assert.equal(dpkg.ownerOf('/usr/bin/a'), 'a')
  assert.equal(dpkg.check('/usr/bin/a'), 'unknown')
  assert.equal(new DpkgDatabase(join(root, 'nowhere')).isPresent, false)
})

test('owners are those that dpkg -S names, and set-uid programs of this host are as dpkg -V says', async (t) => {
  if (spawnSync('dpkg', ['--version']).error !== undefined) return t.skip('this host has no dpkg')
  const found = spawnSync(
    'find',
    [
      '/usr/bin',
      '/usr/sbin',
      '/usr/lib/openssh',
      '/usr/lib/dbus-1.0',
      '-xdev',
      '-type',
      'f',
      '-perm',
      '/6000',
    ],
    {
      encoding: 'utf8',
    },
  )
  const paths = found.stdout.split('\n').filter((path) => path !== '')
  const began = performance.now()
  const dpkg = await open('')
  t.diagnostic(`${dpkg.packages} packages in ${Math.round(performance.now() - began)} ms`)
  for (const path of paths) {
    const names = [path, path.replace('/usr/', '/')]
    const { stdout } = spawnSync('dpkg', ['-S', ...names], { encoding: 'utf8' })
    const owners = stdout.split('\n').map((line) => line.split(': ')[0])
    const owner = dpkg.ownerOf(path)
    if (stdout === '') assert.equal(owner, undefined, path)
    else
      assert.ok(
        owners.some((one) => one === owner || one?.split(':')[0] === owner?.split(':')[0]),
        `${path}: ${owner} and ${stdout}`,
      )
    if (owner !== undefined) {
      const verified = spawnSync('dpkg', ['-V', owner], { encoding: 'utf8' }).stdout
      const isModified = verified
        .split('\n')
        .some((line) => line.startsWith('??5') && names.some((name) => line.endsWith(` ${name}`)))
      assert.equal(dpkg.check(path) === 'modified', isModified, path)
    }
  }
})
