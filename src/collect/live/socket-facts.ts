// The Internet sockets of a network namespace by three views: the kernel's tables (BPF), sock_diag and /proc/net. A socket that lasts
// over all of them and is missing in one is hidden there.

import { messageOf } from '../../base/app-error.ts'
import { type KernelSocket, readKernelSockets } from '../../platform/linux/bpf/socket-iterator.ts'
import { dumpInetSockets, type InetSocket, type Transport } from '../../platform/linux/sock-diag.ts'
import { allPorts, findHiddenPorts, type HiddenPort } from '../../sensors/network/hidden-ports.ts'
import { readProcNet } from '../../sensors/network/proc-net.ts'
import { notePart, type Parts, rowsPart } from './parts.ts'
import { socketOwners } from './socket-owners.ts'

/** States that come and go, or that not every list has. */
const passing = new Set(['TIME_WAIT', 'NEW_SYN_RECV', 'SYN_RECV', 'SYN_SENT', 'BOUND_INACTIVE', ''])
const rowsInOneGo = 4096

export interface SocketRow {
  readonly namespace: number
  readonly transport: Transport
  readonly state: string
  readonly local_ip: string
  readonly local_port: number
  readonly remote_ip: string
  readonly remote_port: number
  readonly uid: number
  /** Null where only the kernel's tables have it. */
  readonly inode: number | null
  readonly cookie: string | null
  readonly pids: readonly number[]
  /** Lists that should have it and have not. */
  readonly hidden_from: readonly string[]
}

/** Of the namespace that this process is in. */
export async function* socketsOf(namespace: number): Parts {
  for (const transport of ['tcp', 'udp'] as const) {
    try {
      const rows = await rowsOf(namespace, transport)
      if (rows.refused !== '')
        yield notePart(`the kernel's table of ${transport} sockets is not to be had: ${rows.refused}`)
      for (let at = 0; at < rows.sockets.length; at += rowsInOneGo)
        yield rowsPart('sockets', rows.sockets.slice(at, at + rowsInOneGo))
    } catch (thrown) {
      yield notePart(`${transport} sockets of network namespace ${namespace}: ${messageOf(thrown)}`)
    }
  }
}

interface SocketRows {
  readonly sockets: readonly SocketRow[]
  /** Why the kernel's own table is not there. */
  readonly refused: string
}

async function rowsOf(namespace: number, transport: Transport): Promise<SocketRows> {
  const owners = socketOwners()
  const first = kernelTable(transport)
  const listed = await dumpInetSockets(transport)
  const shown = keysOf(await readProcNet(transport))
  const again = await dumpInetSockets(transport)
  const last = kernelTable(transport)
  const lastingInDiag = intersection(keysOf(listed), keysOf(again))
  const lasting = union(lastingInDiag, intersection(keysOf(first.sockets), keysOf(last.sockets)))
  const sockets: SocketRow[] = again.map((socket) => {
    const key = keyOf(socket)
    const hidden = lasting.has(key) && !passing.has(socket.state) && !shown.has(key)
    return rowOf(namespace, socket, {
      inode: socket.inode,
      cookie: String(socket.cookie),
      pids: owners.get(socket.inode) ?? [],
      hidden_from: hidden ? [`/proc/net/${transport}`] : [],
    })
  })
  const inDiag = union(keysOf(listed), keysOf(again))
  for (const socket of last.sockets) {
    const key = keyOf(socket)
    if (inDiag.has(key) || !lasting.has(key) || passing.has(socket.state)) continue
    const hidden = ['sock_diag', ...(shown.has(key) ? [] : [`/proc/net/${transport}`])]
    sockets.push(rowOf(namespace, socket, { inode: null, cookie: null, pids: [], hidden_from: hidden }))
  }
  return { sockets, refused: first.refused }
}

interface KernelTable {
  readonly sockets: readonly KernelSocket[]
  readonly refused: string
}

function kernelTable(transport: Transport): KernelTable {
  try {
    return { sockets: readKernelSockets(transport), refused: '' }
  } catch (thrown) {
    return { sockets: [], refused: messageOf(thrown).split('\n', 1)[0] ?? '' }
  }
}

type Common = Pick<
  InetSocket,
  'transport' | 'state' | 'localIp' | 'localPort' | 'remoteIp' | 'remotePort' | 'uid'
>

function rowOf(
  namespace: number,
  socket: Common,
  more: Pick<SocketRow, 'inode' | 'cookie' | 'pids' | 'hidden_from'>,
): SocketRow {
  return {
    namespace,
    transport: socket.transport,
    state: socket.state,
    local_ip: socket.localIp,
    local_port: socket.localPort,
    remote_ip: socket.remoteIp,
    remote_port: socket.remotePort,
    uid: socket.uid,
    ...more,
  }
}

function keyOf({ transport, localIp, localPort, remoteIp, remotePort }: Common): string {
  return `${transport} ${localIp} ${localPort} ${remoteIp} ${remotePort}`
}

function keysOf(sockets: readonly Common[]): Set<string> {
  return new Set(sockets.map((socket) => keyOf(socket)))
}

function union(one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> {
  return new Set([...one, ...other])
}

function intersection(one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> {
  return new Set([...one].filter((key) => other.has(key)))
}

/** Ports that bind(2) calls taken and no list has: every port of our own namespace is asked. */
export async function* findHidden(): Parts {
  const first = await findHiddenPorts([], allPorts)
  if (first.length === 0) return
  yield { kind: 'pulse' }
  const ports = first.map(({ port }) => port)
  const again = await findHiddenPorts([], { first: Math.min(...ports), last: Math.max(...ports) })
  const isSame = (one: HiddenPort) => (other: HiddenPort) =>
    one.transport === other.transport && one.port === other.port
  const rows = again.filter((found) => first.some(isSame(found)))
  yield rowsPart(
    'hidden-ports',
    rows.map(({ transport, port, how }) => ({ transport, port, how })),
  )
}
