// The TCP sockets that live now, by their address in the kernel: puts the kernel's state changes together to what
// happened (a connection with its end, its process, its bytes), because each of them alone knows only a part.

import { errnoName } from '../../platform/linux/libc.ts'
import type { InetSocket, TcpState } from '../../platform/linux/sock-diag.ts'
import type { NetworkEvents } from './events.ts'
import type { Address, Flow, ProcessSource } from './flow.ts'
import { Listeners } from './listeners.ts'
import type { Owner } from './ebpf/decode.ts'
import type { ProcessNames } from './process-names.ts'
import { Dump, type Tracked } from './tcp-compare.ts'

/** A connection that nobody has answered or accepted is told after this time. */
const patienceNs = 1_000_000_000n
const maxSockets = 65_536
const maxClosed = 65_536
const refusedErrno = 111

/** Fields may be read from the record when they are asked for: only those that are needed cost time. */
export interface StateChange {
  /** Names the socket while it lives. */
  readonly socket: number
  readonly cookie: bigint
  readonly from: TcpState
  readonly to: TcpState
  /** Since boot. */
  readonly timeNs: bigint
  /** Who ran: of connect and listen the one that called. */
  readonly owner: Owner | undefined
  readonly local: Address
  readonly remote: Address
  readonly netns: number
  /** errno of the socket; 0 for none. */
  readonly error: number
  readonly sent: number
  readonly received: number
}

interface Parts {
  readonly events: NetworkEvents
  readonly names: ProcessNames
  /** Time since boot as ISO 8601. */
  readonly time: (ns: bigint) => string
  /** Number of our own network namespace. */
  readonly netns: number
  /** Told when a socket is forgotten because there are too many. */
  readonly forgotten: () => void
}

export class TcpTracker {
  readonly #parts: Parts
  readonly #sockets = new Map<number, Tracked>()
  /** Those that sock_diag told: it knows no addresses of the kernel. */
  readonly #byCookie = new Map<bigint, Tracked>()
  readonly #listeners = new Listeners<Tracked>()
  /** Beginnings that wait for an answer or an accept, oldest first. */
  #waiting: Tracked[] = []
  /** Cookies of unknown sockets that ended while a dump is compared; undefined when none is. */
  #closed: Set<bigint> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#sockets.size + this.#byCookie.size
  }

  /** Whether `tick` has something to look at. */
  get waits(): boolean {
    return this.#waiting.length > 0
  }

  get listeners(): Iterable<Flow> {
    return this.#listeners.flows(this.#parts.netns)
  }

  change(change: StateChange): void {
    if (change.to === 'SYN_SENT') this.#connecting(change)
    else if (change.to === 'LISTEN') this.#listening(change)
    else if (change.to === 'ESTABLISHED') this.#established(change)
    else if (change.to === 'CLOSE') this.#ended(change)
  }

  /** A process got the descriptor of an inbound connection. */
  accepted(socket: number, owner: Owner | undefined): void {
    const tracked = this.#sockets.get(socket)
    if (tracked === undefined || owner === undefined || tracked.flow.direction !== 'ingress') return
    const process = this.#parts.names.describe(owner)
    if (tracked.told && tracked.flow.process?.pid === process.pid) return
    const { processSource: _, ...flow } = tracked.flow
    tracked.flow = { ...flow, process, uid: owner.uid }
    this.#begin('accept', tracked)
  }

  /** Tells what has waited long enough. `nowNs` is since boot. */
  tick(nowNs: bigint): void {
    let done = 0
    for (const tracked of this.#waiting) {
      if (nowNs - tracked.sinceNs < patienceNs) break
      done += 1
      if (tracked.told) continue
      if (tracked.role === 'connected') this.#begin('accept', tracked)
      else this.#tell('connection-attempt', tracked)
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done)
  }

  /** From here on ends are remembered until `reconcile`: a dump that is made meanwhile may still show them. */
  expectDump(): void {
    this.#closed = new Set()
  }

  /**
   * Compares with a dump of the sockets of our own network namespace that was begun at `begunNs`: tells those that
   * nobody has told, and the end of those that are gone.
   */
  reconcile(
    sockets: readonly InetSocket[],
    begunNs: bigint,
    pidOf: (inode: number) => number | undefined,
  ): void {
    const closed = this.#closed ?? new Set()
    this.#closed = undefined
    const dump = new Dump(sockets)
    for (const [socket, tracked] of this.#sockets) {
      const compared = tracked.netns === this.#parts.netns && tracked.sinceNs < begunNs
      if (!compared || dump.shows(tracked)) continue
      this.#sockets.delete(socket)
      this.#gone(tracked, begunNs)
    }
    for (const [cookie, tracked] of this.#byCookie) {
      if (dump.hasCookie(cookie)) continue
      this.#byCookie.delete(cookie)
      this.#gone(tracked, begunNs)
    }
    for (const { socket, role } of dump.unknown(this.#sockets.values())) {
      if (closed.has(socket.cookie) || this.#byCookie.has(socket.cookie)) continue
      const flow = this.#flowOfSocket(socket, pidOf(socket.inode), dump.listening)
      const tracked = { flow, role, netns: this.#parts.netns, sinceNs: begunNs, told: true }
      this.#byCookie.set(socket.cookie, tracked)
      this.#tellState(tracked, begunNs)
    }
  }

  #connecting(change: StateChange): void {
    const flow = this.#flow(change, { direction: 'egress', owner: change.owner })
    this.#add(change.socket, {
      flow,
      role: 'connecting',
      netns: change.netns,
      sinceNs: change.timeNs,
      told: false,
    })
  }

  #listening(change: StateChange): void {
    const { remote: _, ...flow } = this.#flow(change, { owner: change.owner })
    const tracked: Tracked = {
      flow,
      role: 'listening',
      netns: change.netns,
      sinceNs: change.timeNs,
      told: true,
    }
    this.#add(change.socket, tracked)
    this.#listeners.add(tracked)
    this.#tell('listen', tracked)
  }

  #established(change: StateChange): void {
    if (change.from === 'SYN_SENT') return this.#connected(change)
    // It was made by a packet, whoever ran then: its process is the one that listens, until one accepts.
    const listener = this.#listeners.find(change.netns, change.local)?.flow
    const flow = this.#flow(change, { direction: 'ingress' })
    this.#add(change.socket, {
      flow: {
        ...flow,
        ...(listener?.process === undefined ? {} : { process: listener.process }),
        ...(listener?.uid === undefined ? {} : { uid: listener.uid }),
        processSource: listener?.process === undefined ? 'unknown' : 'listener',
      },
      role: 'connected',
      netns: change.netns,
      sinceNs: change.timeNs,
      told: false,
    })
  }

  #connected(change: StateChange): void {
    const { local, remote } = change
    const known = this.#sockets.get(change.socket) ?? this.#byCookie.get(change.cookie)
    if (known !== undefined) {
      known.flow = { ...known.flow, local, remote }
      known.role = 'connected'
      this.#begin('connect', known)
      return
    }
    // Its beginning was lost, and with it the process: the answer is handled wherever it comes in.
    const flow = this.#flow(change, { direction: 'egress', processSource: 'unknown' })
    const tracked: Tracked = {
      flow,
      role: 'connected',
      netns: change.netns,
      sinceNs: change.timeNs,
      told: true,
    }
    this.#add(change.socket, tracked)
    this.#tell('connect', tracked)
  }

  #ended(change: StateChange): void {
    const tracked = this.#take(change)
    if (tracked === undefined) this.#endedUnseen(change)
    else if (tracked.role === 'listening') {
      this.#listeners.delete(tracked)
      this.#tell('listen-end', tracked, { timeNs: change.timeNs })
    } else if (tracked.role === 'connecting') this.#failed(tracked, change)
    else this.#closeConnection(tracked, change)
  }

  #take(change: StateChange): Tracked | undefined {
    const tracked = this.#sockets.get(change.socket)
    if (tracked !== undefined) {
      this.#sockets.delete(change.socket)
      return tracked
    }
    if (change.cookie === 0n) return undefined
    const old = this.#byCookie.get(change.cookie)
    this.#byCookie.delete(change.cookie)
    if (old === undefined && this.#closed !== undefined && this.#closed.size < maxClosed)
      this.#closed.add(change.cookie)
    return old
  }

  #failed(tracked: Tracked, change: StateChange): void {
    // The port was chosen after the beginning was seen.
    tracked.flow = { ...tracked.flow, local: change.local.port === 0 ? tracked.flow.local : change.local }
    tracked.told = true
    const refused = change.error === refusedErrno
    this.#tell(refused ? 'connection-refused' : 'connection-failed', tracked, {
      timeNs: change.timeNs,
      // Without an error the program itself gave up.
      error: change.error === 0 ? 'ECANCELED' : errnoName(change.error),
    })
  }

  #closeConnection(tracked: Tracked, change: StateChange): void {
    if (!tracked.told) this.#begin(tracked.flow.direction === 'egress' ? 'connect' : 'accept', tracked)
    const more = { bytes_sent: change.sent, bytes_received: change.received }
    const durationMs = Number((change.timeNs - tracked.sinceNs) / 1000n) / 1000
    this.#tell('close', tracked, {
      timeNs: change.timeNs,
      ...(change.error === 0 ? {} : { error: errnoName(change.error) }),
      more: { ...more, duration_ms: durationMs },
    })
  }

  // It began before us, or its beginning was lost. What never was a connection is none.
  #endedUnseen(change: StateChange): void {
    if (change.from === 'LISTEN' || change.from === 'SYN_RECV' || change.remote.port === 0) return
    if (change.from === 'SYN_SENT' || change.from === 'NEW_SYN_RECV') return
    // A dump may be about to tell of it: then its end comes too.
    if (this.#closed !== undefined && change.netns === this.#parts.netns) return
    const flow = this.#flow(change, { processSource: 'unknown' })
    this.#parts.events.tell('close', flow, {
      time: this.#parts.time(change.timeNs),
      ...(change.error === 0 ? {} : { error: errnoName(change.error) }),
      more: { bytes_sent: change.sent, bytes_received: change.received },
    })
  }

  #begin(action: 'connect' | 'accept', tracked: Tracked): void {
    tracked.told = true
    this.#tell(action, tracked)
  }

  #tell(
    action: Parameters<NetworkEvents['tell']>[0],
    { flow, sinceNs }: Tracked,
    facts: { timeNs?: bigint; error?: string; more?: Record<string, number | boolean> } = {},
  ): void {
    const { timeNs, ...rest } = facts
    this.#parts.events.tell(action, flow, { time: this.#parts.time(timeNs ?? sinceNs), ...rest })
  }

  #tellState(tracked: Tracked, timeNs: bigint): void {
    if (tracked.role === 'connecting') return
    if (tracked.role === 'listening') this.#listeners.add(tracked)
    const begun = tracked.flow.direction === 'ingress' ? 'accept' : 'connect'
    this.#parts.events.tell(tracked.role === 'listening' ? 'listen' : begun, tracked.flow, {
      time: this.#parts.time(timeNs),
      kind: 'state',
    })
  }

  #add(socket: number, tracked: Tracked): void {
    if (this.#sockets.size >= maxSockets) {
      const [oldest] = this.#sockets.keys()
      if (oldest !== undefined) this.#sockets.delete(oldest)
      this.#parts.forgotten()
    }
    // The same address again means that the end of the one before was lost.
    this.#sockets.delete(socket)
    this.#sockets.set(socket, tracked)
    if (!tracked.told) this.#waiting.push(tracked)
  }

  // Its end was not seen.
  #gone(tracked: Tracked, timeNs: bigint): void {
    // Whether an attempt failed or got through was not seen: if it got through, the dump has it.
    const untold = tracked.role === 'connecting'
    tracked.told = true
    if (tracked.role === 'listening') this.#listeners.delete(tracked)
    if (untold) return
    this.#tell(tracked.role === 'listening' ? 'listen-end' : 'close', tracked, {
      timeNs,
      more: { resync: true },
    })
  }

  #flowOfSocket(socket: InetSocket, pid: number | undefined, listening: ReadonlySet<number>): Flow {
    const local = { ip: socket.localIp, port: socket.localPort }
    const remote = { ip: socket.remoteIp, port: socket.remotePort }
    const owner = {
      uid: socket.uid,
      ...(pid === undefined ? {} : { process: this.#parts.names.now(pid) }),
      processSource: pid === undefined ? ('unknown' as const) : ('descriptor' as const),
    }
    if (socket.state === 'LISTEN') return { transport: 'tcp', local, ...owner }
    // Nobody remembers who began; who talks from a port that listens was called.
    const direction = listening.has(socket.localPort) ? 'ingress' : 'egress'
    return { transport: 'tcp', direction, local, remote, ...owner }
  }

  #flow(
    change: StateChange,
    known: { direction?: 'ingress' | 'egress'; processSource?: ProcessSource; owner?: Owner | undefined },
  ): Flow & { remote: Address } {
    const { owner, ...rest } = known
    const { local, remote, netns } = change
    return {
      transport: 'tcp',
      ...rest,
      local,
      remote,
      ...(owner === undefined ? {} : { process: this.#parts.names.describe(owner), uid: owner.uid }),
      ...(netns === this.#parts.netns ? {} : { netns }),
    }
  }
}
