// What we follow against what the kernel has: after a loss, and at the start, when we follow nothing yet.

import type { InetSocket } from '../../platform/linux/sock-diag.ts'
import type { Flow } from './flow.ts'

/** A TCP socket that is followed from its beginning to its end. */
export interface Tracked {
  flow: Flow
  role: 'connecting' | 'connected' | 'listening'
  readonly netns: number
  readonly sinceNs: bigint
  /** Of a connection: whether its beginning was told. */
  told: boolean
}

/** What a dump of sock_diag shows, in the form that is compared. */
export class Dump {
  readonly sockets: readonly InetSocket[]
  /** Local ports that listen. */
  readonly listening: ReadonlySet<number>
  readonly #tuples: ReadonlySet<string>
  readonly #cookies: ReadonlySet<bigint>

  constructor(sockets: readonly InetSocket[]) {
    this.sockets = sockets
    this.listening = new Set(
      sockets.filter(({ state }) => state === 'LISTEN').map((socket) => socket.localPort),
    )
    this.#tuples = new Set(sockets.map((socket) => tupleOfSocket(socket)))
    this.#cookies = new Set(sockets.map(({ cookie }) => cookie))
  }

  shows(tracked: Tracked): boolean {
    return this.#tuples.has(tupleOf(tracked.flow))
  }

  hasCookie(cookie: bigint): boolean {
    return this.#cookies.has(cookie)
  }

  /** The sockets that `tracked` does not know, of those that are of a process. */
  *unknown(tracked: Iterable<Tracked>): Iterable<{ socket: InetSocket; role: Tracked['role'] }> {
    const known = new Set<string>()
    for (const { flow } of tracked) known.add(tupleOf(flow))
    for (const socket of this.sockets) {
      const role = roleOf(socket)
      if (role !== undefined && !known.has(tupleOfSocket(socket))) yield { socket, role }
    }
  }
}

function roleOf({ state }: InetSocket): Tracked['role'] | undefined {
  if (state === 'LISTEN') return 'listening'
  if (state === 'SYN_SENT') return 'connecting'
  // The others are not yet, or no more, a connection of a process.
  return state === 'ESTABLISHED' || state === 'CLOSE_WAIT' ? 'connected' : undefined
}

function tupleOf({ local, remote }: Pick<Flow, 'local' | 'remote'>): string {
  const there = remote === undefined ? '' : `${remote.ip} ${remote.port}`
  return `${local.ip} ${local.port} ${there}`
}

function tupleOfSocket(socket: InetSocket): string {
  // An attempt has no port of its own in its first record: only where it goes is compared.
  const port = socket.state === 'SYN_SENT' ? 0 : socket.localPort
  const local = { ip: socket.localIp, port }
  if (socket.state === 'LISTEN') return tupleOf({ local })
  return tupleOf({ local, remote: { ip: socket.remoteIp, port: socket.remotePort } })
}
