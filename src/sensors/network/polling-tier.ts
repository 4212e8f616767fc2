// The lower tiers: the sockets are listed once a second and compared with the list before. What lives shorter is not
// seen; the process is found by its descriptors, when it still has them.

import { messageOf } from '../../base/app-error.ts'
import type { InetSocket, Transport } from '../../platform/linux/sock-diag.ts'
import type { SensorContext } from '../sensor.ts'
import { ResolvedNames } from './dns/names.ts'
import { NetworkEvents } from './events.ts'
import type { Flow } from './flow.ts'
import { findSocketOwners } from './socket-owners.ts'
import type { NetworkTier } from './tier.ts'

const lookEveryMs = 1000

/** Lists all sockets of a transport of our own network namespace. */
export type ListSockets = (transport: Transport) => Promise<InetSocket[]>

interface Seen {
  readonly flow: Flow
  readonly listens: boolean
}

export class PollingTier implements NetworkTier {
  readonly id: string
  readonly #context: SensorContext
  readonly #list: ListSockets
  readonly #events: NetworkEvents
  #seen = new Map<string, Seen>()
  #looks = 0
  #nextLookMs = 0
  #looking = false
  #stopped = false

  constructor(id: string, context: SensorContext, list: ListSockets) {
    this.id = id
    this.#context = context
    this.#list = list
    this.#events = new NetworkEvents(context, id, new ResolvedNames())
  }

  async start(): Promise<void> {
    await this.#look()
  }

  tick(): void {
    const nowMs = performance.now()
    if (this.#looking || nowMs < this.#nextLookMs) return
    this.#look().catch((thrown: unknown) =>
      this.#context.notice(`the network sensor could not list the sockets: ${messageOf(thrown)}`),
    )
  }

  resync(): void {
    this.#nextLookMs = 0
  }

  facts(): Record<string, number | string> {
    return { looks: this.#looks, sockets: this.#seen.size, sees: 'what lives longer than a second' }
  }

  *listeners(): Iterable<Flow> {
    for (const { flow, listens } of this.#seen.values()) if (listens && flow.transport === 'tcp') yield flow
  }

  stop(): void {
    this.#stopped = true
  }

  async #look(): Promise<void> {
    this.#looking = true
    this.#nextLookMs = performance.now() + lookEveryMs
    try {
      const sockets = [...(await this.#list('tcp')), ...(await this.#list('udp'))].filter(isOfInterest)
      const fresh = sockets.some((socket) => socket.inode !== 0 && !this.#seen.has(keyOf(socket)))
      const { pids } = fresh ? await findSocketOwners() : { pids: new Map<number, number>() }
      if (!this.#stopped) this.#compare(sockets, pids)
    } finally {
      this.#looking = false
    }
  }

  #compare(sockets: readonly InetSocket[], pids: ReadonlyMap<number, number>): void {
    const time = new Date().toISOString()
    const kind = this.#looks === 0 ? 'state' : 'event'
    const ports = new Set(
      sockets.filter(isListener).map((socket) => `${socket.transport} ${socket.localPort}`),
    )
    const now = new Map<string, Seen>()
    for (const socket of sockets) {
      const key = keyOf(socket)
      const before = this.#seen.get(key)
      const seen = before ?? {
        flow: this.#flow(socket, pids.get(socket.inode), ports),
        listens: isListener(socket),
      }
      now.set(key, seen)
      if (before === undefined) this.#events.tell(beginOf(seen), seen.flow, { time, kind })
    }
    for (const [key, { flow, listens: listened }] of this.#seen)
      if (!now.has(key)) this.#events.tell(listened ? 'listen-end' : 'close', flow, { time })
    this.#seen = now
    this.#looks += 1
  }

  #flow(socket: InetSocket, pid: number | undefined, ports: ReadonlySet<string>): Flow {
    const flow = {
      transport: socket.transport,
      local: { ip: socket.localIp, port: socket.localPort },
      uid: socket.uid,
      ...(pid === undefined ? {} : { process: this.#context.processes.describe(pid) }),
      processSource: pid === undefined ? ('unknown' as const) : ('descriptor' as const),
    }
    if (isListener(socket)) return flow
    const called = ports.has(`${socket.transport} ${socket.localPort}`)
    const remote = { ip: socket.remoteIp, port: socket.remotePort }
    return { ...flow, direction: called ? 'ingress' : 'egress', remote }
  }
}

function isListener(socket: InetSocket): boolean {
  return socket.state === 'LISTEN'
}

// Connections, also those that have just ended; of UDP those that are connected.
function isOfInterest({ state, remotePort }: InetSocket): boolean {
  return state === 'LISTEN' || remotePort !== 0
}

function beginOf({ flow, listens: listener }: Seen): 'listen' | 'udp' | 'accept' | 'connect' {
  if (listener) return 'listen'
  if (flow.transport === 'udp') return 'udp'
  return flow.direction === 'ingress' ? 'accept' : 'connect'
}

function keyOf(socket: InetSocket): string {
  const { transport, localIp, localPort, remoteIp, remotePort } = socket
  return `${transport} ${localIp} ${localPort} ${remoteIp} ${remotePort}${isListener(socket) ? ` ${socket.inode}` : ''}`
}
