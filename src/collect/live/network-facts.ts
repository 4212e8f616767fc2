// What a network namespace has: sockets of every kind, interfaces, addresses, neighbours, routes, policy rules, the packet filter,
// tracked connections. The reading process goes into the namespace, so our own comes first.

import { messageOf } from '../../base/app-error.ts'
import { readConnections, type TrackedConnection } from '../../platform/linux/conntrack.ts'
import { enterNamespace } from '../../platform/linux/namespaces.ts'
import { readNftRules } from '../../platform/linux/nf-tables.ts'
import { readRouteTable, type RouteTableName } from '../../platform/linux/route-tables.ts'
import { dumpLocalSockets, type LocalSocket } from '../../platform/linux/sock-diag-local.ts'
import { parsePacketSockets, parseRawSockets, parseUnixListeners } from '../../sensors/network/proc-net.ts'
import { isUnloadedModule } from './loaded.ts'
import { namespaceMounts, namespaceOf, pidsIn } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { type NetworkTask, notePart, type Part, type Parts, rowsPart } from './parts.ts'
import { readText } from './proc-files.ts'
import { socketsOf } from './socket-facts.ts'
import { socketOwners } from './socket-owners.ts'

const maxRows = 200_000
const maxNftRows = 100_000
const maxTextBytes = 64 * 1024 * 1024
const tables = ['links', 'addresses', 'neighbours', 'routes', 'rules'] as const satisfies RouteTableName[]

export interface NetworkNamespace {
  readonly inode: number
  /** Where it can be entered. */
  readonly path: string
  /** Processes in it. */
  readonly processes: number
  /** Where a file names it (`ip netns`); null when only processes hold it. */
  readonly bound: string | null
}

/** Rows `namespaces`: every one that a process is in or that a mount holds; the first is our own. */
export function* listNamespaces(): Generator<Part, void> {
  const proc = ownProc().path
  const found = new Map<number, { path: string; processes: number; bound: string | null }>()
  const own = namespaceOf('/proc/self/ns/net') ?? 0
  found.set(own, { path: '', processes: 0, bound: null })
  for (const pid of pidsIn(proc)) {
    const path = `${proc}/${pid}/ns/net`
    const inode = namespaceOf(path)
    if (inode === undefined) continue
    const entry = found.get(inode) ?? { path, processes: 0, bound: null }
    entry.processes++
    found.set(inode, entry)
  }
  for (const { pid, mounts } of namespaceMounts(proc)) {
    for (const { fsType, root, point } of mounts) {
      const inode = Number(/^net:\[(\d{1,15})\]$/.exec(root)?.[1] ?? 0)
      if (fsType !== 'nsfs' || inode === 0) continue
      const entry = found.get(inode) ?? { path: `${proc}/${pid}/root${point}`, processes: 0, bound: null }
      entry.bound = point
      found.set(inode, entry)
    }
  }
  yield rowsPart(
    'namespaces',
    [...found].map(([inode, entry]) => ({ inode, ...entry })),
  )
}

export async function* readNetwork({ namespace, inode }: NetworkTask): Parts {
  socketOwners()
  if (namespace !== '') enterNamespace(namespace, 'net')
  yield* socketsOf(inode)
  const parts: readonly (() => Generator<Part, void>)[] = [
    () => unixSockets(inode),
    () => rawSockets(inode),
    () => packetSockets(inode),
    () => netlinkSockets(inode),
    ...tables.map((name) => () => routeTable(inode, name)),
    () => packetFilter(inode),
    () => oldPacketFilter(inode),
    () => connections(inode),
  ]
  for (const part of parts) {
    try {
      yield* part()
    } catch (thrown) {
      yield notePart(`network namespace ${inode}: ${messageOf(thrown)}`)
    }
  }
}

function withPids(namespace: number, sockets: readonly LocalSocket[]): object[] {
  const owners = socketOwners()
  return sockets.map((socket) => ({ namespace, ...socket, pids: owners.get(socket.inode) ?? [] }))
}

function* unixSockets(namespace: number): Generator<Part, void> {
  if (!isUnloadedModule('unix_diag')) {
    const { sockets, complete } = dumpLocalSockets('unix', maxRows)
    yield rowsPart('unix-sockets', withPids(namespace, sockets))
    if (!complete) yield notePart(`more than ${maxRows} unix sockets: the rest is left out`)
    return
  }
  const listeners = parseUnixListeners(readText('/proc/net/unix', maxTextBytes) ?? '')
  yield rowsPart(
    'unix-sockets',
    withPids(
      namespace,
      listeners.map(({ path, type, inode }) => ({ inode, type, path, state: 'LISTEN' })),
    ),
  )
  yield notePart(
    'unix sockets: only those that listen, the kernel has no list of others without loading unix_diag',
  )
}

function* rawSockets(namespace: number): Generator<Part, void> {
  for (const [type, path] of [
    ['ipv4', '/proc/net/raw'],
    ['ipv6', '/proc/net/raw6'],
  ] as const) {
    const sockets = parseRawSockets(readText(path, maxTextBytes) ?? '')
    const rows = sockets.map(({ inode, protocol, uid }) => ({ inode, type, protocol, uid }))
    yield rowsPart('raw-sockets', withPids(namespace, rows))
  }
}

function* packetSockets(namespace: number): Generator<Part, void> {
  const shown = parsePacketSockets(readText('/proc/net/packet', maxTextBytes) ?? '')
  if (isUnloadedModule('af_packet_diag')) {
    const rows = shown.map(({ inode, protocol, interfaceIndex, uid }) => ({
      inode,
      protocol,
      interface: interfaceIndex,
      uid,
    }))
    yield rowsPart('packet-sockets', withPids(namespace, rows))
    return
  }
  const { sockets } = dumpLocalSockets('packet', maxRows)
  const inodes = new Set(shown.map(({ inode }) => inode))
  const rows = sockets.map((socket) => ({
    ...socket,
    hidden_from: inodes.has(socket.inode) ? '' : '/proc/net/packet',
  }))
  yield rowsPart('packet-sockets', withPids(namespace, rows))
}

function* netlinkSockets(namespace: number): Generator<Part, void> {
  if (isUnloadedModule('netlink_diag')) return
  const { sockets } = dumpLocalSockets('netlink', maxRows)
  yield rowsPart('netlink-sockets', withPids(namespace, sockets))
}

function* routeTable(namespace: number, name: RouteTableName): Generator<Part, void> {
  const { rows, complete } = readRouteTable(name, maxRows)
  yield rowsPart(
    name,
    rows.map((row) => ({ namespace, ...row })),
  )
  if (!complete) yield notePart(`more than ${maxRows} ${name}: the rest is left out`)
}

function* packetFilter(namespace: number): Generator<Part, void> {
  if (isUnloadedModule('nf_tables')) return
  const { rows, problems } = readNftRules(maxNftRows)
  yield rowsPart(
    'nftables',
    rows.map((row) => ({ namespace, ...row })),
  )
  for (const problem of problems) yield notePart(problem)
}

/** Of the older packet filter only the names of its tables are told. */
function* oldPacketFilter(namespace: number): Generator<Part, void> {
  for (const [family, file] of [
    ['ip', 'ip_tables_names'],
    ['ip6', 'ip6_tables_names'],
    ['arp', 'arp_tables_names'],
  ] as const) {
    const names = (readText(`/proc/net/${file}`) ?? '').split('\n').filter(Boolean)
    if (names.length === 0) continue
    yield rowsPart(
      'iptables-tables',
      names.map((table) => ({ namespace, family, table })),
    )
    yield notePart(`${family}tables (legacy) has tables ${names.join(', ')}: their rules are not read`)
  }
}

function* connections(namespace: number): Generator<Part, void> {
  if (isUnloadedModule('nf_conntrack') || isUnloadedModule('nf_conntrack_netlink')) return
  const { connections: tracked, complete } = readConnections(maxRows)
  yield rowsPart(
    'connections',
    tracked.map((connection) => connectionRow(namespace, connection)),
  )
  if (!complete) yield notePart(`more than ${maxRows} tracked connections: the rest is left out`)
}

function connectionRow(namespace: number, connection: TrackedConnection): object {
  const { original, reply } = connection
  return {
    namespace,
    type: connection.type,
    protocol: connection.protocol,
    state: connection.state,
    source_ip: original.source,
    source_port: original.sourcePort,
    destination_ip: original.destination,
    destination_port: original.destinationPort,
    reply_source_ip: reply.source,
    reply_source_port: reply.sourcePort,
    reply_destination_ip: reply.destination,
    reply_destination_port: reply.destinationPort,
    assured: connection.assured,
    seen_reply: connection.seenReply,
    source_nat: connection.sourceNat,
    destination_nat: connection.destinationNat,
    mark: connection.mark,
    zone: connection.zone,
    timeout_s: connection.timeoutS,
    bytes: connection.originalBytes,
    reply_bytes: connection.replyBytes,
  }
}
