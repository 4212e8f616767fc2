// UDP flows that the kernel counts: a flow is told at once, then at most once a minute with what came since; what was
// counted and not yet told is fetched before a flow is forgotten.

import type { BpfMap } from '../../../platform/linux/bpf/maps.ts'
import { addressBytes } from '../../../platform/linux/inet.ts'
import type { NetworkEvents } from '../events.ts'
import type { Flow } from '../flow.ts'
import { flowKey, flowValue } from './layout.ts'

const sweepEveryMs = 60_000
/** Flows that are looked at in one tick: each costs a system call. */
const sweptPerTick = 256

interface KnownFlow {
  readonly flow: Flow
  readonly key: Buffer
  readonly connected: boolean
  told: number
}

export interface DatagramRecord {
  readonly flow: Flow & { readonly remote: NonNullable<Flow['remote']> }
  readonly pid: number
  readonly connected: boolean
  /** AF_INET or AF_INET6, of the socket. */
  readonly family: number
  /** Datagrams of the flow until now; 0 when the kernel had no room to count it. */
  readonly total: number
  readonly time: string
}

export class DatagramFlows {
  readonly #map: BpfMap
  readonly #events: NetworkEvents
  readonly #known = new Map<string, KnownFlow>()
  readonly #maxFlows: number
  #sweep: IterableIterator<[string, KnownFlow]> | undefined
  #nextSweepMs: number

  constructor(map: BpfMap, events: NetworkEvents, nowMs: number) {
    this.#map = map
    this.#events = events
    this.#maxFlows = map.shape.maxEntries
    this.#nextSweepMs = nowMs + sweepEveryMs
  }

  get size(): number {
    return this.#known.size
  }

  take(record: DatagramRecord): void {
    const { flow, total, connected, time } = record
    if (total === 0) return this.#tell(flow, { count: 1, connected, time })
    const key = keyOf(record)
    const name = key.toString('latin1')
    // The kernel forgets the flow that was quiet longest when it has too many: then it counts from one again.
    const told = total === 1 ? 0 : (this.#known.get(name)?.told ?? 0)
    // Two threads of one flow may both tell it, the later one first.
    if (total <= told) return
    this.#known.set(name, { flow, key, connected, told: total })
    if (this.#known.size > this.#maxFlows) this.#forgetOldest()
    this.#tell(flow, { count: total - told, connected, time })
  }

  /** `time` is now, as ISO 8601. */
  tick(nowMs: number, time: () => string): void {
    if (this.#sweep === undefined) {
      if (nowMs < this.#nextSweepMs) return
      this.#nextSweepMs = nowMs + sweepEveryMs
      this.#sweep = this.#known.entries()
    }
    for (let done = 0; done < sweptPerTick; done++) {
      const next = this.#sweep.next()
      if (next.done === true) {
        this.#sweep = undefined
        return
      }
      this.#look(next.value[0], next.value[1], time)
    }
  }

  #look(name: string, known: KnownFlow, time: () => string): void {
    const value = this.#map.lookup(known.key)
    const total = value === undefined ? known.told : Number(value.readBigUInt64LE(flowValue.total))
    if (total > known.told) {
      this.#tell(known.flow, { count: total - known.told, connected: known.connected, time: time() })
      known.told = total
      return
    }
    // Quiet for a minute: room for others.
    this.#map.delete(known.key)
    this.#known.delete(name)
  }

  #tell(flow: Flow, facts: { count: number; connected: boolean; time: string }): void {
    // Datagrams of a connected socket are not counted: it was asked once where they go.
    const more = facts.connected ? { connected: true } : { count: facts.count }
    this.#events.tell('udp', flow, { time: facts.time, more })
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

// The key as the program makes it.
function keyOf({ flow, pid, connected, family }: DatagramRecord): Buffer {
  const key = Buffer.alloc(flowKey.bytes)
  key.writeUInt32LE(pid, flowKey.pid)
  key.writeUInt16LE(family, flowKey.family)
  key.writeUInt16LE(connected ? 1 : 0, flowKey.connected)
  const bytes = addressBytes(flow.remote.ip) ?? new Uint8Array(4)
  const mapped = family === 10 && bytes.length === 4
  if (mapped) key.writeUInt16LE(0xffff, flowKey.ip + 10)
  key.set(bytes, mapped ? flowKey.ip + 12 : flowKey.ip)
  key.writeUInt16BE(flow.remote.port, flowKey.port)
  return key
}
