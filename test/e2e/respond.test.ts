// `haechi respond`, the real command against a real kernel: addresses and hosts are blocked in network namespaces of the test's own.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { responseLines } from '../../src/model/response-lines.ts'
import { removeGroup } from '../support/response.ts'
import { haechi, type Finished, TemporaryFolder } from '../support/run-haechi.ts'
import { requireRoot } from '../support/scratch.ts'
import { type TestHost, twoHosts } from '../support/network.ts'

interface Ground {
  readonly config: readonly string[]
  readonly folder: TemporaryFolder
  /** Arguments of a command that does not ask. */
  readonly respond: (...args: readonly string[]) => string[]
}

function ground(t: TestContext, response = ''): Ground {
  const folder = new TemporaryFolder()
  t.after(() => {
    folder[Symbol.dispose]()
  })
  writeFileSync(
    folder.at('haechi.toml'),
    `[quarantine]\ndirectory = "kept"\n[daemon]\nsocket = "none.sock"\n[response]\ndirectory = "log"\n${response}`,
  )
  const config = ['--config', folder.at('haechi.toml')]
  return { config, folder, respond: (...args) => ['respond', ...config, ...args] }
}

function hasNft(t: TestContext): boolean {
  if (!requireRoot(t)) return false
  if (spawnSync('nft', ['--version']).status === 0) return true
  const installed = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'nftables'], {
    timeout: 120_000,
  })
  if (installed.status === 0) return true
  t.skip('SKIPPED, NOT TESTED: nft is missing (apt-get install nftables)')
  return false
}

function idOf({ stdout }: Finished): string {
  return /\d{8}T\d{6}Z-[\da-f]{8}/.exec(stdout)?.[0] ?? ''
}

function succeeded(done: Finished): Finished {
  assert.equal(done.code, 0, done.stderr + done.stdout)
  return done
}

const echo = `
  const server = require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(Number(process.argv[1]), '::', () => console.log('ready'))`
const tryOnce = `
  const socket = require('node:net').connect(Number(process.argv[2]), process.argv[1])
  const end = (text) => { console.log(text); process.exit() }
  setTimeout(() => end('silence'), Number(process.argv[3]))
  socket.on('error', ({ code }) => end(code)).on('data', () => end('answer')).write('x')`
const stay = `
  const socket = require('node:net').connect(Number(process.argv[2]), process.argv[1])
  socket.on('error', ({ code }) => { console.log(code); process.exit() }).on('data', () => console.log('joined')).write('x')`

/** What it says first; empty when it ends before. */
async function line(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => {
      resolve(chunk.toString().trim())
    })
    child.once('close', () => {
      resolve('')
    })
  })
}

type Target = readonly [from: TestHost, address: string, port: number]

async function reach([from, address, port]: Target, waitMs: number): Promise<string> {
  return line(from.node(tryOnce, address, String(port), String(waitMs)))
}

/** Waits as long as a busy machine may need. */
async function answers(...target: Target): Promise<void> {
  assert.equal(await reach(target, 15_000), 'answer', `${target[1]} ${target[2]}`)
}

async function isSilent(...target: Target): Promise<void> {
  assert.equal(await reach(target, 500), 'silence', `${target[1]} ${target[2]}`)
}

async function listenOn(host: TestHost, port: number): Promise<void> {
  assert.equal(await line(host.node(echo, String(port))), 'ready')
}

test('an address is blocked in both directions, its connections end, and undo lets it in again', async (t) => {
  if (!hasNft(t)) return
  const { respond, folder } = ground(t)
  const [host, peer] = await twoHosts(t)
  await listenOn(peer, 7000)
  await listenOn(host, 7001)
  const joined = host.node(stay, '10.77.0.2', '7000')
  assert.equal(await line(joined), 'joined')

  const told = succeeded(host.haechi(respond('--dry-run', 'block-address', '10.77.0.2')))
  assert.match(told.stdout, /drop what comes from and goes to 10\.77\.0\.2.*\n.*end the connections/)
  assert.equal(host.run('nft', 'list', 'ruleset').stdout, '', 'a dry run changes nothing')
  await answers(host, '10.77.0.2', 7000)

  const ended = line(joined)
  const done = succeeded(
    host.haechi(respond('--yes', '--for', '1h', '--why', 'a test', 'block-address', '10.77.0.2')),
  )
  assert.match(done.stdout, /connections ended: 1/)
  assert.equal(await ended, 'ECONNABORTED')
  await isSilent(host, '10.77.0.2', 7000)
  await isSilent(peer, '10.77.0.1', 7001)
  await answers(host, 'fd77::2', 7000)
  assert.match(host.haechi(respond('list')).stdout, /done +block-address +10\.77\.0\.2 .* uid \d+ +a test/)
  assert.match(
    succeeded(host.haechi(respond('-n', 'block-address', '10.77.0.2'))).stdout,
    /blocked already, for 3\d\d\d s more/,
  )

  succeeded(host.haechi(respond('--yes', 'block-address', 'fd77::2')))
  await isSilent(host, 'fd77::2', 7000)

  // As after a boot: the kernel has forgotten, the log has not.
  host.run('nft', 'flush', 'ruleset')
  await answers(host, '10.77.0.2', 7000)
  assert.match(succeeded(host.haechi(respond('restore'))).stdout, /blocked again[^]*blocked again/)
  await isSilent(host, '10.77.0.2', 7000)
  assert.match(host.run('nft', 'list', 'ruleset').stdout, /10\.77\.0\.2 timeout (1h|59m|60m)/)
  assert.match(succeeded(host.haechi(respond('restore'))).stdout, /nothing has to be put back/)

  succeeded(host.haechi(respond('undo', idOf(done))))
  await answers(host, '10.77.0.2', 7000)
  await answers(peer, '10.77.0.1', 7001)
  await isSilent(host, 'fd77::2', 7000)
  const log = readFileSync(folder.at('log', 'responses.jsonl'), 'utf8')
  assert.match(log, /"phase":"begun".*"target":"10\.77\.0\.2".*\n.*"phase":"done"/)
})

test('a block ends by itself, a network is blocked, and overlapping ones are refused', async (t) => {
  if (!hasNft(t)) return
  const { respond } = ground(t)
  const [host, peer] = await twoHosts(t)
  await listenOn(peer, 7000)
  succeeded(host.haechi(respond('--yes', '--for', '2s', 'block-address', '10.77.0.2/31')))
  await isSilent(host, '10.77.0.2', 7000)
  const overlap = host.haechi(respond('--yes', 'block-address', '10.77.0.2/30', '--force'))
  assert.equal(overlap.code, 2)
  assert.match(overlap.stderr, /holds 10\.77\.0\.2\/31, which is blocked/)
  await answers(host, '10.77.0.2', 7000)
  assert.match(host.haechi(respond('list')).stdout, /expired/)
  succeeded(host.haechi(respond('--yes', '--for', 'forever', 'block-address', '198.51.100.0/24')))
  succeeded(host.haechi(respond('--yes', '--for', '1d', 'block-address', '198.51.100.7')))
  succeeded(host.haechi(respond('--yes', '--for', '2h', 'block-address', '198.51.100.7')))
  const rules = host.run('nft', 'list', 'ruleset').stdout
  assert.match(rules, /198\.51\.100\.0\/24 \}/)
  assert.match(rules, /198\.51\.100\.7 timeout 2h/)
  assert.equal(rules.match(/ip saddr @addresses4/g)?.length, 2, 'the rules stand once in each chain')
})

test('the host does not cut off itself, its gateway, its resolvers or who asks', async (t) => {
  if (!hasNft(t)) return
  const { respond } = ground(t, 'management_addresses = ["192.0.2.0/24"]\n')
  const [host] = await twoHosts(t)
  host.run('ip', 'route', 'add', 'default', 'via', '10.77.0.2')
  host.run('ip', '-6', 'route', 'add', 'default', 'via', 'fd77::2')
  const ssh = { SSH_CONNECTION: '203.0.113.5 50000 10.77.0.1 22' }
  for (const [target, reason] of [
    ['127.0.0.1', /loopback/],
    ['::1', /loopback/],
    ['0.0.0.0/0', /loopback[^]*10\.77\.0\.1 is an address of this host/],
    ['10.77.0.1', /10\.77\.0\.1 is an address of this host/],
    ['10.77.0.2', /10\.77\.0\.2 is the gateway/],
    ['fd77::2', /is the gateway/],
    ['224.0.0.9', /many hosts/],
    ['203.0.113.0/24', /the ssh session of this command comes from 203\.0\.113\.5/],
    ['192.0.2.9', /management_addresses/],
  ] as const) {
    const refused = host.haechi(respond('--yes', 'block-address', target), ssh)
    assert.equal(refused.code, 2, target)
    assert.match(refused.stderr, reason)
    assert.match(refused.stderr, /hint: --force/)
  }
  const [, resolver] = /^nameserver +([^\s%]+)/m.exec(readFileSync('/etc/resolv.conf', 'utf8')) ?? []
  if (resolver !== undefined)
    assert.match(host.haechi(respond('--yes', 'block-address', resolver)).stderr, /DNS resolver|loopback/)
  assert.equal(host.run('nft', 'list', 'ruleset').stdout, '')
  const forced = succeeded(host.haechi(respond('--yes', '--force', 'block-address', '10.77.0.2')))
  assert.match(forced.stdout, /note: 10\.77\.0\.2 is the gateway/)
  assert.equal(host.haechi(respond('--yes', 'block-address', 'nonsense')).code, 64)
})

test('an isolated host is reached by ssh of its administrators only, and the kernel ends it when the time is over', async (t) => {
  if (!hasNft(t)) return
  const { respond } = ground(t, 'isolation_allow = ["fd77::2"]\n')
  const [host, peer] = await twoHosts(t)
  for (const port of [7022, 7023]) await listenOn(host, port)
  await listenOn(peer, 7000)
  const ssh = { SSH_CONNECTION: '10.77.0.2 50000 10.77.0.1 7022' }
  succeeded(host.haechi(respond('-n', 'isolate-host'), ssh))
  assert.equal(host.run('nft', 'list', 'ruleset').stdout, '')
  const done = succeeded(host.haechi(respond('--yes', 'isolate-host'), ssh))
  assert.match(done.stdout, /ssh from 10\.77\.0\.2 port 7022/)
  await Promise.all([
    answers(peer, '10.77.0.1', 7022),
    isSilent(peer, '10.77.0.1', 7023),
    isSilent(host, '10.77.0.2', 7000),
    answers(host, 'fd77::2', 7000),
    answers(host, '127.0.0.1', 7023),
  ])
  succeeded(host.haechi(respond('undo', idOf(done))))
  await answers(peer, '10.77.0.1', 7023)

  succeeded(host.haechi(respond('--yes', '--for', '3s', 'isolate-host'), ssh))
  await isSilent(host, '10.77.0.2', 7000)
  // Nothing of us runs.
  await answers(host, '10.77.0.2', 7000)
  await answers(peer, '10.77.0.1', 7023)
  assert.match(host.haechi(respond('list')).stdout, /expired +isolate-host +host/)

  const kept = succeeded(host.haechi(respond('--yes', '--until-undone', 'isolate-host')))
  assert.match(kept.stdout, /does not end by itself/)
  assert.match(kept.stdout, /nobody reaches the host/)
  await isSilent(peer, '10.77.0.1', 7022)
  succeeded(host.haechi(respond('undo', idOf(kept))))
  await answers(peer, '10.77.0.1', 7022)
  assert.equal(host.run('nft', 'list', 'ruleset').stdout, '')
})

test('one control group is isolated, the rest of the host goes on', async (t) => {
  if (!hasNft(t)) return
  const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) =>
    existsSync(`${path}/cgroup.controllers`),
  )
  if (root === undefined) {
    t.skip('SKIPPED, NOT TESTED: no cgroup v2')
    return
  }
  const group = `${root}/haechi-test-${process.pid}`
  mkdirSync(group)
  t.after(() => removeGroup(group))
  const { respond } = ground(t)
  const [host, peer] = await twoHosts(t)
  await listenOn(peer, 7000)
  const inGroup = (waitMs: number): Promise<string> => {
    const join = `require('node:fs').writeFileSync('${group}/cgroup.procs', String(process.pid));`
    return line(host.node(join + tryOnce, '10.77.0.2', '7000', String(waitMs)))
  }
  assert.equal(await inGroup(15_000), 'answer')
  const done = succeeded(host.haechi(respond('--yes', 'isolate-host', `cgroup:${group}`)))
  assert.equal(await inGroup(500), 'silence')
  await answers(host, '10.77.0.2', 7000)
  succeeded(host.haechi(respond('undo', idOf(done))))
  assert.equal(await inGroup(15_000), 'answer')

  // A container: its processes have a network of their own.
  writeFileSync(`${group}/cgroup.procs`, String(peer.pid))
  const member = peer.node(
    `require('node:fs').writeFileSync('${group}/cgroup.procs', String(process.pid));${echo}`,
    '7005',
  )
  assert.equal(await line(member), 'ready')
  await answers(host, '10.77.0.2', 7005)
  const inside = succeeded(host.haechi(respond('--yes', 'isolate-host', `cgroup:${group}`)))
  assert.match(inside.stdout, /done in the network namespace of process/)
  await isSilent(host, '10.77.0.2', 7005)
  await answers(host, '10.77.0.2', 7000)
  succeeded(host.haechi(respond('undo', idOf(inside))))
  await answers(host, '10.77.0.2', 7005)

  assert.equal(host.haechi(respond('--yes', 'isolate-host', 'cgroup:nothing-here')).code, 2)
  for (const path of ['..', 'a"b', 'a\nb', '', '/etc'])
    assert.notEqual(host.haechi(respond('--yes', 'isolate-host', `cgroup:${path}`)).code, 0, path)
})

test('nothing is done without --yes where nobody can be asked, and a terminal is asked', async (t) => {
  const { respond, folder } = ground(t)
  const target = folder.at('evil')
  writeFileSync(target, 'evil')
  const refused = haechi(respond('quarantine', target))
  assert.equal(refused.code, 64)
  assert.match(refused.stderr, /hint: give --yes/)
  assert.equal(existsSync(folder.at('log')), false)
  const ask = async (answer: string): Promise<string> => {
    const script = spawn(
      'script',
      ['-qec', `bin/haechi ${respond('quarantine', target).join(' ')}`, '/dev/null'],
      {
        cwd: new URL('../..', import.meta.url),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    t.after(() => script.kill('SIGKILL'))
    let text = ''
    for await (const chunk of script.stdout) {
      text += String(chunk)
      if (text.endsWith('[y/N] ')) script.stdin.write(`${answer}\n`)
    }
    return text
  }
  assert.match(await ask('n'), /copy .*evil \(4 bytes\)[^]*nothing was done/)
  assert.equal(existsSync(target), true)
  assert.match(await ask('y'), /it is in the quarantine as[^]*done/)
  assert.equal(existsSync(target), false)
  assert.equal(readdirSync(folder.at('kept')).length, 1)
  succeeded(haechi(respond('undo', idOf(haechi(respond('list'))))))
  assert.equal(readFileSync(target, 'utf8'), 'evil')
})

test('the command line is checked before anything is looked at', (t) => {
  const { respond } = ground(t)
  for (const args of [
    [],
    ['explode', 'x'],
    ['kill-tree'],
    ['undo'],
    ['list', 'x'],
    ['restore', 'x'],
    ['--yes', 'kill-tree', 'x'],
    ['--yes', '--for', 'soon', 'block-address', '198.51.100.7'],
    ['--yes', '--for', '5ms', 'block-address', '198.51.100.7'],
    ['--yes', 'isolate-host', 'somewhere'],
  ]) {
    assert.equal(haechi(respond(...args)).code, 64, args.join(' '))
  }
  assert.match(succeeded(haechi(respond('list'))).stdout, /nothing was done yet/)
  const gone = haechi(respond('undo', 'nothing'))
  assert.equal(gone.code, 2)
  assert.match(gone.stderr, /no response is called nothing/)
})

test('what was begun and never finished is listed and reported', (t) => {
  const { respond, folder } = ground(t)
  const target = folder.at('evil')
  writeFileSync(target, 'evil')
  succeeded(haechi(respond('--yes', 'quarantine', target)))
  const path = folder.at('log', 'responses.jsonl')
  const [begun = ''] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${begun}\n${begun.slice(0, 50)}`)
  const listed = haechi(respond('list'))
  assert.equal(listed.code, 2)
  assert.match(listed.stdout, /interrupted +quarantine/)
  assert.match(listed.stderr, /quarantine was begun and never finished[^]*cannot be read: 1/)
  succeeded(haechi(respond('undo', idOf(listed))))
  assert.equal(readFileSync(target, 'utf8'), 'evil', 'the item is found by path and time')
})

test('--json says in the form of the reference what would be done, what was done and what stands', (t) => {
  const { respond, folder } = ground(t)
  const target = folder.at('evil')
  writeFileSync(target, 'evil')
  const jsonOf = (...args: readonly string[]): Readonly<Record<string, unknown>> => {
    const { stdout } = succeeded(haechi(respond('--json', ...args)))
    const parsed = JSON.parse(stdout) as { readonly type: keyof typeof responseLines }
    responseLines[parsed.type].schema.parse(parsed)
    return parsed
  }
  const planned = jsonOf('--dry-run', 'quarantine', target)
  assert.deepEqual([planned['type'], planned['target']], ['response-plan', target])
  const done = jsonOf('--yes', '--why', 'a test', 'quarantine', target)
  assert.deepEqual([done['type'], done['state'], done['why']], ['response', 'done', 'a test'])
  const { stdout } = succeeded(haechi(respond('--json', 'list')))
  const states = stdout
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as { state: string }).state)
  assert.deepEqual(states, ['planned', 'done'])
  assert.equal(jsonOf('undo', String(done['id']))['state'], 'undone')
})
