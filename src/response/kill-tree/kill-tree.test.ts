import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { actionContext, kill, limitedGroup, processesWith, until } from '../../../test/support/response.ts'
import { killTree } from './kill-tree.ts'
import { listProcesses, unitOf } from './process-list.ts'

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)

/** A shell in a session of its own; all that it starts can be found by the word, which is `$0` of each shell. */
function startShell(t: TestContext, script: string): { shell: ChildProcess; pid: number; word: string } {
  const word = `haechi-test-${randomBytes(6).toString('hex')}`
  const shell = spawn('sh', ['-c', script, word], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => {
    for (const pid of processesWith(word)) kill(pid)
  })
  return { shell, pid: shell.pid ?? 0, word }
}

async function firstLine(shell: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of shell.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

test('a tree ends as a whole, and nothing beside it', async (t) => {
  const { word, pid } = startShell(
    t,
    `sh -c 'sh -c "while :; do sleep 1; done" "$0" & wait' "$0" & sh -c 'while :; do sleep 1; done' "$0" & wait`,
  )
  const beside = startShell(t, 'while :; do sleep 1; done')
  await until(() => processesWith(word).length === 4, 'four shells')
  const plan = await killTree.plan(String(pid), actionContext())
  assert.equal(plan.isReversible, false)
  assert.match(plan.target, new RegExp(`^${boot}:${pid}:\\d+$`))
  for (const each of processesWith(word)) assert.ok(plan.steps.some((step) => step.startsWith(`${each} sh`)))
  assert.ok(plan.touches.paths?.some((path) => path.endsWith('/dash') || path.endsWith('sh')))
  assert.equal(processesWith(word).length, 4, 'a plan changes nothing')
  const { results } = await killTree.apply(plan, actionContext())
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true],
  )
  assert.deepEqual(processesWith(word), [])
  await until(() => processesWith(beside.word).length === 1, 'the shell beside it')
  await assert.rejects(killTree.apply(plan, actionContext()), /have ended already/)
  await assert.rejects(killTree.plan(plan.target, actionContext()), /has ended|another one by now/)
  await assert.rejects(
    async () => killTree.undo({ target: '', data: {}, time: '' }, actionContext()),
    /cannot be brought back/,
  )
})

test('a process that left for a session of its own ends with the tree, also one that was adopted since the plan', async (t) => {
  const { word, pid } = startShell(
    t,
    `setsid sh -c 'while :; do sleep 1; done' "$0" & wait; while :; do sleep 1; done`,
  )
  await until(() => processesWith(word).length === 2, 'two shells')
  const plan = await killTree.plan(String(pid), actionContext())
  // The parent ends: the child of the plan belongs to init now, in a session of its own.
  kill(pid)
  await until(() => !processesWith(word).includes(pid), 'no parent')
  await until(() => processesWith(word).length === 1, 'the child alone')
  await killTree.apply(plan, actionContext())
  assert.deepEqual(processesWith(word), [])
})

test('what was adopted before the plan is found by session and process group, the rest of the session stays', async (t) => {
  // The root is a job of a shell: the grandchild loses its parent at once.
  const job = `sh -c 'sh -c "while :; do sleep 1; done" "$0" & ' "$0"; while :; do sleep 1; done`
  const { shell, word } = startShell(
    t,
    `sh -c '${job.replaceAll("'", `'"'"'`)}' "$0" & echo $!; wait; while :; do sleep 1; done`,
  )
  const root = Number(await firstLine(shell))
  await until(() => {
    const [orphan, ...others] = processesWith(word).filter((pid) => pid !== shell.pid && pid !== root)
    const parent = listProcesses().get(orphan ?? 0)?.parent
    return others.length === 0 && parent !== undefined && parent !== root
  }, 'the shell, its job and the orphan')
  await killTree.apply(await killTree.plan(String(root), actionContext()), actionContext())
  // A child of the shell has its arguments until it runs its own program.
  await until(() => processesWith(word).join() === String(shell.pid), 'the shell alone')
})

// Every process forks without end, and many end right afterwards, so that their children are adopted.
const bomb = `$SIG{CHLD} = "IGNORE"; my $root = $$; print "$$\\n"; $| = 1;
while (1) {
  my $pid = fork;
  if (!defined $pid) { select(undef, undef, undef, 0.002) }
  elsif ($pid && $$ != $root && rand() < 0.4) { exit }
}`

for (const [title, script] of [
  ['a bomb that leads its session', 'exec perl -e "$BOMB" "$0"'],
  ['a bomb in the session of a service', 'perl -e "$BOMB" "$0" & wait; while :; do sleep 1; done'],
] as const) {
  test(`${title} ends entirely while it forks`, async (t) => {
    if (!requireRoot(t)) return
    const group = limitedGroup(t, 150)
    if (group === undefined) {
      t.skip('SKIPPED, NOT TESTED: no pids controller')
      return
    }
    const { shell, word } = startShell(t, `echo $$ > ${group}/cgroup.procs; BOMB='${bomb}'; ${script}`)
    const root = Number(await firstLine(shell))
    await until(() => processesWith(word).length > 60, 'many processes')
    const plan = await killTree.plan(String(root), actionContext())
    const { results } = await killTree.apply(plan, actionContext())
    assert.deepEqual(
      results.filter(({ ok }) => !ok),
      [],
    )
    const left = processesWith(word).filter((pid) => pid !== shell.pid || shell.pid === root)
    assert.deepEqual(left, [])
    if (shell.pid !== root) assert.equal(processesWith(word)[0], shell.pid, 'the service itself goes on')
  })
}

test('a number that another process has by now, or of another boot, is not touched', async (t) => {
  const { pid, word } = startShell(t, 'while :; do sleep 1; done')
  await until(() => processesWith(word).length === 1, 'a shell')
  const start = listProcesses().get(pid)?.startTicks ?? 0
  await assert.rejects(killTree.plan(`${boot}:${pid}:${start - 1}`, actionContext()), /another one by now/)
  await assert.rejects(killTree.plan(`00000000:${pid}:${start}`, actionContext()), /earlier boot/)
  for (const text of ['', 'x', '-1', `${boot}:${pid}`, `${pid}:${start}`, '99999999999'])
    await assert.rejects(killTree.plan(text, actionContext()), /is no process/)
  await assert.rejects(killTree.plan('4194305', actionContext()), /has ended/)
  const plan = await killTree.plan(`${boot}:${pid}:${start}`, actionContext())
  const other = {
    ...plan,
    data: { root: { pid, startTicks: start + 1, group: 1, session: 1 }, members: [[pid, start + 1]] },
  }
  await assert.rejects(killTree.apply(other, actionContext()), /have ended already/)
  assert.equal(processesWith(word).length, 1)
})

test('the first process, kernel threads and whoever asks are never ended', async () => {
  const force = actionContext({ force: true })
  await assert.rejects(killTree.plan('1', force), /the one that asks, or above it|first process/)
  await assert.rejects(killTree.plan(String(process.pid), force), /the one that asks/)
  await assert.rejects(killTree.plan(String(process.ppid), force), /the one that asks/)
  const thread = [...listProcesses().values()].find(({ isKernelThread }) => isKernelThread)
  if (thread !== undefined)
    await assert.rejects(killTree.plan(String(thread.pid), force), /thread of the kernel/)
})

test('what the host needs is ended by force only', async (t) => {
  // Known by its executable: `exec -a` would change the name only.
  const copy = `/tmp/haechi-test-${process.pid}`
  const { pid, word, shell } = startShell(
    t,
    `mkdir -p ${copy}; cp "$(command -v sleep)" ${copy}/dbus-daemon; ${copy}/dbus-daemon 300 & echo $!; wait; exit`,
  )
  t.after(() => spawn('rm', ['-rf', copy]))
  const child = Number(await firstLine(shell))
  t.after(() => {
    kill(child)
  })
  await until(() => readFileSync(`/proc/${child}/comm`, 'latin1') === 'dbus-daemon\n', 'the daemon')
  await assert.rejects(killTree.plan(String(pid), actionContext()), /it is dbus-daemon/)
  const plan = await killTree.plan(String(pid), actionContext({ force: true }))
  assert.match(plan.warnings.join(), /it is dbus-daemon/)
  assert.equal(processesWith(word).length, 1)
})

test('the unit of a process is read from its control group', () => {
  assert.equal(typeof unitOf(process.pid), 'string')
  assert.equal(unitOf(4_194_305), '')
})
