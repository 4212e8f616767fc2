// The best tier: programs in the kernel see every connection when it happens, with its process; this takes what they
// wrote, keeps count of what did not fit, and compares with sock_diag after a loss.

import { statSync } from 'node:fs'

import { messageOf } from '../../../base/app-error.ts'
import { KernelClock } from '../../../platform/linux/kernel-clock.ts'
import { dumpInetSockets } from '../../../platform/linux/sock-diag.ts'
import type { SensorContext } from '../../sensor.ts'
import { parseDnsMessage } from '../dns/message.ts'
import { ResolvedNames } from '../dns/names.ts'
import { NetworkEvents } from '../events.ts'
import type { Flow } from '../flow.ts'
import { ProcessNames } from '../process-names.ts'
import { findSocketOwners } from '../socket-owners.ts'
import { TcpTracker } from '../tcp-tracker.ts'
import type { NetworkTier } from '../tier.ts'
import { DatagramFlows } from './datagram-flows.ts'
import { readLocal, readOwner, readRemote, readSocket, readTime, readUdpPacket } from './decode.ts'
import { at, datagramBytes, endpointAt, headBytes, RecordKind, tcpBytes } from './layout.ts'
import { counterIndex } from './program-parts.ts'
import { NetworkPrograms } from './programs.ts'
import { TcpRecord } from './tcp-record.ts'

const defaultRingBytes = 4 << 20
const source = 'ebpf-network'
/** A tick takes no longer than this, because other sensors have the same thread; longer when the ring fills. */
const tickBudgetMs = { calm: 4, filling: 15 } as const
const recordsAtOnce = 128
const checkEveryMs = 1000
const missedEvery = 30
/** After losses that follow each other the host is compared once. */
const resyncEveryMs = 5000

export class EbpfTier implements NetworkTier {
  readonly id = 'ebpf'
  readonly #context: SensorContext
  readonly #programs: NetworkPrograms
  readonly #clock = new KernelClock('boottime')
  readonly #names = new ResolvedNames()
  readonly #processes: ProcessNames
  readonly #events: NetworkEvents
  readonly #tracker: TcpTracker
  readonly #flows: DatagramFlows
  readonly #netns = statSync('/proc/self/ns/net').ino
  readonly #now = (): string => this.#clock.toIso(this.#clock.now())
  readonly #tcp = new TcpRecord()
  readonly #take = (data: Buffer, record: number, length: number): void => this.#record(data, record, length)
  #records = 0
  #lost = 0
  #forgotten = 0
  #checks = 0
  #missed = 0
  #checkedMs = Date.now()
  #resyncDueMs = Number.POSITIVE_INFINITY
  #resyncing = false
  #stopped = false

  /** Throws AppError when the programs cannot be loaded. */
  constructor(context: SensorContext, ringBytes = defaultRingBytes) {
    this.#context = context
    this.#processes = new ProcessNames(context.processes)
    this.#events = new NetworkEvents(context, 'ebpf', this.#names)
    this.#tracker = new TcpTracker({
      events: this.#events,
      names: this.#processes,
      time: (ns) => this.#clock.toIso(ns),
      netns: this.#netns,
      forgotten: () => (this.#forgotten += 1),
    })
    this.#programs = new NetworkPrograms(ringBytes)
    this.#flows = new DatagramFlows(this.#programs.maps.flows, this.#events, Date.now())
  }

  async start(): Promise<void> {
    for (const { ability, why } of this.#programs.refused)
      this.#context.notice(`the network sensor goes without ${ability}: ${why}`)
    await this.#compareOrTell()
  }

  tick(): void {
    const { ring } = this.#programs.maps
    const pending = ring.pending()
    if (pending > 0) {
      const budgetMs = pending < ring.bytes / 8 ? tickBudgetMs.calm : tickBudgetMs.filling
      const end = performance.now() + budgetMs
      while (ring.drain(this.#take, recordsAtOnce) === recordsAtOnce && performance.now() < end);
    }
    if (this.#tracker.waits) this.#tracker.tick(this.#clock.now())
    const nowMs = Date.now()
    this.#flows.tick(nowMs, this.#now)
    if (nowMs - this.#checkedMs >= checkEveryMs || nowMs < this.#checkedMs) this.#checkLosses(nowMs)
    if (nowMs >= this.#resyncDueMs) this.resync()
  }

  resync(): void {
    this.#resyncDueMs = Number.POSITIVE_INFINITY
    void this.#compareOrTell()
  }

  facts(): Record<string, number | string> {
    return {
      records: this.#records,
      lost: this.#lost,
      connections: this.#tracker.size,
      udp_flows: this.#flows.size,
      names: this.#names.size,
      ...Object.fromEntries(this.#programs.refused.map(({ ability, why }) => [ability, why])),
    }
  }

  listeners(): Iterable<Flow> {
    return this.#tracker.listeners
  }

  stop(): void {
    this.#stopped = true
    this.#checks = 0
    this.#checkLosses(Date.now())
    this.#programs[Symbol.dispose]()
  }

  // Without sock_diag the programs see all the same what begins from now on.
  async #compareOrTell(): Promise<void> {
    try {
      await this.#compare()
    } catch (thrown) {
      this.#context.notice(`the network sensor could not compare with sock_diag: ${messageOf(thrown)}`)
    }
  }

  // Attached first, then looked: what happens in between is in the ring, and is known when both are compared.
  async #compare(): Promise<void> {
    if (this.#resyncing || this.#stopped) return
    this.#resyncing = true
    try {
      this.#tracker.expectDump()
      const begunNs = this.#clock.now()
      const sockets = await dumpInetSockets('tcp')
      const { pids } = await findSocketOwners()
      if (this.#stopped) return
      this.#programs.maps.ring.drain(this.#take, Number.POSITIVE_INFINITY)
      this.#tracker.reconcile(sockets, begunNs, (inode) => pids.get(inode))
    } finally {
      this.#resyncing = false
    }
  }

  #checkLosses(nowMs: number): void {
    const counted = this.#programs.maps.counters.read()[counterIndex.dropped] ?? 0
    // Each program is asked: seldom, because it seldom happens.
    if (this.#checks++ % missedEvery === 0) this.#missed = this.#programs.missedRuns()
    const total = counted + this.#missed
    const from = Math.min(this.#checkedMs, nowMs)
    this.#checkedMs = nowMs
    if (total > this.#lost) {
      this.#context.lost({ source, count: total - this.#lost, from, to: nowMs })
      this.#lost = total
      this.#resyncDueMs = Math.min(this.#resyncDueMs, nowMs + resyncEveryMs)
    }
    if (this.#forgotten > 0)
      this.#context.notice(`too many connections: the ends of ${this.#forgotten} will not be told`)
    this.#forgotten = 0
  }

  #record(data: Buffer, record: number, length: number): void {
    this.#records += 1
    const kind = length < headBytes ? 0 : data[record + at.kind]
    if (kind === RecordKind.tcpState && length >= tcpBytes) this.#tracker.change(this.#tcp.use(data, record))
    else if (kind === RecordKind.accepted)
      this.#tracker.accepted(readSocket(data, record), readOwner(data, record))
    else if (kind === RecordKind.datagram && length >= datagramBytes) this.#datagram(data, record)
    else if (kind === RecordKind.dns) this.#dns(data, record, length)
  }

  #datagram(data: Buffer, record: number): void {
    const owner = readOwner(data, record)
    const ends = { local: readLocal(data, record), remote: readRemote(data, record) }
    this.#flows.take({
      flow: { transport: 'udp', direction: 'egress', ...ends, ...this.#ownerOf(data, record) },
      pid: owner?.pid ?? 0,
      connected: data[record + at.from] === 1,
      family: data.readUInt16LE(record + endpointAt.family),
      total: Number(data.readBigUInt64LE(record + at.cookie)),
      time: this.#clock.toIso(readTime(data, record)),
    })
  }

  #dns(data: Buffer, record: number, length: number): void {
    const packet = readUdpPacket(data, record, length)
    if (packet === undefined) return
    const sent = data[record + at.from] === 0
    const message = parseDnsMessage(packet.payload)
    if (message?.response === true && !sent) this.#names.learn(message)
    const flow: Flow = {
      transport: 'udp',
      direction: 'egress',
      local: sent ? packet.source : packet.destination,
      remote: sent ? packet.destination : packet.source,
      ...this.#ownerOf(data, record),
    }
    this.#events.tellDns(flow, this.#clock.toIso(readTime(data, record)), message)
  }

  #ownerOf(data: Buffer, record: number): Pick<Flow, 'process' | 'uid'> {
    const owner = readOwner(data, record)
    return owner === undefined ? {} : { process: this.#processes.describe(owner), uid: owner.uid }
  }
}
