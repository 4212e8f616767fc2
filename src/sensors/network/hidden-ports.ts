// Ports that are in use and that the lists of the kernel do not show: what our programs saw, sock_diag, /proc/net and
// bind(2) must agree. A rootkit that filters one of them seldom filters all.

import { release } from 'node:os'
import { setImmediate } from 'node:timers/promises'

import { portIsTaken } from '../../platform/linux/sock-diag-ports.ts'
import { dumpInetSockets, type InetSocket, type Transport } from '../../platform/linux/sock-diag.ts'
import type { Flow } from './flow.ts'
import { readProcNet } from './proc-net.ts'

const portsAtOnce = 64
export const allPorts = { first: 1, last: 65_535 } as const

export interface HiddenPort {
  readonly transport: Transport
  readonly port: number
  /** What disagrees, for people. */
  readonly how: string
  /** What is known of it. */
  readonly flow?: Flow
}

export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Reads each view in turn: what begins or ends meanwhile may look hidden once, so only what is found twice counts. */
export async function findHiddenPorts(listeners: Iterable<Flow>, range: PortRange): Promise<HiddenPort[]> {
  const seen = [...listeners]
  const tcp = await dumpInetSockets('tcp')
  const udp = await dumpInetSockets('udp')
  const shown = portsOf(await readProcNet('tcp', 'LISTEN'))
  const listening = portsOf(tcp.filter(({ state }) => state === 'LISTEN'))
  const hidden: HiddenPort[] = []
  for (const flow of seen) {
    const { port } = flow.local
    if (listening.has(port) || !portIsTaken('tcp', port)) continue
    hidden.push({ transport: 'tcp', port, flow, how: 'a listener that sock_diag does not show' })
  }
  for (const port of listening) {
    if (shown.has(port) || !portIsTaken('tcp', port)) continue
    hidden.push({ transport: 'tcp', port, how: 'a listener that /proc/net/tcp does not show' })
  }
  if (listsBoundSockets) hidden.push(...(await findTaken('tcp', portsOf(tcp), range)))
  hidden.push(...(await findTaken('udp', portsOf(udp), range)))
  const byPort = new Map(hidden.toReversed().map((found) => [`${found.transport} ${found.port}`, found]))
  return [...byPort.values()]
}

async function findTaken(
  transport: Transport,
  known: ReadonlySet<number>,
  { first, last }: PortRange,
): Promise<HiddenPort[]> {
  const suspects: number[] = []
  for (let port = first; port <= last; port++) {
    if (!known.has(port) && portIsTaken(transport, port)) suspects.push(port)
    if (port % portsAtOnce === 0) await setImmediate()
  }
  if (suspects.length === 0) return []
  // Many sockets come and go while so many ports are asked.
  const now = portsOf(await dumpInetSockets(transport))
  return suspects
    .filter((port) => !now.has(port) && portIsTaken(transport, port))
    .map((port) => ({ transport, port, how: 'bind says it is taken, no list shows a socket' }))
}

function portsOf(sockets: readonly InetSocket[]): Set<number> {
  return new Set(sockets.map(({ localPort }) => localPort))
}

// TCP sockets that are bound and neither listen nor are connected are listed since Linux 6.8; before, they would look
// hidden.
const [major = 0, minor = 0] = release().split('.').map(Number)
const listsBoundSockets = major > 6 || (major === 6 && minor >= 8)
