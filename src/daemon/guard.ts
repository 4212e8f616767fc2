// The composition root of `haechi guard`: engine, gate, response and control socket, started and ended in order.

import { release } from 'node:os'

import { messageOf } from '../base/app-error.ts'
import type { ClientCount } from '../api/clamd/index.ts'
import type { Config } from '../config/index.ts'
import type { Engine, EngineVersion, Problem } from '../engine/index.ts'
import { type DecisionRecord, Gate, gateFault, type GateStatus } from '../gate/index.ts'
import { clamdAddresses } from './clamd-addresses.ts'
import { type ClamdFront, startClamd } from './clamd.ts'
import { type ControlSocket, listen } from './control-socket.ts'
import { explain } from './explain.ts'
import { loadEngine } from './load-engine.ts'
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
  /** What in rules and lists could not be used, after each load. */
  readonly onProblems: (problems: readonly Problem[]) => void
}

export interface Reloaded {
  readonly database: string
  readonly signatures: number
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
  /** Clients of clamd's protocol; undefined where it is not served. */
  readonly clamd: ClientCount | undefined
}

export class Guard {
  readonly #config: Config
  readonly #watch: Watch
  readonly #unprivileged: boolean
  readonly #started = performance.now()
  readonly #notice: (message: string) => void
  readonly #tellProblems: GuardOptions['onProblems']
  #engine: Engine
  #socket: ControlSocket | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #clamd: ClamdFront | undefined
  #onEngine: (engine: Engine) => void = () => {}

  private constructor(options: GuardOptions, engine: Engine, watch: { gate: Watch; unprivileged: boolean }) {
    this.#config = options.config
    this.#notice = options.onNotice
    this.#tellProblems = options.onProblems
    this.#engine = engine
    this.#watch = watch.gate
    this.#unprivileged = watch.unprivileged
  }

  /** Resolves when everything is guarded. Throws AppError. */
  static async start(options: GuardOptions): Promise<Guard> {
    const { config } = options
    const settings = gateSettings(config, options.verbose)
    const addresses = clamdAddresses(config.clamd)
    const fault = gateFault()
    if (fault !== undefined && config.gate.mode !== 'observe') throw fault
    const { engine, problems } = await loadEngine(engineOptions(config))
    options.onProblems(problems)
    let current = engine
    const respond = createResponder({
      action: config.gate.mode === 'observe' ? 'deny' : config.gate.onFound,
      directory: config.quarantine.directory,
      decisiveScore: config.engine.heuristicsActFrom,
      engine: () => current.shared,
    })
    const onDecision = (record: DecisionRecord): void => {
      const tell = (responded: Responded | undefined): void => {
        options.onDecision({ ...record, user: userName(record.uid), responded })
      }
      const responding = respond(record)
      if (responding === undefined) tell(undefined)
      else void responding.then(tell)
    }
    const start = { engine, settings, onDecision, onNotice: options.onNotice }
    const gate = fault === undefined ? await Gate.start(start) : observe(start)
    const guard = new Guard(options, engine, { gate, unprivileged: fault !== undefined })
    guard.#onEngine = (loaded) => {
      current = loaded
    }
    await guard.#listen()
    guard.#clamd = await startClamd({
      addresses,
      config,
      engine,
      reload: () => guard.reload(),
      onNotice: options.onNotice,
    })
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
      clamd: this.#clamd?.clients(),
    }
  }

  /** Loads the lists and plugins again; the present ones stay when that fails. */
  async reload(): Promise<Reloaded> {
    // One after the other: each reads what is there when its turn comes.
    const reloaded = this.#reloading.then(() => this.#reloadNow())
    this.#reloading = reloaded.catch(() => undefined)
    return reloaded
  }

  async #reloadNow(): Promise<Reloaded> {
    try {
      const { engine, problems } = await loadEngine(engineOptions(this.#config))
      this.#tellProblems(problems)
      this.#watch.reload(engine)
      this.#clamd?.use(engine)
      this.#engine = engine
      this.#onEngine(engine)
    } catch (thrown) {
      this.#notice(`the reload failed, the present signatures stay: ${messageOf(thrown)}`)
      throw thrown
    }
    const { database, signatures } = this.#engine.version()
    return { database, signatures }
  }

  async stop(): Promise<void> {
    this.#socket?.close()
    await this.#clamd?.stop()
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
