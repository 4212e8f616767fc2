// The composition root of the daemon: the guard, with `haechi up` also the sensors and the store of events, and the
// control socket on which both answer. Parts are started and ended in order.

import { messageOf } from '../base/app-error.ts'
import { type ControlSocket, type Handlers, listen } from './control-socket.ts'
import { eventHandlers } from './event-handlers.ts'
import { type Decision, Guard, type GuardOptions, type GuardStatus, type Reloaded } from './guard.ts'
import { collectMetrics } from './metrics.ts'
import type { MetricsServer } from './metrics-server.ts'
import { type Host, startHost } from './host.ts'
import { HostResponses } from './responses.ts'
import { ResidentSet } from './resident-set.ts'
import type { DaemonStatus } from './status.ts'
import { verdictEvent } from './verdict-event.ts'

export interface DaemonOptions extends Omit<GuardOptions, 'mayGuardNothing' | 'onReloaded'> {
  /** Sensors and store too. */
  readonly withHost: boolean
}

export class Daemon {
  readonly #options: DaemonOptions
  readonly #residentSet = new ResidentSet()
  readonly #guard: Guard
  #host: Host | undefined
  #responses: HostResponses | undefined
  #socket: ControlSocket | undefined
  #metrics: MetricsServer | undefined

  private constructor(options: DaemonOptions, guard: Guard) {
    this.#options = options
    this.#guard = guard
  }

  /** Resolves when everything is guarded and every sensor sees, or has said why not. Throws AppError. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    let host: Host | undefined
    const standing: { responses?: HostResponses } = {}
    const guard = await Guard.start({
      ...options,
      mayGuardNothing: options.withHost,
      onDecision: (decision) => {
        options.onDecision(decision)
        standing.responses?.onDecision(decision)
        if (isWorthAnEvent(decision)) host?.pipeline.add(verdictEvent(decision))
      },
      onReloaded: (engine) => host?.use(engine),
    })
    const daemon = new Daemon(options, guard)
    try {
      if (options.withHost) {
        host = await startHost({
          config: options.config,
          engine: guard.engine,
          onIncidents: (incidents) => {
            daemon.#responses?.onIncidents(incidents)
          },
          onNotice: options.onNotice,
        })
        daemon.#host = host
        const { pipeline } = host
        daemon.#responses = await HostResponses.start({
          config: options.config,
          tell: (event) => {
            pipeline.add(event)
          },
          onNotice: options.onNotice,
        })
      }
      if (!options.withHost && options.config.collect.onFound) {
        // Without a store there are no events; the audit log has it.
        const tell = (): void => undefined
        daemon.#responses = await HostResponses.start({ ...options, tell })
      }
      if (daemon.#responses !== undefined) standing.responses = daemon.#responses
      await daemon.#serve()
    } catch (thrown) {
      await daemon.stop()
      throw thrown
    }
    return daemon
  }

  async status(): Promise<DaemonStatus> {
    return { ...this.#guard.status(), host: await this.#host?.status() }
  }

  /** What the guard alone can say at once. */
  guardStatus(): GuardStatus {
    return this.#guard.status()
  }

  reload(): Promise<Reloaded> {
    return this.#guard.reload()
  }

  /** Every thread answers; for the watchdog of the service manager. */
  isAlive(timeoutMs: number): Promise<boolean> {
    return this.#host?.pipeline.isAlive(timeoutMs) ?? Promise.resolve(true)
  }

  async stop(): Promise<void> {
    this.#socket?.close()
    this.#metrics?.close()
    this.#residentSet.stop()
    // The guard first: nobody waits for an event.
    await this.#guard.stop()
    await this.#responses?.stop()
    await this.#host?.stop()
  }

  async #serve(): Promise<void> {
    const { config, onNotice } = this.#options
    const host = this.#host
    const handlers: Handlers = {
      ping: () => 'pong',
      status: () => this.status(),
      metrics: async () => collectMetrics(await this.status()),
      ...this.#guard.handlers(),
      ...(host === undefined ? {} : eventHandlers(host.pipeline)),
      ...this.#responses?.handlers(),
    }
    try {
      this.#socket = await listen(config.daemon.socket, handlers)
    } catch (thrown) {
      // The guard is worth more than its socket.
      onNotice(`haechi status will not reach this guard: ${messageOf(thrown)}`)
    }
    if (config.daemon.metricsListen === '') return
    try {
      // Node's HTTP server is a few megabytes.
      const { serveMetrics } = await import('./metrics-server.ts')
      this.#metrics = await serveMetrics(config.daemon.metricsListen, async () =>
        collectMetrics(await this.status()),
      )
    } catch (thrown) {
      onNotice(`metrics are not served: ${messageOf(thrown)}`)
    }
  }
}

function isWorthAnEvent({ verdict, decision }: Decision): boolean {
  return verdict.status !== 'clean' || decision === 'deny'
}
