// The composition root of `haechi guard`: engine, gate, response and control socket, started and ended in order.

import { release } from 'node:os'

import { messageOf } from '../base/app-error.ts'
import type { Config } from '../config/index.ts'
import { type Engine, type EngineVersion, load } from '../engine/index.ts'
import { type DecisionRecord, Gate, gateFault, type GateStatus } from '../gate/index.ts'
import { type ControlSocket, listen } from './control-socket.ts'
import { explain } from './explain.ts'
import { observe } from './observe.ts'
import { createResponder, type Responded } from './respond.ts'
import { engineOptions, gateSettings } from './settings.ts'
import { userName } from './users.ts'
import type { Watch } from './watch.ts'

/** A decision with what was done about it. */
export interface Decision extends DecisionRecord {
  readonly user: string
  readonly responded: Responded | undefined
}

export interface GuardOptions {
  readonly config: Config
  readonly verbose: boolean
  readonly onDecision: (decision: Decision) => void
  /** What an administrator should know. */
  readonly onNotice: (message: string) => void
}

export interface GuardStatus {
  readonly pid: number
  readonly engine: EngineVersion
  readonly kernel: string
  readonly mode: string
  /** True when nothing is blocked because root is missing. */
  readonly unprivileged: boolean
  readonly uptimeMs: number
  readonly rssBytes: number
  readonly gate: GateStatus
}

export class Guard {
  readonly #config: Config
  readonly #watch: Watch
  readonly #unprivileged: boolean
  readonly #started = performance.now()
  readonly #notice: (message: string) => void
  #engine: Engine
  #socket: ControlSocket | undefined

  private constructor(options: GuardOptions, engine: Engine, watch: { gate: Watch; unprivileged: boolean }) {
    this.#config = options.config
    this.#notice = options.onNotice
    this.#engine = engine
    this.#watch = watch.gate
    this.#unprivileged = watch.unprivileged
  }

  /** Resolves when everything is guarded. Throws AppError. */
  static async start(options: GuardOptions): Promise<Guard> {
    const { config } = options
    const settings = gateSettings(config, options.verbose)
    const fault = gateFault()
    if (fault !== undefined && config.gate.mode !== 'observe') throw fault
    const engine = load(engineOptions(config))
    for (const { file, line, message } of engine.problems) options.onNotice(`${file}:${line}: ${message}`)
    const respond = createResponder(
      config.gate.mode === 'observe' ? 'deny' : config.gate.onFound,
      config.quarantine.directory,
    )
    const onDecision = (record: DecisionRecord): void => {
      options.onDecision({ ...record, user: userName(record.uid), responded: respond(record) })
    }
    const start = { engine, settings, onDecision, onNotice: options.onNotice }
    const gate = fault === undefined ? await Gate.start(start) : observe(start)
    const guard = new Guard(options, engine, { gate, unprivileged: fault !== undefined })
    await guard.#listen()
    return guard
  }

  status(): GuardStatus {
    return {
      pid: process.pid,
      engine: this.#engine.version(),
      kernel: release(),
      mode: this.#config.gate.mode,
      unprivileged: this.#unprivileged,
      uptimeMs: Math.round(performance.now() - this.#started),
      rssBytes: process.memoryUsage.rss(),
      gate: this.#watch.status(),
    }
  }

  /** Loads the lists and plugins again; the present ones stay when that fails. */
  reload(): { readonly database: string; readonly signatures: number } {
    try {
      const engine = load(engineOptions(this.#config))
      for (const { file, line, message } of engine.problems) this.#notice(`${file}:${line}: ${message}`)
      this.#watch.reload(engine)
      this.#engine = engine
    } catch (thrown) {
      this.#notice(`the reload failed, the present signatures stay: ${messageOf(thrown)}`)
      throw thrown
    }
    const { database, signatures } = this.#engine.version()
    return { database, signatures }
  }

  async stop(): Promise<void> {
    this.#socket?.close()
    await this.#watch.stop()
  }

  async #listen(): Promise<void> {
    try {
      this.#socket = await listen(this.#config.daemon.socket, {
        ping: () => 'pong',
        status: () => this.status(),
        reload: () => this.reload(),
        explain: (request) =>
          explain(this.#config, String(request['path']), {
            places: this.#watch.status().places,
            engine: this.#engine,
            remembered: (path) => this.#watch.remembered(path),
          }),
      })
    } catch (thrown) {
      // The guard is worth more than its socket.
      this.#notice(`haechi status will not reach this guard: ${messageOf(thrown)}`)
    }
  }
}
