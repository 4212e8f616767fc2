import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { startSensor, type SensorUnderTest } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { historySensor, snapshotHistory } from './index.ts'

interface Root {
  readonly path: string
  readonly bash: string
  write(path: string, text: string): string
}

const uid = process.getuid?.() ?? 0

function withRoot(t: TestContext, history = 'old one\nold two\n'): Root {
  const { path: root } = withFolder(t)
  function write(path: string, text: string): string {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  write('/etc/passwd', `alice:x:${uid}:1000::/home/alice:/bin/bash\n`)
  mkdirSync(join(root, 'home/alice'), { recursive: true })
  return { path: root, write, bash: write('/home/alice/.bash_history', history) }
}

function detailOf(event: Event): Readonly<Record<string, unknown>> {
  return event.hx?.['history'] as Record<string, unknown>
}

function told({ events }: Pick<SensorUnderTest, 'events'>): unknown[] {
  return events.filter(({ event }) => event.action === 'command').map((event) => detailOf(event)['command'])
}

/** As the files sensor would tell: the sensor looks at once, and not at its next round. */
function touched({ context }: SensorUnderTest, path: string): void {
  context.emit({
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['file'],
      type: ['change'],
      action: 'close-write',
      dataset: 'hx.file',
      provider: 'fanotify',
    },
    process: { pid: 4711, name: 'rm' },
    file: { path },
  })
}

test('new lines of a history are told once, with their times', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, historySensor, { root: root.path })
  assert.deepEqual(told(under), [])
  appendFileSync(root.bash, '#1795343761\necho 1\n#1795343762\nfor i in 1\ndo :; done\npartial')
  touched(under, root.bash)
  await under.until(() => told(under).length >= 2)
  appendFileSync(root.bash, ' line\n')
  touched(under, root.bash)
  await under.until(() => told(under).length >= 3)
  assert.deepEqual(told(under), ['echo 1', 'for i in 1\ndo :; done', 'partial line'])
  const first = under.events.find(({ event }) => event.dataset === 'hx.history')
  assert.deepEqual(
    [first?.['@timestamp'], first?.user?.id, first?.event.provider, first?.file?.path],
    [new Date(1_795_343_761_000).toISOString(), String(uid), 'file', '/home/alice/.bash_history'],
  )
})

test('a history is found without a file event, within some seconds', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, historySensor, { root: root.path })
  root.write('/home/alice/.psql_history', 'select 1;\n')
  await under.until(() => told(under).length === 1, 7000)
  assert.equal(detailOf(under.events[0] as Event)['shell'], 'psql')
})

test('bash that writes its history anew tells only what is new', async (t) => {
  const lines = Array.from({ length: 20 }, (_, at) => `old ${at}`)
  const root = withRoot(t, `${lines.join('\n')}\n`)
  const under = await startSensor(t, historySensor, { root: root.path })
  // HISTFILESIZE makes it drop the oldest and rename a new file into place.
  const env = { PATH: '/bin:/usr/bin', HISTFILE: root.bash, TERM: 'dumb', HISTFILESIZE: '20' }
  const input = 'echo new 1\nunset X\nexit\n'
  spawnSync('bash', ['--norc', '-i'], { env, input, timeout: 5000 })
  assert.equal(readFileSync(root.bash, 'utf8').split('\n').length, 21)
  touched(under, root.bash)
  await under.until(() => told(under).length >= 3)
  assert.deepEqual(told(under), ['echo new 1', 'unset X', 'exit'])
  assert.ok(under.events.every(({ event }) => event.kind === 'event'))
})

test('a rewritten file of newest-first lines tells only what is new', async (t) => {
  const root = withRoot(t)
  const node = root.write('/home/alice/.node_repl_history', 'b\na')
  const under = await startSensor(t, historySensor, { root: root.path })
  writeFileSync(node, '.exit\nc\nb\na')
  touched(under, node)
  await under.until(() => told(under).length >= 2)
  assert.deepEqual(told(under), ['c', '.exit'])
})

for (const [reason, clear] of [
  ['deleted', unlinkSync],
  ['emptied', (path: string) => truncateSync(path)],
  ['replaced', (path: string) => writeFileSync(path, 'ls\n')],
  [
    'linked-to-null',
    (path: string) => {
      unlinkSync(path)
      symlinkSync('/dev/null', path)
    },
  ],
] as const) {
  test(`a history that is ${reason} is an alert with its process`, async (t) => {
    const root = withRoot(t)
    const under = await startSensor(t, historySensor, { root: root.path })
    clear(root.bash)
    touched(under, root.bash)
    const alert = await under.waitFor(({ event }) => event.action === 'history-cleared')
    assert.deepEqual(
      [alert.event.kind, alert.event.reason, alert.process?.pid, alert.file?.path],
      ['alert', reason, 4711, '/home/alice/.bash_history'],
    )
    touched(under, root.bash)
    await under.until(() => true)
    assert.equal(under.events.filter(({ event }) => event.kind === 'alert').length, 1)
  })
}

test('a history that is overwritten in place by a longer one is not taken for one that grew', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, historySensor, { root: root.path })
  writeFileSync(root.bash, 'harmless one\nharmless two\nharmless three\n')
  touched(under, root.bash)
  const alert = await under.waitFor(({ event }) => event.action === 'history-cleared')
  assert.equal(alert.event.reason, 'replaced')
  assert.deepEqual(told(under), ['harmless one', 'harmless two', 'harmless three'])
})

test('lines that are taken out are an alert', async (t) => {
  const root = withRoot(t, 'a\nb\ncurl http://evil\nd\ne\n')
  const under = await startSensor(t, historySensor, { root: root.path })
  execFileSync('sed', ['-i', '/evil/d', root.bash])
  touched(under, root.bash)
  const alert = await under.waitFor(({ event }) => event.action === 'history-edited')
  assert.equal(alert.event.reason, '1 entries were taken out')
  assert.deepEqual(told(under), [])
})

test('what was written while nobody looked is told at the next start, once', async (t) => {
  const root = withRoot(t)
  const first = await startSensor(t, historySensor, { root: root.path })
  await first.sensor.stop()
  appendFileSync(root.bash, 'away\n')
  root.write('/home/alice/.zsh_history', ': 1795343761:0;from zsh\n')
  const options = { root: root.path, stateFolder: first.stateFolder }
  const second = await startSensor(t, historySensor, options)
  assert.deepEqual(told(second), ['away', 'from zsh'])
  assert.equal(detailOf(second.events[0] as Event)['while_away'], true)
  await second.sensor.stop()
  unlinkSync(root.bash)
  const third = await startSensor(t, historySensor, options)
  assert.deepEqual(
    third.events.map(({ event }) => [event.action, event.reason]),
    [['history-cleared', 'deleted']],
  )
})

test('hostile histories are neither followed nor waited for', async (t) => {
  if (!requireRoot(t)) return
  const root = withRoot(t)
  writeFileSync(join(root.path, 'etc/passwd'), 'alice:x:1000:1000::/home/alice:/bin/bash\n')
  const home = join(root.path, 'home/alice')
  unlinkSync(root.bash)
  symlinkSync('/etc/shadow', root.bash)
  spawnSync('mkfifo', [join(home, '.zsh_history')])
  mkdirSync(join(home, '.histfile'))
  symlinkSync('/dev/zero', join(home, '.mysql_history'))
  const under = await startSensor(t, historySensor, { root: root.path })
  assert.deepEqual(told(under), [])
  const refused = under.notices.map((notice) => notice.replace(home, '')).toSorted()
  assert.deepEqual(refused, [
    '/.bash_history is not read: it belongs to uid 0',
    '/.histfile is not read: not a regular file',
    '/.mysql_history is not read: not a regular file',
    '/.zsh_history is not read: not a regular file',
  ])
  const own = join(home, '.python_history')
  writeFileSync(own, Buffer.concat([Buffer.alloc(700_000, 'x'), Buffer.from([10, 0xff, 10])]))
  chownSync(own, 1000, 1000)
  touched(under, own)
  await under.until(() => told(under).length === 1)
  assert.deepEqual(
    [told(under)[0], under.losses[0]?.source],
    ['\ufffd', 'history:/home/alice/.python_history'],
  )
})

test('a long history is read in pieces, every line once', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, historySensor, { root: root.path })
  const count = 60_000
  appendFileSync(root.bash, Array.from({ length: count }, (_, at) => `echo line number ${at}\n`).join(''))
  touched(under, root.bash)
  await under.until(() => told(under).length >= count)
  assert.equal(new Set(told(under)).size, count)
  assert.equal(told(under).length, count)
})

test('the files of all accounts are listed with what is strange', async (t) => {
  const root = withRoot(t)
  root.write('/home/alice/.bashrc', 'PS1=x\nexport HISTFILE=/tmp/x\n')
  root.write('/home/alice/.viminfo', '# vim\n')
  symlinkSync('/dev/null', join(root.path, 'home/alice/.zsh_history'))
  root.write('/home/ldap/.bash_history', 'a\nb\nc\n')
  const [table] = await snapshotHistory(root.path)
  assert.deepEqual(
    table?.rows.map(({ path, user, shell, lines, anomalies }) => [path, user, shell, lines, anomalies]),
    [
      ['/home/alice/.bash_history', 'alice', 'bash', 2, ''],
      ['/home/alice/.zsh_history', 'alice', 'zsh', 0, 'leads to /dev/null'],
      ['/home/alice/.viminfo', 'alice', 'vim', 1, ''],
      ['/home/ldap/.bash_history', '', 'bash', 3, ''],
    ],
  )
  const sum = execFileSync('sha256sum', [root.bash], { encoding: 'utf8' })
  assert.equal(table?.rows[0]?.['sha256'], sum.slice(0, 64))
  assert.deepEqual(table?.problems, ['/home/alice/.bashrc, line 2, changes where history is kept'])
})

function execEvent(parent: number, args: readonly string[], auid?: number): Event {
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'ebpf',
    },
    process: {
      pid: 99_999_999,
      args,
      executable: `/usr/bin/${args[0]}`,
      tty: { char_device: { major: 136, minor: 3 } },
      real_user: { id: String(uid) },
      parent: { pid: parent },
    },
    hx: { process: { ...(auid === undefined ? {} : { auid }), session: 7 } },
  }
}

/** A shell with its own name and arguments that waits. */
function startShell(t: TestContext, ...words: readonly string[]): ChildProcess {
  const shell = spawn('bash', words, { stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: '/bin:/usr/bin' } })
  t.after(() => shell.kill('SIGKILL'))
  return shell
}

test('what an interactive shell of a logged-in user starts is a command, once', async (t) => {
  const root = withRoot(t)
  const script = root.write('/script.sh', 'read x\n')
  const under = await startSensor(t, historySensor, { root: root.path })
  const typing = startShell(t, '--norc', '-i').pid ?? 0
  const running = startShell(t, script).pid ?? 0
  const isBash = (pid: number): boolean => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'bash\n'
  await under.until(() => isBash(typing) && isBash(running))
  const { context } = under
  context.emit(execEvent(running, ['date', 'of a script'], 1000))
  context.emit(execEvent(process.pid, ['date', 'of no shell'], 1000))
  context.emit(execEvent(typing, ['date', 'of nobody']))
  context.emit(execEvent(typing, ['ls', '-la', '/x y'], 1000))
  const event = await under.waitFor(({ event: { action } }) => action === 'command')
  assert.deepEqual(told(under), ['ls -la /x y'])
  assert.deepEqual(
    [event.event.provider, event.hx?.login, event.hx?.process?.auid, detailOf(event)['sources']],
    ['exec', { tty: 'pts/3', session: '7' }, 1000, ['exec']],
  )
  // The shell writes it to its file at its end.
  appendFileSync(root.bash, 'ls -la /x y\nunset HISTFILE\n')
  touched(under, root.bash)
  await under.until(() => told(under).length >= 2)
  assert.deepEqual(told(under), ['ls -la /x y', 'unset HISTFILE'])
})

test('lines that bash reads are told, built-ins too, and what they run is not told again', async (t) => {
  if (!requireRoot(t)) return
  const under = await startSensor(t, historySensor)
  if (under.sensor.status().tier !== 'readline') {
    t.skip(`SKIPPED, NOT TESTED: ${JSON.stringify(under.sensor.status().refused)}`)
    return
  }
  const shell = startShell(t, '--norc', '--noprofile', '-i', '-o', 'emacs')
  // A line that has run something is told with that process.
  const own = (): Event[] =>
    under.events.filter(
      ({ event, process: by }) =>
        event.dataset === 'hx.history' && (by?.pid === shell.pid || by?.parent?.pid === shell.pid),
    )
  shell.stdin?.write(' export HAECHI_TEST=1\n')
  await under.until(() => own().length > 0)
  under.context.emit(execEvent(shell.pid ?? 0, ['ls', '--color=auto'], 1000))
  shell.stdin?.write('unset HISTFILE; history -c\n')
  await under.until(() => own().length > 1)
  await under.sensor.stop()
  assert.deepEqual(
    own().map((event) => [detailOf(event)['command'], event.event.provider]),
    [
      [' export HAECHI_TEST=1', 'readline'],
      ['unset HISTFILE; history -c', 'readline'],
    ],
  )
  assert.ok(!told(under).includes('ls --color=auto'))
})
