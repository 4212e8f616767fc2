import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { collected } from '../../../test/support/collected.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { plant, plantLink } from '../../../test/support/planted.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { fileSystemStep } from './file-system-step.ts'

const step = fileSystemStep({})

function accounts(root: string): void {
  plant(root, '/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
  plant(root, '/etc/group', 'root:x:0:\n')
}

/** Fields of the line of a path. */
function lineOf(body: string, path: string): string[] {
  const lines = body.split('\n').filter((line) => line.split('|')[1] === path)
  assert.equal(lines.length, 1, `${path}: ${lines.length} lines`)
  return must(lines[0]).split('|')
}

function reasonsOf(rows: readonly Readonly<Record<string, unknown>>[] | undefined, path: string): unknown {
  return rows?.find((row) => row['path'] === path)?.['reasons']
}

test('each name has its line in the timeline, as mactime reads it', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  const file = plant(root, '/srv/data', 'x'.repeat(1234), 0o4755)
  execFileSync('touch', ['-d', '2001-02-03 04:05:06 UTC', file])
  symlinkSync('/srv/data', join(root, 'srv/link'))
  const { bytes } = await collected(step, { root })
  const body = must(bytes.get('bodyfile'))
  const [md5, , inode, mode, uid, gid, size, accessed, modified, changed, born] = lineOf(body, '/srv/data')
  assert.deepEqual(
    [md5, mode, size, accessed, modified],
    ['0', 'r/rrwsr-xr-x', '1234', '981173106', '981173106'],
  )
  assert.match(`${inode} ${uid} ${gid}`, /^\d+ \d+ \d+$/)
  const now = Date.now() / 1000
  assert.ok(Math.abs(Number(changed) - now) < 60)
  assert.ok(Number(born) === 0 || Math.abs(Number(born) - now) < 60)
  assert.equal(lineOf(body, '/srv/link -> /srv/data')[3], 'l/lrwxrwxrwx')
  assert.equal(lineOf(body, '/')[3]?.[0], 'd')
  assert.equal(lineOf(body, '/etc')[3], 'd/drwxr-xr-x')
  assert.ok(body.split('\n').every((line) => line === '' || line.split('|').length === 11))
})

test('names that are no text, long names and names that would break a line keep their line', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  mkdirSync(join(root, 'srv'))
  const name = (bytes: Uint8Array): void =>
    closeSync(openSync(Buffer.concat([Buffer.from(join(root, 'srv/')), bytes]), 'w'))
  name(Buffer.from([0x62, 0xff, 0x64]))
  name(Buffer.from('line\nbreak|field'))
  name(Buffer.from('n'.repeat(255)))
  name(Buffer.from('한글'))
  name(Buffer.from(String.raw`back\slash`))
  const { bytes, rows } = await collected(step, { root })
  const body = must(bytes.get('bodyfile'))
  for (const path of [
    String.raw`/srv/b\xffd`,
    String.raw`/srv/line\x0abreak\x7cfield`,
    `/srv/${'n'.repeat(255)}`,
    '/srv/한글',
    String.raw`/srv/back\slash`,
  ])
    lineOf(body, path)
  const special = rows.get('special-files')
  assert.deepEqual(reasonsOf(special, String.raw`/srv/b\xffd`), ['odd-name'])
  assert.deepEqual(reasonsOf(special, '/srv/line\nbreak|field'), ['odd-name'])
  assert.equal(reasonsOf(special, '/srv/한글'), undefined)
})

test('special files are found with their reasons', async (t) => {
  if (!requireRoot(t)) return
  const { path: root } = withFolder(t)
  accounts(root)
  plant(root, '/opt/setuid', '#!', 0o4755)
  plant(root, '/opt/setgid', '#!', 0o2755)
  plant(root, '/opt/open', 'x', 0o666)
  plant(root, '/opt/plain', 'x')
  plant(root, '/tmp/.hidden/tool', 'x', 0o755)
  plant(root, '/usr/lib/...', 'x')
  plant(root, '/usr/lib/name ', 'x')
  plant(root, '/usr/lib/zero\u200bwidth', 'x')
  plant(root, '/home/user/.bashrc', 'x')
  plant(root, '/home/user/public_html/.htaccess', 'x')
  chownSync(plant(root, '/var/lib/docker/overlay2/a/diff/file', 'x'), 4242, 4343)
  execFileSync('mknod', [join(root, 'var/lib/docker/overlay2/a/diff/gone'), 'c', '0', '0'])
  plant(root, '/dev/kit', 'x')
  plant(root, '/dev/shm/data', 'x')
  chownSync(plant(root, '/opt/nobodys', 'x'), 4242, 4343)
  mkdirSync(join(root, 'opt/shared'))
  chmodSync(join(root, 'opt/shared'), 0o777)
  mkdirSync(join(root, 'opt/sticky'))
  chmodSync(join(root, 'opt/sticky'), 0o1777)
  execFileSync('mknod', [join(root, 'opt/memory'), 'c', '1', '1'])
  const capable = plant(root, '/opt/capable', 'x', 0o755)
  const hasSetcap = canSetCapabilities(capable)
  const fixed = plant(root, '/opt/fixed', 'x')
  const hasFlags = isChanged('chattr', ['+i', fixed])
  t.after(() => isChanged('chattr', ['-i', fixed]))
  const { rows } = await collected(step, { root })
  if (hasFlags) execFileSync('chattr', ['-i', fixed])
  const special = rows.get('special-files')
  const expected: Readonly<Record<string, readonly string[] | undefined>> = {
    '/opt/setuid': ['setuid'],
    '/opt/setgid': ['setgid'],
    '/opt/open': ['world-writable'],
    '/opt/plain': undefined,
    '/tmp/.hidden': ['hidden'],
    '/tmp/.hidden/tool': ['program-in-temporary', 'program-hidden'],
    '/usr/lib/...': ['hidden', 'odd-name'],
    '/usr/lib/name ': ['odd-name'],
    '/usr/lib/zero\u200bwidth': ['odd-name'],
    '/home/user/.bashrc': undefined,
    '/home/user/public_html/.htaccess': undefined,
    '/var/lib/docker/overlay2/a/diff/file': undefined,
    '/var/lib/docker/overlay2/a/diff/gone': undefined,
    '/opt/sticky': undefined,
    '/dev/kit': ['file-among-devices'],
    '/dev/shm/data': undefined,
    '/opt/nobodys': ['no-owner', 'no-group'],
    '/opt/shared': ['world-writable-folder'],
    '/opt/memory': ['device-elsewhere'],
    ...(hasSetcap ? { '/opt/capable': ['capabilities'] } : {}),
    ...(hasFlags ? { '/opt/fixed': ['immutable'] } : {}),
  }
  for (const [path, reasons] of Object.entries(expected))
    assert.deepEqual(reasonsOf(special, path), reasons, path)
  const setuid = special?.find((row) => row['path'] === '/opt/setuid')
  assert.equal(setuid?.['mode'], '4755')
  assert.match(String(setuid?.['changed']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  if (hasSetcap)
    assert.equal(special?.find((row) => row['path'] === '/opt/capable')?.['capabilities'], 'cap_net_raw=ep')
})

function canSetCapabilities(path: string): boolean {
  return isChanged('setcap', ['cap_net_raw=ep', path])
}

function isChanged(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('what lies at temporary places and below web roots is taken, and nothing but files is opened', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  plant(root, '/tmp/dropped.sh', '#!/bin/sh\n', 0o755)
  plant(root, '/var/www/html/shell.php', '<?php')
  plant(root, '/data/site/index.html', 'hello')
  plant(
    root,
    '/etc/nginx/sites-enabled/site',
    'server {\n  root /data/site;\n}\nserver { \n  root /opt;\n}\n',
  )
  plant(root, '/opt/not-taken', 'x')
  execFileSync('mkfifo', [join(root, 'tmp/pipe')])
  symlinkSync('/etc/passwd', join(root, 'tmp/link'))
  plant(root, '/tmp/ odd', 'x')
  const server = createServer().listen(join(root, 'tmp/socket'))
  t.after(() => server.close())
  const { files, given, contentOf, rows } = await collected(step, { root })
  assert.equal(given.length, new Set(given).size, 'no file comes twice')
  assert.ok(files.has('/tmp/ odd'))
  assert.equal(contentOf('/tmp/dropped.sh'), '#!/bin/sh\n')
  assert.equal(contentOf('/var/www/html/shell.php'), '<?php')
  assert.equal(contentOf('/data/site/index.html'), 'hello')
  assert.equal(files.has('/opt/not-taken'), false)
  for (const path of ['/tmp/pipe', '/tmp/socket']) {
    assert.equal(files.get(path)?.file.kind, 'other', path)
    assert.equal(contentOf(path), undefined, path)
  }
  assert.equal(files.get('/tmp/link')?.file.target, '/etc/passwd')
  assert.equal(contentOf('/tmp/link'), undefined)
  assert.ok(
    rows.get('exposed-files')?.some((row) => row['path'] === '/tmp/dropped.sh' && row['program'] === true),
  )
})

test('programs have digests, and the packages they came with are asked', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
  plant(root, '/usr/local/bin/own', 'own', 0o755)
  await secondAfter(Date.now())
  const intact = plant(root, '/usr/bin/intact', 'as it was', 0o755)
  linkSync(intact, join(root, 'usr/local/bin/same'))
  plant(root, '/usr/bin/changed', 'other now', 0o755)
  plant(root, '/usr/bin/moved', 'as it was', 0o755)
  plantLink(root, '/bin', 'usr/bin')
  plant(root, '/usr/lib/library.so.1', 'library')
  plant(root, '/usr/share/tool/data.py', 'changed too')
  plant(root, '/etc/tool.conf', 'edited')
  const info = '/var/lib/dpkg/info/tool'
  const paths = [
    '/usr/bin/intact',
    '/usr/bin/changed',
    '/bin/moved',
    '/usr/share/tool/data.py',
    '/usr/share/tool/gone',
    '/usr/share/doc/tool/gone-too',
  ]
  plant(root, `${info}.list`, `${paths.join('\n')}\n`)
  plant(root, `${info}.md5sums`, paths.map((path) => `${md5('as it was')}  ${path.slice(1)}\n`).join(''))
  const conffiles = ` /etc/tool.conf ${md5('default')}\n /etc/gone.conf ${md5('default')}\n`
  plant(
    root,
    '/var/lib/dpkg/status',
    `Package: tool\nStatus: install ok installed\nVersion: 1\nConffiles:\n${conffiles}\n`,
  )
  const { rows } = await collected(step, { root })
  const programs = new Map(rows.get('programs')?.map((row) => [row['path'], row]))
  const sha256 = createHash('sha256').update('other now').digest('hex')
  assert.equal(programs.get('/usr/bin/intact')?.['state'], 'intact')
  assert.equal(programs.get('/usr/bin/moved')?.['state'], 'intact')
  assert.equal(programs.get('/usr/local/bin/same')?.['state'], 'unowned')
  assert.deepEqual(
    [programs.get('/usr/bin/changed')?.['state'], programs.get('/usr/bin/changed')?.['sha256']],
    ['modified', sha256],
  )
  assert.equal(programs.get('/usr/local/bin/own')?.['state'], 'unowned')
  assert.equal(programs.get('/usr/lib/library.so.1')?.['state'], 'unowned')
  const order = rows.get('programs')?.map((row) => row['state'])
  assert.deepEqual(order?.slice(0, 3), ['unowned', 'unowned', 'unowned'], 'what nobody brought comes first')
  const differences = Object.fromEntries(
    (rows.get('package-verification') ?? []).map((row) => [String(row['path']), row['state']]),
  )
  assert.deepEqual(differences, {
    '/usr/bin/changed': 'modified',
    '/usr/share/tool/data.py': 'modified',
    '/usr/share/tool/gone': 'missing',
    '/etc/tool.conf': 'changed configuration',
  })
  assert.ok(rows.get('recent-programs')?.some((row) => row['path'] === '/usr/local/bin/own'))
})

/** Times of files are told in seconds: what comes now is later. */
async function secondAfter(ms: number): Promise<void> {
  while (Math.floor(Date.now() / 1000) <= Math.floor(ms / 1000)) await delay(20)
}

test('the scanner that is given judges programs and what lies below web roots', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  plant(root, '/opt/tool', 'x', 0o755)
  plant(root, '/var/www/shell.php', '<?php')
  plant(root, '/opt/broken', 'x', 0o755)
  const seen: string[] = []
  const scanning = fileSystemStep({
    scan(_fd, path) {
      seen.push(path)
      if (path === '/opt/broken') throw new Error('no verdict')
      return path.endsWith('.php')
        ? { verdict: 'infected', names: ['Test.Shell'] }
        : { verdict: 'clean', names: [] }
    },
  })
  const { rows, notes } = await collected(scanning, { root })
  assert.deepEqual(seen.toSorted(), ['/opt/broken', '/opt/tool', '/var/www/shell.php'])
  const shell = rows.get('programs')?.find((row) => row['path'] === '/var/www/shell.php')
  assert.deepEqual([shell?.['verdict'], shell?.['found']], ['infected', ['Test.Shell']])
  assert.ok(notes.some((note) => note.includes('/opt/broken') && note.includes('no verdict')))
})

test('a file system that is mounted below is walked once, one that is bound again is not, and what it covers is seen', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const root = scratch.folder('root')
  accounts(root)
  plant(root, '/mnt/covered-file', 'below')
  plant(root, '/mnt/sub/deep', 'below')
  plant(scratch.path, '/beside', 'x')
  scratch.mount('-t', 'tmpfs', 'inner', join(root, 'mnt'))
  plant(root, '/mnt/inner-file', 'x')
  mkdirSync(join(root, 'again'))
  scratch.mount('--bind', join(root, 'etc'), join(root, 'again'))
  mkdirSync(join(root, 'loop'))
  scratch.mount('--bind', root, join(root, 'loop'))
  mkdirSync(join(root, 'whole'))
  scratch.mount('--bind', scratch.path, join(root, 'whole'))
  const { bytes, rows } = await collected(step, { root })
  const body = must(bytes.get('bodyfile'))
  lineOf(body, '/mnt')
  lineOf(body, '/mnt/sub/deep (covered by a mount)')
  lineOf(body, '/whole/beside')
  assert.ok(!body.includes('/whole/root/etc'), 'seen as /etc')
  lineOf(body, '/mnt/inner-file')
  lineOf(body, '/etc/passwd')
  assert.ok(!body.includes('/again/passwd'))
  assert.ok(!body.includes('/loop/'))
  lineOf(body, '/mnt/covered-file (covered by a mount)')
  assert.deepEqual(reasonsOf(rows.get('special-files'), '/mnt/covered-file'), ['covered-by-mount'])
  const walked = rows.get('file-systems')?.filter((row) => row['state'] === 'walked')
  assert.deepEqual(
    walked?.map((row) => row['mounted_at']),
    ['/', '/mnt', '/whole'],
  )
})

test('folders deeper than the open ones that are allowed are walked to their end', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  const deep = join(root, 'srv', ...Array.from({ length: 300 }, () => 'd'))
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(deep, 'end'), '')
  for (let at = 0; at < 50; at++) mkdirSync(join(root, 'srv/d', `beside-${at}`))
  const { bytes } = await collected(step, { root })
  lineOf(must(bytes.get('bodyfile')), `/srv/${'d/'.repeat(300)}end`)
  lineOf(must(bytes.get('bodyfile')), '/srv/d/beside-49')
})

test('a path that is longer than the kernel takes is walked to its end', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  const name = 'n'.repeat(200)
  execFileSync('sh', ['-c', `for i in $(seq 220); do mkdir ${name} && cd -P ${name}; done; : > end`], {
    cwd: root,
  })
  t.after(() => execFileSync('rm', ['-rf', join(root, name)]))
  const { bytes, notes } = await collected(step, { root })
  const line = must(bytes.get('bodyfile'))
    .split('\n')
    .find((one) => one.includes('/end|'))
  assert.equal(line?.split('|')[1]?.length, 220 * 201 + '/end'.length)
  assert.deepEqual(notes, [])
})

test('a step without time says so, and gives what it has', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  plant(root, '/opt/tool', 'x', 0o755)
  plant(root, '/tmp/file', 'x')
  const { notes, files, rows } = await collected(step, { root, leftMs: () => 0 })
  assert.equal(files.size, 0)
  assert.deepEqual(rows.get('programs'), [])
  assert.ok(notes.some((note) => note.includes('programs have no digest')))
})

test('who does not want the timeline has the rest all the same', async (t) => {
  const { path: root } = withFolder(t)
  accounts(root)
  plant(root, '/opt/setuid', 'x', 0o4755)
  const names: string[] = []
  const context = {
    profile: 'full',
    root,
    note: () => undefined,
    leftMs: () => 60_000,
    maxFileBytes: 1000,
    suspects: [],
  } as const
  let special: object[] = []
  for await (const item of step.collect(context)) {
    if (item.kind === 'file') continue
    names.push(item.name)
    if (item.kind === 'rows' && item.name === 'special-files') special = [...(item.rows as Iterable<object>)]
  }
  assert.ok(names.includes('programs'))
  assert.equal(special.length, 1)
})

test('files that vanish while the walk looks at them end nothing', async (t: TestContext) => {
  const { path: root } = withFolder(t)
  accounts(root)
  for (let at = 0; at < 200; at++) plant(root, `/tmp/${at}`, 'x')
  let isGone = false
  const { bytes, files } = await collected(step, {
    root,
    leftMs: () => {
      if (!isGone) rmSync(join(root, 'tmp'), { recursive: true })
      isGone = true
      return 60_000
    },
  })
  assert.ok(must(bytes.get('bodyfile')).includes('|/etc/passwd|'))
  assert.equal(files.size, 0)
})
