import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'

import { must } from '../../../test/support/must.ts'
import { type TestHost, twoHosts } from '../../../test/support/network.ts'
import { requirePrograms } from '../../../test/support/programs.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { networkStep } from './network.ts'
import type { Part } from './parts.ts'
import { Reader } from './reader.ts'
import { readersOf } from './readers.ts'
import { type Given, runStep } from './step-under-test.ts'

const tools = { '/usr/sbin/nft': 'nftables', '/{usr/,}sbin/ip': 'iproute2', '/{usr/,}bin/ss': 'iproute2' }

const ruleSet = `
table inet planted {
  set bad { type ipv4_addr; flags interval; elements = { 10.66.0.0/16, 192.0.2.7 } }
  chain names {
    limit rate 10/second reject
  }
  chain input {
    type filter hook input priority -5; policy drop;
    iif lo accept
    ct state established,related accept
    tcp dport 4444 counter log prefix "planted: " accept comment "the way in"
    ip saddr @bad drop
    udp dport 53 jump names
  }
}
table ip planted_nat {
  chain post {
    type nat hook postrouting priority srcnat
    oifname "cable" masquerade
  }
}
`

async function prepare(t: TestContext): Promise<readonly [TestHost, TestHost] | undefined> {
  if (!requireRoot(t) || !requirePrograms(t, tools)) return undefined
  return twoHosts(t)
}

function run(host: TestHost, ...args: readonly [string, ...string[]]): string {
  const done = host.run(...args)
  assert.equal(done.code, 0, done.stderr)
  return done.stdout
}

function inNamespace(given: Given, table: string, host: TestHost): Record<string, unknown>[] {
  const namespace = statSync(`/proc/${host.pid}/ns/net`).ino
  return given.rows(table).filter((row) => row['namespace'] === namespace)
}

test('what another network namespace has is told: rules of the packet filter, routes, rules, neighbours, sockets', async (t) => {
  const hosts = await prepare(t)
  if (hosts === undefined) return
  const [host, other] = hosts
  run(host, 'sh', '-c', `printf %s "$0" | nft -f -`, ruleSet)
  run(host, 'ip', 'rule', 'add', 'priority', '77', 'from', '10.66.0.0/16', 'fwmark', '0x7', 'lookup', '4242')
  run(host, 'ip', 'route', 'add', '10.55.0.0/16', 'via', '10.77.0.2', 'table', '4242')
  run(host, 'ip', 'neigh', 'add', '10.77.0.99', 'lladdr', '02:00:00:00:00:99', 'dev', 'cable')
  run(host, 'ip', 'link', 'set', 'cable', 'promisc', 'on')
  const server = host.node(`require('net').createServer().listen(4444, () => console.log('listening'))`)
  await once(must(server.stdout ?? undefined), 'data')
  const client = other.node(`require('net').connect(4444, '10.77.0.1', () => console.log('connected'))`)
  await once(must(client.stdout ?? undefined), 'data')

  const given = await runStep(networkStep)
  const sockets = inNamespace(given, 'sockets', host)
  const listener = must(sockets.find((row) => row['state'] === 'LISTEN'))
  assert.deepEqual([listener['local_ip'], listener['local_port'], listener['hidden_from']], ['::', 4444, []])
  assert.deepEqual(listener['pids'], [childOf(must(server.pid))])
  const connection = must(sockets.find((row) => row['state'] === 'ESTABLISHED'))
  assert.deepEqual([connection['local_ip'], connection['remote_ip']], ['10.77.0.1', '10.77.0.2'])

  const rules = inNamespace(given, 'nftables', host)
  const chain = must(rules.find((row) => row['kind'] === 'chain' && row['chain'] === 'input'))
  assert.deepEqual(
    [chain['table'], chain['family'], chain['type'], chain['hook'], chain['priority'], chain['policy']],
    ['planted', 'inet', 'filter', 'input', -5, 'drop'],
  )
  const wayIn = must(rules.find((row) => row['comment'] === 'the way in'))
  const expressions = wayIn['expressions'] as Record<string, unknown>[]
  assert.deepEqual(
    expressions.map(({ expression }) => expression),
    ['meta', 'cmp', 'payload', 'cmp', 'counter', 'log', 'immediate'],
  )
  assert.deepEqual(expressions[0], { expression: 'meta', dreg: 1, key: 'l4proto' })
  assert.deepEqual(expressions[2], {
    expression: 'payload',
    dreg: 1,
    base: 'transport',
    offset: 2,
    length: 2,
  })
  assert.deepEqual(expressions[3], { expression: 'cmp', sreg: 1, op: 'eq', data: '115c' })
  // The SYN of the one connection.
  assert.equal(expressions[4]?.['packets'], 1)
  assert.equal(expressions[5]?.['prefix'], 'planted: ')
  assert.equal(expressions[6]?.['data'], 'accept')
  assert.ok(rules.some((row) => JSON.stringify(row).includes('"data":"jump names"')))
  const elements = rules
    .filter((row) => row['kind'] === 'element' && row['set'] === 'bad')
    .map(({ key }) => key)
  assert.deepEqual(new Set(elements), new Set(['0a420000', '0a430000', 'c0000207', 'c0000208', '00000000']))
  assert.ok(rules.some((row) => row['chain'] === 'post' && JSON.stringify(row).includes('"masq"')))

  const policy = must(inNamespace(given, 'rules', host).find((row) => row['priority'] === 77))
  assert.deepEqual([policy['source'], policy['mark'], policy['table']], ['10.66.0.0/16', 7, 4242])
  const route = must(inNamespace(given, 'routes', host).find((row) => row['table'] === 4242))
  assert.deepEqual([route['destination'], route['gateway']], ['10.55.0.0/16', '10.77.0.2'])
  const neighbour = must(
    inNamespace(given, 'neighbours', host).find((row) => row['address'] === '10.77.0.99'),
  )
  assert.deepEqual([neighbour['link_address'], neighbour['state']], ['02:00:00:00:00:99', 'permanent'])
  const link = must(inNamespace(given, 'links', host).find((row) => row['name'] === 'cable'))
  assert.deepEqual([link['promiscuous'], link['kind'], link['up']], [true, 'veth', true])
  const tracked = must(
    inNamespace(given, 'connections', host).find((row) => row['destination_port'] === 4444),
  )
  assert.deepEqual(
    [
      tracked['source_ip'],
      tracked['destination_ip'],
      tracked['protocol'],
      tracked['state'],
      tracked['seen_reply'],
    ],
    ['10.77.0.2', '10.77.0.1', 6, 'ESTABLISHED', true],
  )
  compare(given, host)
})

function childOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  // nsenter without a fork becomes the program.
  return children === '' ? pid : Number(children)
}

/** Against iproute2, in the same namespace. */
function compare(given: Given, host: TestHost): void {
  const json = (...args: readonly string[]): Record<string, unknown>[] =>
    JSON.parse(run(host, 'ip', '-j', '-N', ...args)) as Record<string, unknown>[]
  const links = inNamespace(given, 'links', host)
  assert.deepEqual(
    links.map((row) => [row['index'], row['name'], row['mtu'], row['address']]),
    json('link').map((row) => [row['ifindex'], row['ifname'], row['mtu'], row['address']]),
  )
  const addresses = json('address').flatMap((link) => link['addr_info'] as Record<string, unknown>[])
  assert.deepEqual(
    new Set(
      inNamespace(given, 'addresses', host).map(
        (row) => `${String(row['address'])}/${String(row['prefix'])}`,
      ),
    ),
    new Set(addresses.map((row) => `${String(row['local'])}/${String(row['prefixlen'])}`)),
  )
  // Those of IPv6 come and go by themselves.
  const ours = inNamespace(given, 'routes', host).filter((row) => row['type'] === 'ipv4')
  assert.equal(ours.length, json('-4', 'route', 'show', 'table', 'all').length)
  const shown = run(host, 'ss', '-Hatun').split('\n').filter(Boolean)
  assert.equal(inNamespace(given, 'sockets', host).length, shown.length)
}

test('sockets of the other kinds have their processes; the filter of a packet socket is told', async (t) => {
  const hosts = await prepare(t)
  if (hosts === undefined || !requirePrograms(t, { '/usr/bin/tcpdump': 'tcpdump' })) return
  const [host] = hosts
  const sniffer = host.node(`
    const child = require('child_process').spawn('tcpdump', ['-i', 'cable', '-p', 'tcp port 4444'], { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.once('data', () => console.log(child.pid))
    require('net').createServer().listen('\\0planted')`)
  const [text] = (await once(must(sniffer.stdout ?? undefined), 'data')) as [Buffer]
  const pid = Number(text.toString())
  t.after(() => process.kill(pid, 'SIGKILL'))
  const given = await runStep(networkStep)
  const packet = must(inNamespace(given, 'packet-sockets', host).find((row) => row['protocol'] === 3))
  assert.deepEqual([packet['pids'], packet['hidden_from']], [[pid], ''])
  assert.ok(Number(packet['filter_instructions']) > 5)
  const unix = must(inNamespace(given, 'unix-sockets', host).find((row) => row['path'] === '@planted'))
  assert.deepEqual([unix['type'], unix['state'], (unix['pids'] as number[]).length], ['stream', 'LISTEN', 1])
})

async function tablesOf(parts: AsyncGenerator<Part, void>): Promise<Map<string, Record<string, unknown>[]>> {
  const tables = new Map<string, Record<string, unknown>[]>()
  for await (const part of parts) {
    if (part.kind !== 'rows') continue
    const rows = part.rows as Record<string, unknown>[]
    tables.set(part.name, [...(tables.get(part.name) ?? []), ...rows])
  }
  return tables
}

test('a listener that is missing in /proc/net is found, with its process', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using reader = new Reader()
  const namespaces = await tablesOf(reader.read({ task: 'namespaces' }, 20_000))
  const inode = Number(must(namespaces.get('namespaces')?.[0])['inode'])
  assert.equal(inode, statSync('/proc/self/ns/net').ino)
  // What a rootkit does to everybody is done to our reader.
  const [pid] = readersOf(process.pid)
  const folder = scratch.folder('net')
  for (const name of ['tcp', 'tcp6', 'udp', 'udp6', 'unix', 'raw', 'packet'])
    writeFileSync(
      scratch.at('net', name),
      `${readFileSync(`/proc/net/${name}`, 'latin1').split('\n', 1)[0] ?? ''}\n`,
    )
  // Goes with the reader.
  assert.equal(spawnSync('mount', ['--bind', folder, `/proc/${must(pid)}/net`]).status, 0)
  const tables = await tablesOf(reader.read({ task: 'network', namespace: '', inode }, 20_000))
  const row = must(tables.get('sockets')?.find((each) => each['local_port'] === port))
  assert.deepEqual(row['hidden_from'], ['/proc/net/tcp'])
  assert.deepEqual(row['pids'], [process.pid])
  const ports = await tablesOf(reader.read({ task: 'hidden-ports' }, 30_000))
  const found = must(ports.get('hidden-ports')?.find((each) => each['port'] === port))
  assert.equal(found['how'], 'a listener that /proc/net/tcp does not show')
})

test('of a folder only the files of the network are taken', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('etc')
  spawnSync('sh', [
    '-c',
    'echo "127.0.0.1 localhost" > "$0/etc/hosts"; ln -s /run/x "$0/etc/resolv.conf"',
    scratch.path,
  ])
  const given = await runStep(networkStep, { root: scratch.path })
  assert.deepEqual(given.files, ['/etc/resolv.conf', '/etc/hosts'])
  assert.deepEqual(given.rows('sockets'), [])
  assert.equal(given.notes.length, 1)
})
