// The sockets that the host has now, with their processes, in tables that can be compared; and ports that are in use and
// that no list shows.

import { readFile } from 'node:fs/promises'

import { messageOf } from '../../base/app-error.ts'
import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { executableOf } from '../../platform/linux/processes.ts'
import { dumpInetSockets, type InetSocket } from '../../platform/linux/sock-diag.ts'
import type { SnapshotTable } from '../sensor.ts'
import { allPorts, findHiddenPorts, type HiddenPort } from './hidden-ports.ts'
import { parsePacketSockets, parseRawSockets, parseUnixListeners } from './proc-net.ts'
import { findSocketOwners, type SocketOwners } from './socket-owners.ts'

type Row = SnapshotTable['rows'][number]

/** A second or two: every port is asked. The kernel's view is of our own network namespace, whatever the root. */
export async function snapshotNetwork(): Promise<readonly SnapshotTable[]> {
  const problems: string[] = []
  const none: SocketOwners = { pids: new Map(), unreadable: 0 }
  const owners = await attempt(findSocketOwners, none, problems)
  if (owners.unreadable > 0) problems.push(`the descriptors of ${owners.unreadable} processes cannot be read`)
  const tcp = await attempt(() => dumpInetSockets('tcp'), [], problems)
  const udp = await attempt(() => dumpInetSockets('udp'), [], problems)
  const hidden = await attempt(findHiddenTwice, [], problems)
  const row = (socket: InetSocket): Row => inetRow(socket, owners)
  const isListener = ({ state }: InetSocket): boolean => state === 'LISTEN'
  const hiddenOf = (transport: string): Row[] =>
    hidden.filter((found) => found.transport === transport).map((found) => hiddenRow(found))
  return [
    {
      name: 'listeners',
      key: ['transport', 'ip', 'port', 'pid'],
      rows: [...tcp.filter(isListener).map((socket) => listenerRow(socket, owners)), ...hiddenOf('tcp')],
      problems,
    },
    {
      name: 'connections',
      key: ['transport', 'ip', 'port', 'remote_ip', 'remote_port'],
      rows: tcp.filter((socket) => socket.remotePort !== 0).map(row),
      problems: [],
    },
    {
      name: 'udp-sockets',
      key: ['transport', 'ip', 'port', 'remote_ip', 'remote_port', 'pid'],
      rows: [...udp.map(row), ...hiddenOf('udp')],
      problems: [],
    },
    await unixTable(owners),
    await rawTable(owners),
    await packetTable(owners),
  ]
}

async function findHiddenTwice(): Promise<HiddenPort[]> {
  const first = await findHiddenPorts([], allPorts)
  const ports = first.map(({ port }) => port)
  if (ports.length === 0) return []
  const again = await findHiddenPorts([], { first: Math.min(...ports), last: Math.max(...ports) })
  return again.filter((found) =>
    first.some(({ transport, port }) => transport === found.transport && port === found.port),
  )
}

function listenerRow(socket: InetSocket, owners: SocketOwners): Row {
  const { transport, localIp, localPort, uid, inode } = socket
  return {
    transport,
    ip: localIp,
    port: localPort,
    uid,
    ...ownerColumns(inode, owners),
    hidden: false,
    how: null,
  }
}

function hiddenRow({ transport, port, how }: HiddenPort): Row {
  const nobody = { uid: null, pid: null, process: null, executable: null }
  return { transport, ip: null, port, ...nobody, hidden: true, how }
}

function inetRow(socket: InetSocket, owners: SocketOwners): Row {
  return {
    transport: socket.transport,
    ip: socket.localIp,
    port: socket.localPort,
    remote_ip: socket.remoteIp,
    remote_port: socket.remotePort,
    state: socket.state,
    uid: socket.uid,
    ...ownerColumns(socket.inode, owners),
    hidden: false,
  }
}

async function unixTable(owners: SocketOwners): Promise<SnapshotTable> {
  return tableOf('unix-listeners', ['path', 'pid'], async () => {
    const listeners = parseUnixListeners(await readFile('/proc/net/unix', 'latin1'))
    return listeners.map(({ path, type, inode }) => ({ path, type, ...ownerColumns(inode, owners) }))
  })
}

async function rawTable(owners: SocketOwners): Promise<SnapshotTable> {
  return tableOf('raw-sockets', ['type', 'protocol', 'pid'], async () => {
    const four = parseRawSockets(await readFile('/proc/net/raw', 'latin1'))
    const six = parseRawSockets(await readFile('/proc/net/raw6', 'latin1').catch(() => ''))
    const rows = (type: string, sockets: typeof four): Row[] =>
      sockets.map(({ protocol, uid, inode }) => ({ type, protocol, uid, ...ownerColumns(inode, owners) }))
    return [...rows('ipv4', four), ...rows('ipv6', six)]
  })
}

async function packetTable(owners: SocketOwners): Promise<SnapshotTable> {
  return tableOf('packet-sockets', ['protocol', 'interface', 'pid'], async () => {
    const sockets = parsePacketSockets(await readFile('/proc/net/packet', 'latin1'))
    return sockets.map(({ protocol, interfaceIndex, uid, inode }) => ({
      protocol,
      interface: interfaceIndex,
      uid,
      ...ownerColumns(inode, owners),
    }))
  })
}

async function tableOf(
  name: string,
  key: readonly string[],
  read: () => Promise<readonly Row[]>,
): Promise<SnapshotTable> {
  const problems: string[] = []
  const rows = await attempt(read, [], problems)
  return { name, key, rows, problems }
}

function ownerColumns(inode: number, { pids }: SocketOwners): Row {
  const pid = pids.get(inode)
  if (pid === undefined) return { pid: null, process: null, executable: null }
  const executable = Buffer.from(executableOf(pid), 'latin1').toString()
  const name = readProcessStat(pid)?.name ?? ''
  return {
    pid,
    process: Buffer.from(name, 'latin1').toString(),
    executable: executable === '' ? null : executable,
  }
}

async function attempt<T>(work: () => Promise<T>, otherwise: T, problems: string[]): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    problems.push(messageOf(thrown))
    return otherwise
  }
}
