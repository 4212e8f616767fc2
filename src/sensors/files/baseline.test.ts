import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { must } from '../../../test/support/must.ts'
import { requireRoot, type Scratch, withScratch } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { ProcessTable } from '../process-table.ts'
import { Teller } from './changes.ts'
import { filesSensorWith, snapshotFiles } from './index.ts'
import { Packages } from './packages.ts'
import { PrivilegedFiles } from './privileged.ts'
import { Scanner, type ScannerOptions } from './scanner.ts'
import { Slices } from './slices.ts'

const md5 = (path: string): string => createHash('md5').update(readFileSync(path)).digest('hex')

/** A host with a package of two set-uid programs, and one that nobody brought. */
function makeHost(t: TestContext): Scratch {
  const host = withScratch(t)
  for (const folder of [
    'usr/bin',
    'opt',
    'etc/cron.d',
    'var/lib/dpkg/info',
    'var/lib/dpkg/updates',
    'home/ann',
    'root',
  ])
    host.folder(...folder.split('/'))
  for (const name of ['usr/bin/good', 'usr/bin/tampered', 'opt/alien']) {
    copyFileSync('/bin/true', host.at(name))
    chmodSync(host.at(name), 0o4755)
  }
  const digest = md5('/bin/true')
  writeFileSync(host.at('var/lib/dpkg/status'), '')
  writeFileSync(
    host.at('var/lib/dpkg/info/tool.list'),
    '/.\n/usr\n/usr/bin\n/usr/bin/good\n/usr/bin/tampered\n',
  )
  writeFileSync(
    host.at('var/lib/dpkg/info/tool.md5sums'),
    `${digest}  usr/bin/good\n${digest}  usr/bin/tampered\n`,
  )
  copyFileSync('/bin/false', host.at('usr/bin/tampered'))
  chmodSync(host.at('usr/bin/tampered'), 0o4755)
  return host
}

/** As `SensorUnderTest`, with functions that can be taken out of it. */
interface Watched extends Omit<SensorUnderTest, 'waitFor' | 'until'> {
  readonly waitFor: (fits: (event: Event) => boolean, timeoutMs?: number) => Promise<Event>
  readonly until: (done: () => boolean, timeoutMs?: number) => Promise<void>
}

async function watch(t: TestContext, host: Scratch, stateFolder?: string): Promise<Watched> {
  const watched = await startSensor(t, filesSensorWith({ scanPauseMs: 0, packagesSettleMs: 100 }), {
    root: host.path,
    ...(stateFolder === undefined ? {} : { stateFolder }),
  })
  // The sensor saves when it is stopped, which is before this.
  t.after(() => rmSync(watched.stateFolder, { recursive: true, force: true }))
  await watched.until(() => watched.sensor.status().facts['baseline'] === 'done')
  return {
    ...watched,
    waitFor: (fits, timeoutMs) => watched.waitFor(fits, timeoutMs),
    until: (done, timeoutMs) => watched.until(done, timeoutMs),
  }
}

function told({ events }: Watched, host: Scratch): string[] {
  return events
    .map(
      ({ event, file }) =>
        `${event.kind} ${event.action} ${file?.path?.slice(host.path.length)}: ${event.reason}`,
    )
    .toSorted()
}

test('the first look tells of set-uid files that are not as a package brought them; the next one does not again', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const first = await watch(t, host)
  assert.deepEqual(told(first, host), [
    'alert setuid-found /opt/alien: no package owns it',
    'alert setuid-found /usr/bin/tampered: its content is not that of the package tool',
  ])
  assert.equal(first.sensor.status().facts['privileged'], 3)
  await first.sensor.stop()
  const second = await watch(t, host, first.stateFolder)
  assert.deepEqual(told(second, host), [])
})

test('a set-uid bit on a packaged program is an alert although a package owns it, unless an override asks for it', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  copyFileSync('/bin/true', host.at('usr/bin/plain'))
  copyFileSync('/bin/true', host.at('usr/bin/asked'))
  writeFileSync(host.at('var/lib/dpkg/info/plain.list'), '/usr/bin/plain\n')
  writeFileSync(host.at('var/lib/dpkg/statoverride'), 'root root 4755 /usr/bin/asked\n')
  const watched = await watch(t, host)
  execFileSync('chmod', ['4755', host.at('usr/bin/plain'), host.at('usr/bin/asked')])
  const plain = await watched.waitFor(({ file }) => file?.name === 'plain')
  assert.equal(plain.event.kind, 'alert')
  assert.match(must(plain.event.reason), /the package plain, but no package manager/)
  const asked = await watched.waitFor(({ file }) => file?.name === 'asked')
  assert.equal(asked.event.kind, 'event')
})

test('what dpkg unpacks is no alert, and is known as its package’s afterwards', async (t) => {
  if (!requireRoot(t)) return
  if (spawnSync('dpkg-deb', ['--version']).error !== undefined) return t.skip('this host has no dpkg')
  const host = makeHost(t)
  const source = withScratch(t)
  mkdirSync(source.folder('deb', 'DEBIAN'), { recursive: true })
  copyFileSync('/bin/true', `${source.folder('deb', 'usr', 'bin')}/brought`)
  chmodSync(source.at('deb/usr/bin/brought'), 0o4755)
  writeFileSync(
    source.at('deb/DEBIAN/control'),
    'Package: bringer\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n',
  )
  execFileSync('dpkg-deb', ['--build', source.at('deb'), source.at('x.deb')])
  const watched = await watch(t, host)
  const before = watched.events.length
  // dpkg stays until its last hook has ended: nobody here remembers processes that are gone, as the process sensor does.
  const args = [
    '--root',
    host.path,
    '--force-script-chrootless',
    '--log=/dev/null',
    '--post-invoke=sleep 1',
    '-i',
  ]
  const dpkg = spawn('dpkg', [...args, source.at('x.deb')], { stdio: 'ignore' })
  const ended = once(dpkg, 'exit')
  const event = await watched.waitFor(
    ({ event: { action }, file }) => action === 'setuid-added' && file?.path === host.at('usr/bin/brought'),
  )
  assert.equal(event.event.kind, 'event')
  assert.deepEqual(await ended, [0, null])
  await watched.until(() => watched.sensor.status().facts['packages'] === 2)
  assert.deepEqual(
    watched.events.slice(before).filter(({ event: { kind } }) => kind === 'alert'),
    [],
  )
  const [suid] = await snapshotFiles(host.path)
  const row = suid?.rows.find(({ path }) => path === host.at('usr/bin/brought'))
  assert.equal(row?.['package'], 'bringer')
})

test('what came after the packages were read is judged when they are read again', async (t) => {
  const host = makeHost(t)
  const events: Event[] = []
  const newer: string[] = []
  const notice = (message: string): void => assert.fail(message)
  const slices = new Slices({ workMs: 5, pauseMs: 0 })
  const packages = new Packages({ root: host.path, slices, notice })
  const teller = new Teller((event) => events.push(event), new ProcessTable('boot'))
  const onUnpacked = (): void => assert.fail('nobody unpacks')
  const privileged = new PrivilegedFiles({ teller, packages, onUnpacked, notice }, new Map())
  // What else a scanner has is not asked for here.
  const scanner = new Scanner({
    slices,
    packages,
    privileged,
    onNewer: (path: string) => newer.push(path),
  } as unknown as ScannerOptions)
  // The clock of file systems is coarse.
  const untilPast = async (file: string): Promise<void> => {
    while (Date.now() <= statSync(file).ctimeMs + 20) await delay(5)
  }
  await untilPast(host.at('opt/alien'))
  await packages.load()
  const path = host.at('opt/fresh')
  copyFileSync('/bin/true', path)
  chmodSync(path, 0o4755)
  for (const each of [path, host.at('opt/alien')]) privileged.learn(each, statSync(each))
  await scanner.judgeAll()
  assert.deepEqual(newer, [path])
  assert.deepEqual(
    events.map(({ file }) => file?.name),
    ['alien'],
  )
  await untilPast(path)
  await packages.load()
  await scanner.judge(path)
  assert.deepEqual(
    events.map(({ file }) => file?.name),
    ['alien', 'fresh'],
  )
})

test('the snapshot has the same set-uid and set-gid files as find, with owner, package and digest', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  execFileSync('install', ['-m', '2755', '/bin/true', host.at('home/ann/gid')])
  const [suid, autostart] = await snapshotFiles(host.path)
  const found = execFileSync('find', [host.path, '-xdev', '-type', 'f', '-perm', '/6000'], {
    encoding: 'utf8',
  })
  assert.deepEqual(
    suid?.rows.map(({ path }) => path).toSorted(),
    found
      .split('\n')
      .filter((path) => path !== '')
      .toSorted(),
  )
  const row = suid?.rows.find(({ path }) => path === host.at('usr/bin/tampered'))
  assert.deepEqual(row, {
    path: host.at('usr/bin/tampered'),
    mode: '4755',
    owner: '0:0',
    capabilities: '',
    package: 'tool',
    package_state: 'modified',
    size: readFileSync('/bin/false').length,
    sha256: createHash('sha256').update(readFileSync('/bin/false')).digest('hex'),
  })
  assert.deepEqual(suid?.problems, [])
  assert.deepEqual(autostart?.rows, [])
})

test('the snapshot has every autostart file once, links as links, nothing through linked folders', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const script = `
    ln -s usr/lib lib
    mkdir -p usr/lib/systemd/system etc/systemd/system/multi-user.target.wants home/ann/.ssh home/bob/.profile
    echo a > usr/lib/systemd/system/a.service
    ln -s /lib/systemd/system/a.service etc/systemd/system/multi-user.target.wants/a.service
    echo k > home/ann/.ssh/authorized_keys; echo k > home/ann/.ssh/authorized_keys2; echo r > root/.bashrc
    echo c > etc/crontab; echo n > home/ann/notes`
  execFileSync('/bin/sh', ['-ec', script], { cwd: host.path })
  const [, autostart] = await snapshotFiles(host.path)
  assert.deepEqual(
    autostart?.rows.map(({ path, kind }) => `${kind} ${String(path).slice(host.path.length)}`).toSorted(),
    [
      'cron /etc/crontab',
      'shell-profile /root/.bashrc',
      'ssh-authorized-keys /home/ann/.ssh/authorized_keys',
      'ssh-authorized-keys /home/ann/.ssh/authorized_keys2',
      'systemd-unit /etc/systemd/system/multi-user.target.wants/a.service',
      'systemd-unit /usr/lib/systemd/system/a.service',
    ],
  )
})
