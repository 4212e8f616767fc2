// The network sensor: the best tier that the host allows, and the watch for hidden ports beside it. A tier that is
// refused is told with its reason, never silently replaced by a lower one.

import { AppError, messageOf } from '../../base/app-error.ts'
import { dumpInetSockets } from '../../platform/linux/sock-diag.ts'
import type { Sensor, SensorContext, SensorFactory, SensorStatus } from '../sensor.ts'
import { ResolvedNames } from './dns/names.ts'
import { EbpfTier } from './ebpf/ebpf-tier.ts'
import { NetworkEvents } from './events.ts'
import { HiddenPortWatch } from './hidden-port-watch.ts'
import type { HiddenPort } from './hidden-ports.ts'
import { PollingTier } from './polling-tier.ts'
import { readProcNet } from './proc-net.ts'
import type { NetworkTier } from './tier.ts'

/** Best first. */
const networkTiers = ['ebpf', 'sock-diag', 'proc-net'] as const

type NetworkTierId = (typeof networkTiers)[number]

export interface NetworkSensorOptions {
  /** Only these are tried; all when absent. */
  readonly tiers?: readonly NetworkTierId[]
  /** Of the ring that the kernel writes; a power of two. */
  readonly ringBytes?: number
}

export function networkSensorWith(options: NetworkSensorOptions): SensorFactory {
  return (context) => new NetworkSensor(context, options)
}

export const networkSensor: SensorFactory = networkSensorWith({})

class NetworkSensor implements Sensor {
  readonly id = 'network'
  readonly #context: SensorContext
  readonly #options: NetworkSensorOptions
  readonly #refused: { tier: string; why: string }[] = []
  readonly #hidden: HiddenPortWatch
  #tier: NetworkTier | undefined

  constructor(context: SensorContext, options: NetworkSensorOptions) {
    this.#context = context
    this.#options = options
    this.#hidden = new HiddenPortWatch(
      {
        listeners: () => this.#tier?.listeners() ?? [],
        found: (hidden) => this.#tellHidden(hidden),
        problem: (message) => context.notice(message),
      },
      performance.now(),
    )
  }

  async start(): Promise<void> {
    for (const id of this.#options.tiers ?? networkTiers) {
      if (await this.#stands(id)) return
    }
    const reasons = this.#refused.map(({ tier, why }) => `${tier}: ${why}`).join('; ')
    throw new AppError('unsupported', `the network cannot be seen: ${reasons}`)
  }

  status(): SensorStatus {
    return {
      tier: this.#tier?.id ?? '',
      refused: this.#refused,
      facts: { ...this.#tier?.facts(), hidden_ports: this.#hidden.told },
    }
  }

  tick(): void {
    this.#tier?.tick()
    this.#hidden.tick(performance.now())
  }

  resync(): void {
    this.#tier?.resync()
  }

  stop(): Promise<void> {
    this.#tier?.stop()
    this.#tier = undefined
    return Promise.resolve()
  }

  async #stands(id: NetworkTierId): Promise<boolean> {
    let tier: NetworkTier | undefined
    try {
      tier = makeTier(id, this.#context, this.#options)
      await tier.start()
      this.#tier = tier
      return true
    } catch (thrown) {
      tier?.stop()
      const why = messageOf(thrown)
      this.#refused.push({ tier: id, why })
      this.#context.notice(`the network sensor cannot use ${id}: ${why}`)
      return false
    }
  }

  #tellHidden({ transport, port, how, flow }: HiddenPort): void {
    const events = new NetworkEvents(this.#context, 'cross-view', new ResolvedNames())
    const known = flow ?? { transport, local: { ip: '0.0.0.0', port } }
    events.tellHidden(known, new Date().toISOString(), how)
  }
}

function makeTier(id: NetworkTierId, context: SensorContext, options: NetworkSensorOptions): NetworkTier {
  switch (id) {
    case 'ebpf':
      return new EbpfTier(context, options.ringBytes)
    case 'sock-diag':
      return new PollingTier(id, context, dumpInetSockets)
    case 'proc-net':
      return new PollingTier(id, context, readProcNet)
  }
}
