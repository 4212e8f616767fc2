// The process sensor on the running kernel, on its best tier.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { EbpfTier } from './ebpf/tier.ts'
import { processSensor, snapshotProcesses } from './index.ts'
import { ProcessSensor } from './sensor.ts'

/** Undefined where the test is skipped: eBPF is what is tested here. */
async function start(t: TestContext, crossViewMs?: number): Promise<SensorUnderTest | undefined> {
  if (!requireRoot(t)) return undefined
  const under = await startSensor(t, (context) =>
    crossViewMs === undefined ? processSensor(context) : new ProcessSensor(context, { crossViewMs }),
  )
  if (under.sensor.status().tier === 'ebpf') return under
  t.skip(`eBPF is refused here: ${JSON.stringify(under.sensor.status().refused)}`)
  return undefined
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-process-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  chmodSync(path, 0o755)
  return path
}

/** Does the event say that, of a process with this argument? */
const says = (action: string, argument: string) => (event: Event) =>
  event.event.action === action && event.process?.args?.includes(argument) === true

/** The process's description, always there. */
function processOf(event: Event): NonNullable<Event['process']> {
  assert.ok(event.process)
  return event.process
}

async function anExecTellsEverythingAbout(t: TestContext, under: SensorUnderTest): Promise<void> {
  const cwd = folder(t)
  symlinkSync('/bin/true', join(cwd, 'link'))
  const program = './link'
  const child = spawn(program, ['grüße', 'a b', ''], { cwd, argv0: 'other', stdio: 'ignore' })
  const event = await under.waitFor(says('exec', 'grüße'))
  const process_ = processOf(event)
  const file = statSync('/bin/true', { bigint: true })
  assert.equal(process_.pid, child.pid)
  // The link is followed and the relative name is resolved, as /proc/PID/exe would have it.
  assert.equal(process_.executable, spawnSync('readlink', ['-f', '/bin/true']).stdout.toString().trim())
  assert.equal(process_.working_directory, cwd)
  assert.deepEqual(process_.args, ['other', 'grüße', 'a b', ''])
  assert.equal(process_.args_count, 4)
  assert.equal(process_.command_line, 'other grüße a b ')
  assert.equal(process_.parent?.pid, process.pid)
  assert.equal(process_.parent.entity_id, under.context.processes.get(process.pid)?.info.entity_id)
  assert.equal(process_.parent.executable, process.execPath)
  assert.deepEqual(process_.user, { id: '0', group: { id: '0' } })
  const effective = Number.parseInt(
    /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '',
    16,
  )
  assert.equal(
    process_.thread?.capabilities?.effective?.includes('CAP_SYS_ADMIN'),
    (effective & (1 << 21)) !== 0,
  )
  assert.equal(
    process_.thread?.capabilities?.effective?.includes('CAP_SYS_RESOURCE'),
    (effective & (1 << 24)) !== 0,
  )
  assert.equal(event.file?.inode, String(file.ino))
  assert.equal(event.file.mode, '0755')
  assert.deepEqual(event.hx?.process?.['executable_stat'], {
    device: deviceText(file.dev),
    inode: String(file.ino),
    ctime_ns: String(file.ctimeNs),
    size: Number(file.size),
  })
  assert.equal(event.hx?.process?.['filename'], './link')
  assert.equal(event.hx?.process?.deleted, false)
  assert.equal(event.hx?.process?.args_truncated, false)
  assert.equal(event.event.provider, 'ebpf')
  assert.ok(Math.abs(Date.parse(event['@timestamp']) - Date.now()) < 5000)
  assert.match(event['@timestamp'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
}

/** As `stat -c %Hd:%Ld`, from what stat(2) gives to programs. */
function deviceText(device: bigint): string {
  return `${(device >> 8n) & 0xfffn}:${(device & 0xffn) | ((device >> 12n) & 0xfff00n)}`
}

async function aProcessIsNamedAs(t: TestContext, under: SensorUnderTest): Promise<void> {
  const child = spawn('sleep', ['60.125'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const event = await under.waitFor(says('exec', '60.125'))
  const stat = readProcessStat(child.pid ?? 0)
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll('-', '').slice(0, 8)
  assert.equal(event.process?.entity_id, `${boot}:${child.pid}:${stat?.startTicks}`)
  // The kernel says 0 when the leader is of an outer pid namespace, as below a supervisor that entered a container.
  assert.equal(event.process.session_leader?.pid ?? 0, stat?.session)
  assert.equal(event.process.interactive, stat?.tty !== 0)
  const known = under.context.processes.get(child.pid ?? 0)
  assert.equal(known?.startTicks, stat?.startTicks)
  const { ino } = statSync(`/sys/fs/cgroup`, { throwIfNoEntry: false }) ?? { ino: 0 }
  if (readFileSync(`/proc/${child.pid}/cgroup`, 'latin1') === '0::/\n' && ino > 0)
    assert.equal(known?.cgroupId, BigInt(ino))
}

async function endsAreToldWithTheir(t: TestContext, under: SensorUnderTest): Promise<void> {
  spawn('/bin/sh', ['-c', 'exit 42', 'code-42'], { stdio: 'ignore' })
  spawn('/bin/sh', ['-c', 'kill -TERM $$', 'by-signal'], { stdio: 'ignore' })
  const coded = await under.waitFor(says('exit', 'code-42'))
  const killed = await under.waitFor(says('exit', 'by-signal'))
  assert.equal(coded.process?.exit_code, 42)
  assert.equal(coded.hx?.process?.signal, undefined)
  assert.equal(killed.hx?.process?.signal, 15)
  assert.equal(killed.process?.exit_code, undefined)
  assert.ok((coded.process?.end ?? '') >= (coded.process?.start ?? '~'))
  const pid = coded.process?.pid
  assert.equal(
    under.events.filter(({ event, process: of }) => event.action === 'exit' && of?.pid === pid).length,
    1,
  )
}

async function aScriptIsToldBy(t: TestContext, under: SensorUnderTest): Promise<void> {
  const script = join(folder(t), 'script.sh')
  writeFileSync(script, '#!/bin/sh -e\nexit 0\n', { mode: 0o755 })
  spawn(script, ['of-script'], { stdio: 'ignore' })
  const event = await under.waitFor(says('exec', 'of-script'))
  assert.equal(event.process?.executable, spawnSync('readlink', ['-f', '/bin/sh']).stdout.toString().trim())
  assert.equal(event.hx?.process?.['filename'], script)
  assert.deepEqual(event.process.args, ['/bin/sh', '-e', script, 'of-script'])
}

async function longArgumentsAreCutAnd(t: TestContext, under: SensorUnderTest): Promise<void> {
  spawn('/bin/true', ['long-ones', 'x'.repeat(100_000)], { stdio: 'ignore' })
  const event = await under.waitFor(says('exec', 'long-ones'))
  assert.equal(event.hx?.process?.args_truncated, true)
  assert.equal(event.process?.args?.[2], 'x'.repeat(8192 - '/bin/true\0long-ones\0'.length))
}

async function aProgramThatForksWithout(t: TestContext, under: SensorUnderTest): Promise<void> {
  spawn('/bin/sh', ['-c', '(exit 7); exit 0', 'forks-only'], { stdio: 'ignore' })
  const event = await under.waitFor((one) => says('exit', 'forks-only')(one) && one.process?.exit_code === 7)
  assert.equal(event.process?.parent?.args?.includes('forks-only'), true)
  assert.notEqual(event.process.parent.pid, event.process.pid)
}

async function aDeletedProgramAndOne(t: TestContext, under: SensorUnderTest): Promise<void> {
  const path = join(folder(t), 'short-lived')
  copyFileSync('/bin/sleep', path)
  chmodSync(path, 0o755)
  // The shell holds the file open and runs it by its descriptor when the name is gone.
  spawn('/bin/sh', ['-c', `exec 9<${path}; rm ${path}; exec /proc/self/fd/9 0.011`], { stdio: 'ignore' })
  const deleted = await under.waitFor(says('exec', '0.011'))
  assert.equal(deleted.hx?.process?.deleted, true)
  assert.equal(deleted.process?.executable, path)
  const perl = spawnSync('perl', [
    '-e',
    'my $n = "evil-memory"; my $fd = syscall($ARGV[0], $n, 0); open(my $i, "<", "/bin/sleep"); binmode $i; local $/; ' +
      'my $b = <$i>; open(my $o, ">&=", $fd); binmode $o; syswrite($o, $b); exec {"/proc/self/fd/$fd"} "x", "0.012"',
    process.arch === 'arm64' ? '279' : '319',
  ])
  if (perl.error !== undefined) {
    t.skip('perl is not here to make a program in memory')
    return
  }
  const made = await under.waitFor(({ event }) => event.action === 'memfd-create')
  assert.equal(made.hx?.process?.['memfd_name'], 'evil-memory')
  const memfd = await under.waitFor(says('exec', '0.012'))
  assert.equal(memfd.hx?.process?.memfd, true)
  assert.equal(memfd.process?.executable, '/memfd:evil-memory')
  assert.ok((memfd.event.severity ?? 0) > 1)
}

async function setUidProgramsAndChanges(t: TestContext, under: SensorUnderTest): Promise<void> {
  const path = join(folder(t), 'set-uid')
  copyFileSync('/bin/sleep', path)
  chmodSync(path, 0o4755)
  spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', path, '0.013'], { stdio: 'ignore' })
  // setpriv stands between: its own exec has the argument too.
  const event = await under.waitFor((one) => says('exec', '0.013')(one) && one.process?.executable === path)
  assert.equal(event.hx?.process?.['set_id'], true)
  assert.equal(event.process?.user?.id, '0')
  assert.equal(event.process.real_user?.id, '65534')
  const change = await under.waitFor(says('setresuid', '0.013'))
  assert.equal(change.process?.user?.id, '65534')
  assert.deepEqual(change.hx?.process?.['credentials_before'], { uid: 0, euid: 0, suid: 0, gid: 0 })
  assert.equal(change.hx.process['gained'], false)
  // A cause that the rules allow is no alarm.
  assert.ok(!under.events.some(({ event: { action } }) => action === 'credentials-gained'))
}

async function tracingOfAnotherProcessIs(t: TestContext, under: SensorUnderTest): Promise<void> {
  const target = spawn('sleep', ['60.014'], { stdio: 'ignore' })
  t.after(() => target.kill('SIGKILL'))
  const number = process.arch === 'arm64' ? '117' : '101'
  const tracer = spawnSync('perl', [
    '-e',
    'syscall($ARGV[0], 16, $ARGV[1] + 0, 0, 0)',
    number,
    String(target.pid),
  ])
  if (tracer.error !== undefined) {
    t.skip('perl is not here to trace')
    return
  }
  const event = await under.waitFor(({ event: { action } }) => action === 'ptrace-attach')
  assert.equal(event.event.outcome, 'success')
  assert.equal(event.process?.args?.[0], 'perl')
  const { pid, executable } = (event.hx?.process?.['target'] ?? {}) as { pid?: number; executable?: string }
  assert.equal(pid, target.pid)
  assert.match(executable ?? '', /sleep$/)
}

/** One sensor for all of these: an end of one takes the kernel a second. */
test('on the running kernel', async (t) => {
  const under = await start(t)
  if (under === undefined) return
  await t.test('an exec tells everything about the process and its file', (sub) =>
    anExecTellsEverythingAbout(sub, under),
  )
  await t.test('a process is named as /proc names it, by its start', (sub) => aProcessIsNamedAs(sub, under))
  await t.test('ends are told with their code or their signal', (sub) => endsAreToldWithTheir(sub, under))
  await t.test('a script is told by its interpreter and its own name', (sub) => aScriptIsToldBy(sub, under))
  await t.test('long arguments are cut, and that is said', (sub) => longArgumentsAreCutAnd(sub, under))
  await t.test('a program that forks without exec ends with its parent’s name and its own number', (sub) =>
    aProgramThatForksWithout(sub, under),
  )
  await t.test('a deleted program and one from memory are told as such', (sub) =>
    aDeletedProgramAndOne(sub, under),
  )
  await t.test('set-uid programs and changes of credentials are told with who it was before', (sub) =>
    setUidProgramsAndChanges(sub, under),
  )
  await t.test('tracing of another process is told, with its target and its outcome', (sub) =>
    tracingOfAnotherProcessIs(sub, under),
  )
})

test('what ran before the start is known, and told once', async (t) => {
  if (!requireRoot(t)) return
  const early = spawn('sleep', ['60.015'], { stdio: 'ignore' })
  t.after(() => early.kill('SIGKILL'))
  await once(early, 'spawn')
  const under = await start(t)
  if (under === undefined) return
  const seen = under.events.filter(says('process-seen', '60.015'))
  assert.equal(seen.length, 1)
  assert.equal(seen[0]?.event.kind, 'state')
  assert.equal(seen[0]?.process?.pid, early.pid)
  assert.equal(seen[0]?.process?.parent?.pid, process.pid)
  early.kill('SIGKILL')
  const end = await under.waitFor(says('exit', '60.015'))
  assert.equal(end.hx?.process?.signal, 9)
  assert.equal(under.sensor.status().facts['witness'], 'proc-connector')
})

test('a process that /proc does not show is an alert', async (t) => {
  const victim = spawn('sleep', ['60.016'], { stdio: 'ignore' })
  t.after(() => victim.kill('SIGKILL'))
  if (!requireRoot(t)) return
  const empty = folder(t)
  const place = `/proc/${victim.pid}`
  const mounted = spawnSync('mount', ['--bind', empty, place])
  t.after(() => spawnSync('umount', [place]))
  if (mounted.status !== 0) {
    t.skip('no mount over /proc is allowed here')
    return
  }
  const [table] = await snapshotProcesses('')
  assert.equal(table?.rows.find(({ pid }) => pid === victim.pid)?.['hidden'], true)
  assert.equal(table.rows.find(({ pid }) => pid === process.pid)?.['hidden'], false)
  const under = await start(t, 0)
  if (under === undefined) return
  const event = await under.waitFor(({ event: { action } }) => action === 'process-hidden')
  assert.equal(event.process?.pid, victim.pid)
  assert.equal(event.event.kind, 'alert')
  assert.match(event.process?.executable ?? '', /sleep$/)
})

test('a tier that cannot stand is told with its reason, and the next one is tried', async (t) => {
  if (!requireRoot(t)) return
  const refusing = (): never => {
    throw new Error('not today')
  }
  const under = await startSensor(
    t,
    (context) =>
      new ProcessSensor(context, {
        tiers: [
          { id: 'broken', open: (sink) => Object.assign(new EbpfTier(sink), { start: refusing }) },
          { id: 'ebpf', open: (sink) => new EbpfTier(sink, { prefer: 'probed' }) },
        ],
      }),
  )
  const status = under.sensor.status()
  assert.equal(status.tier, 'ebpf')
  assert.equal(status.facts['reading'], 'probed')
  assert.deepEqual(status.refused, [{ tier: 'broken', why: 'not today' }])
  assert.ok(under.notices.some((notice) => notice.includes('not today')))
  // Without typed loads it sees the same.
  spawn('/bin/true', ['by-probes'], { stdio: 'ignore' })
  const event = await under.waitFor(says('exec', 'by-probes'))
  assert.equal(event.process?.parent?.pid, process.pid)
  assert.equal(event.file?.mode, '0755')
  const end = await under.waitFor(says('exit', 'by-probes'))
  assert.equal(end.process?.exit_code, 0)
})

test('a snapshot has every process once, with what ps says of it', async (t) => {
  if (!requireRoot(t)) return
  const child = spawn('sleep', ['60.017'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const [table] = await snapshotProcesses('')
  assert.ok(table)
  const keys = new Set(table.rows.map((row) => table.key.map((column) => row[column]).join(':')))
  assert.equal(keys.size, table.rows.length)
  const row = table.rows.find(({ pid }) => pid === child.pid)
  assert.equal(row?.['command_line'], 'sleep 60.017')
  assert.equal(row['parent_pid'], process.pid)
  assert.equal(row['hidden'], false)
  assert.equal(row['start_ticks'], readProcessStat(child.pid ?? 0)?.startTicks)
})

test('another root gives the rows of its own proc', async (t) => {
  const root = folder(t)
  mkdirSync(join(root, 'proc', '7'), { recursive: true })
  writeFileSync(join(root, 'proc', '7', 'stat'), `7 (x y) S 1 7 7 0 -1 0 ${'0 '.repeat(12)}0 4711 0 0\n`)
  writeFileSync(join(root, 'proc', '7', 'cmdline'), 'x\0--y\0')
  const [table] = await snapshotProcesses(root)
  assert.equal(table?.rows.length, 1)
  assert.equal(table.rows[0]?.['name'], 'x y')
  assert.equal(table.rows[0]?.['command_line'], 'x --y')
})
