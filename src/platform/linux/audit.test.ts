import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { auditArguments } from './audit-arguments.ts'
import { AuditChannel } from './audit-channel.ts'
import { type AuditLoss, type AuditSource, openAuditSource } from './audit.ts'
import { type AuditRecord, RecordType } from './audit-record.ts'
import { encodeCallRule, isAbandoned, isHaechiKey, ownKey } from './audit-rule.ts'
import type { AuditStatus } from './audit-status.ts'

const execRules = [{ calls: ['execve', 'execveat'] }] as const

interface FreeAudit extends AsyncDisposable {
  readonly channel: AuditChannel
  readonly before: AuditStatus
  /** Done when the test ends, the last first. */
  readonly after: AsyncDisposableStack
}

/** Audit is one for the whole host: tests that use it take turns. The name is free again when its process ends. */
async function takeTurn(): Promise<() => void> {
  for (;;) {
    const server = createServer()
    try {
      server.listen('\0haechi-test-audit')
      await once(server, 'listening')
      return () => void server.close()
    } catch {
      await delay(50)
    }
  }
}

/** Root, a kernel with audit, and nobody else who uses it; else the test is skipped. */
async function freeAudit(t: TestContext): Promise<FreeAudit | undefined> {
  if (!requireRoot(t)) return undefined
  const channel = new AuditChannel(
    { multicast: false, receiveBytes: 65_536, datagramsPerCall: 4 },
    () => undefined,
  )
  const after = new AsyncDisposableStack()
  after.defer(await takeTurn())
  after.defer(() => channel.close())
  for (const end = performance.now() + 5000; performance.now() < end; await delay(100)) {
    const before = await channel.status()
    const rules = await channel.rules()
    if (before.pid !== 0 || rules.some(({ key }) => isHaechiKey(key) && !isAbandoned(key))) continue
    const { enabled, backlogLimit, backlogWaitTime } = before
    after.defer(async () => {
      await channel.change({ enabled, backlogLimit, backlogWaitTime })
    })
    return { channel, before, after, [Symbol.asyncDispose]: () => after.disposeAsync() }
  }
  await after.disposeAsync()
  t.skip('SKIPPED, NOT TESTED: audit is in use on this host')
  return undefined
}

interface Opened {
  readonly source: AuditSource
  readonly records: AuditRecord[]
  readonly losses: AuditLoss[]
  readonly notices: string[]
  gaps: number
}

type Options = Partial<Parameters<typeof openAuditSource>[0]>

async function open({ after }: FreeAudit, options: Options = {}): Promise<Opened> {
  const opened = { records: [] as AuditRecord[], losses: [] as AuditLoss[], notices: [] as string[], gaps: 0 }
  const source = await openAuditSource({
    onLoss: (loss) => opened.losses.push(loss),
    onNotice: (notice) => opened.notices.push(notice),
    onGap: () => opened.gaps++,
    ...options,
  })
  after.defer(() => source.close())
  source.listen(Object.values(RecordType), (record) => opened.records.push(record))
  return Object.assign(opened, { source })
}

async function until(source: AuditSource, done: () => boolean, timeoutMs = 5000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !done(); await delay(10)) {
    assert.ok(performance.now() < end, `not within ${timeoutMs} ms: ${JSON.stringify(source.figures())}`)
    source.tick()
  }
}

function argumentsWith(records: readonly AuditRecord[], mark: string): readonly string[] | undefined {
  return records
    .filter(({ type }) => type === RecordType.execve)
    .map((record) => auditArguments([record], { maxArgs: 100, maxBytes: 10_000 }).args)
    .find((args) => args.includes(mark))
}

function settings({ enabled, backlogLimit, backlogWaitTime, pid }: AuditStatus): unknown {
  return { enabled, backlogLimit, backlogWaitTime, pid }
}

test('a program start is told with its arguments, and the kernel is left as it was', async (t) => {
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { channel, before } = audit
  const { source, records, losses } = await open(audit, { rules: execRules })
  assert.equal(source.figures().mode, 'unicast')
  assert.equal(source.blindness(), undefined)
  const during = await channel.status()
  assert.equal(during.pid, process.pid)
  assert.equal(during.backlogWaitTime, 0)
  spawnSync('/bin/echo', ['mark-1', '', 'a b', 'ü'], { stdio: 'ignore' })
  await until(source, () => argumentsWith(records, 'mark-1') !== undefined)
  assert.deepEqual(argumentsWith(records, 'mark-1'), ['/bin/echo', 'mark-1', '', 'a b', 'ü'])
  await source.close()
  await source.close()
  assert.deepEqual(settings(await channel.status()), settings(before))
  assert.deepEqual(
    (await channel.rules()).filter(({ key }) => key === ownKey()),
    [],
  )
  assert.deepEqual(losses, [])
})

test('two sources of a process share one registration, and each has its own rules and records', async (t) => {
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { channel } = audit
  const [first, second] = await Promise.all([open(audit), open(audit, { rules: execRules })])
  spawnSync('/bin/true', ['mark-2'])
  await until(first.source, () => argumentsWith(first.records, 'mark-2') !== undefined)
  assert.notEqual(argumentsWith(second.records, 'mark-2'), undefined)
  await second.source.close()
  assert.deepEqual(
    (await channel.rules()).filter(({ key }) => key === ownKey()),
    [],
  )
  assert.equal((await channel.status()).pid, process.pid)
  const told = second.records.length
  // What the kernel says of the rule that is gone comes to the one that is left.
  await until(first.source, () => first.records.some(({ body }) => body.includes('op=remove_rule')))
  assert.equal(second.records.length, told)
  await first.source.close()
  assert.equal((await channel.status()).pid, 0)
})

const crashing = `
  import { readFileSync, writeFileSync } from 'node:fs'
  import { openAuditSource } from '${new URL('audit.ts', import.meta.url).href}'
  const path = process.argv[1]
  const memory = { load: () => undefined, save: (name, value) => writeFileSync(path, JSON.stringify(value)) }
  const none = () => undefined
  await openAuditSource({ rules: [{ calls: ['ptrace'], argument0: 0x7124 }], memory, onLoss: none, onNotice: none })
  console.log('open')
  setInterval(none, 1000)
`

test('what a crash has left in the kernel is put back by the next start', async (t) => {
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { channel, before, after } = audit
  const folder = mkdtempSync(join(tmpdir(), 'haechi-audit-'))
  after.defer(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'memory.json')
  const child = spawn(process.execPath, ['--input-type=module', '-e', crashing, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after.defer(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const left = (await channel.rules()).filter(({ key }) => key.startsWith(`haechi-${child.pid}-`))
  assert.ok(left.length > 0)
  assert.notDeepEqual(settings(await channel.status()), settings(before))
  const memory = {
    load: () => JSON.parse(readFileSync(path, 'utf8')) as unknown,
    save: (_: string, value: unknown) => writeFileSync(path, JSON.stringify(value)),
  }
  const { source } = await open(audit, { memory })
  assert.deepEqual(
    (await channel.rules()).filter(({ key }) => isHaechiKey(key)),
    [],
  )
  await source.close()
  assert.deepEqual(settings(await channel.status()), settings(before))
  assert.equal(memory.load(), null)
})

/** Calls setgid(2) as often as it is told, when something is written to it. */
const calling = `
  import { libc } from '${new URL('libc.ts', import.meta.url).href}'
  const syscall = libc.func('long syscall(long number, long argument)')
  process.stdin.once('data', (count) => {
    for (let left = Number(count); left > 0; left--) syscall(106, 0)
    process.exit(0)
  })
  console.log('ready')
`

async function startCaller(after: AsyncDisposableStack): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', calling], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  after.defer(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

/** A rule for the calls of one process: nobody else's are counted. */
function ruleForProcess(pid: number): Buffer {
  const data = must(encodeCallRule({ calls: ['setgid'] }, ownKey())[0])
  const count = data.readUInt32LE(8)
  data.writeUInt32LE(count + 1, 8)
  data.writeUInt32LE(0, 268 + 4 * count)
  data.writeUInt32LE(pid, 524 + 4 * count)
  data.writeUInt32LE(0x40000000, 780 + 4 * count)
  return data
}

test('a reader that stands still does not stop the host, and every lost record is counted', async (t) => {
  if (process.arch !== 'x64') {
    t.skip('numbers of x86-64')
    return
  }
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { channel, after } = audit
  const calls = 40_000
  const opened = await open(audit)
  const { source, records, losses } = opened
  const child = await startCaller(after)
  await channel.addRule(ruleForProcess(must(child.pid)))
  await channel.change({ backlogLimit: 64 })
  await until(source, () => records.length > 0 && source.figures().backlog === 0)
  records.length = 0
  const lostBefore = (await channel.status()).lost
  const started = performance.now()
  child.stdin?.write(String(calls))
  await once(child, 'exit')
  assert.ok(performance.now() - started < 5000)
  const lost = (await channel.status()).lost - lostBefore
  assert.ok(lost > 0, 'nothing was lost')
  await until(source, () => source.figures().lost === lost)
  const all = records.filter(({ type }) => type === RecordType.syscall)
  const ours = all.filter((record) => record.number('pid') === child.pid)
  const serials = new Set(ours.map(({ serial }) => serial))
  const received = records.filter(({ serial }) => serials.has(serial)).length
  // Each call is three records, SYSCALL, PROCTITLE and EOE; when the first is lost the kernel makes no others.
  assert.equal(received + lost, 3 * ours.length + (calls - ours.length))
  assert.equal(
    losses.reduce((sum, { source: from, count }) => sum + (from === 'audit' ? count : 0), 0),
    lost,
  )
  assert.ok(opened.gaps > 0)
})

async function startAuditd(t: TestContext, { channel, after }: FreeAudit): Promise<ChildProcess | undefined> {
  if (!existsSync('/usr/sbin/auditd')) {
    t.skip('SKIPPED, NOT TESTED: needs the package auditd')
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'haechi-auditd-'))
  after.defer(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(
    join(folder, 'auditd.conf'),
    `log_file = ${folder}/audit.log\nlog_format = RAW\nwrite_logs = yes\nflush = NONE\nq_depth = 4000\n` +
      `plugin_dir = ${folder}\nspace_left = 75\nadmin_space_left = 50\nlocal_events = yes\n`,
    { mode: 0o600 },
  )
  const child = spawn('/usr/sbin/auditd', ['-n', '-c', folder], { stdio: 'ignore' })
  after.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  for (const end = performance.now() + 5000; performance.now() < end; await delay(20)) {
    if (child.exitCode !== null) break
    if ((await channel.status()).pid === child.pid) return child
  }
  if (child.exitCode === null) child.kill('SIGKILL')
  t.skip('SKIPPED, NOT TESTED: auditd does not start here')
  return undefined
}

test('beside a running auditd both get every record, and it keeps its place', async (t) => {
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { channel } = audit
  const auditd = await startAuditd(t, audit)
  if (auditd === undefined) return
  const { source, records, losses, notices } = await open(audit, { rules: execRules })
  assert.equal(source.figures().mode, 'multicast')
  assert.equal((await channel.status()).pid, auditd.pid)
  const script = 'i=0; while [ $i -lt 500 ]; do /bin/true mark-$i; i=$((i+1)); done'
  spawnSync('/bin/sh', ['-c', script])
  const seen = (): number =>
    records.filter(({ type, body }) => type === RecordType.execve && body.includes('a1="mark-')).length
  await until(source, () => seen() >= 500)
  assert.equal(seen(), 500)
  assert.deepEqual(losses, [])
  assert.ok((await channel.status()).backlogLimit >= 16_384)
  // It ends: the records are ours then, and the kernel does not print them.
  auditd.kill('SIGTERM')
  await once(auditd, 'exit')
  await until(source, () => source.figures().mode === 'unicast')
  assert.equal((await channel.status()).pid, process.pid)
  assert.match(notices.join(), /auditd has ended/)
  spawnSync('/bin/true', ['mark-after'])
  await until(source, () => argumentsWith(records, 'mark-after') !== undefined)
})

test('an auditd that is started later gets the records when it asks again', async (t) => {
  await using audit = await freeAudit(t)
  if (audit === undefined) return
  const { after } = audit
  const { source, notices } = await open(audit)
  const ticking = setInterval(() => source.tick(), 10)
  after.defer(() => clearInterval(ticking))
  if (!existsSync('/usr/sbin/auditd')) {
    t.skip('SKIPPED, NOT TESTED: needs the package auditd')
    return
  }
  const refused = spawn('/usr/sbin/auditd', ['-n'], { stdio: 'ignore' })
  after.defer(() => void refused.kill('SIGKILL'))
  await once(refused, 'exit')
  await until(source, () => source.figures().mode === 'multicast')
  assert.match(notices.join(), /auditd wants/)
  assert.notEqual(await startAuditd(t, audit), undefined)
})
