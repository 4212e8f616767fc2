// Engine, gate, response and clamd's protocol, started and ended in order: everything of the daemon that judges files.

import { release } from 'node:os'

import { messageOf } from '../base/app-error.ts'
import type { ClientCount } from '../api/clamd/index.ts'
import type { Config } from '../config/index.ts'
import type { EngineVersion, Problem } from '../engine/index.ts'
import { type DecisionRecord, Gate, gateFault, type GateStatus } from '../gate/index.ts'
import { clamdAddresses } from './clamd-addresses.ts'
import type { ClamdFront } from './clamd.ts'
import type { Handlers } from './control-socket.ts'
import { explain } from './explain.ts'
import { type LoadedEngine, loadEngine } from './load-engine.ts'
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
  /** Stand also with no place to guard. */
  readonly mayGuardNothing: boolean
  readonly onDecision: (decision: Decision) => void
  /** What an administrator should know. */
  readonly onNotice: (message: string) => void
  /** What in rules and lists could not be used, after each load. */
  readonly onProblems: (problems: readonly Problem[]) => void
  /** After each reload: others that scan take the new signatures. */
  readonly onReloaded?: (engine: LoadedEngine) => void
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
  readonly #onReloaded: GuardOptions['onReloaded']
  #engine: LoadedEngine
  #reloading: Promise<unknown> = Promise.resolve()
  #clamd: ClamdFront | undefined

  private constructor(
    options: GuardOptions,
    engine: LoadedEngine,
    watch: { gate: Watch; unprivileged: boolean },
  ) {
    this.#config = options.config
    this.#notice = options.onNotice
    this.#tellProblems = options.onProblems
    this.#onReloaded = options.onReloaded
    this.#engine = engine
    this.#watch = watch.gate
    this.#unprivileged = watch.unprivileged
  }

  /** Resolves when everything is guarded. Throws AppError. */
  static async start(options: GuardOptions): Promise<Guard> {
    const { config } = options
    const settings = gateSettings(config, options)
    const addresses = clamdAddresses(config.clamd)
    const fault = gateFault()
    if (fault !== undefined && config.gate.mode !== 'observe' && settings.places.length > 0) throw fault
    const engine = await loadEngine(engineOptions(config))
    options.onProblems(engine.problems)
    const standing: { guard?: Guard } = {}
    const respond = createResponder({
      action: config.gate.mode === 'observe' ? 'deny' : config.gate.onFound,
      directory: config.quarantine.directory,
      decisiveScore: config.engine.heuristicsActFrom,
      engine: () => standing.guard?.engine ?? engine,
    })
    const onDecision = (record: DecisionRecord): void => {
      const tell = (responded: Responded | undefined): void => {
        options.onDecision({ ...record, user: userName(record.uid), responded })
      }
      const responding = respond(record)
      if (responding === undefined) tell(undefined)
      else void responding.then(tell)
    }
    const { program } = engine
    const start = { engine, program, settings, onDecision, onNotice: options.onNotice }
    const isGuarding = fault === undefined && settings.places.length > 0
    const gate = isGuarding ? await Gate.start(start) : observe(start, config.scan.maxTimeMs)
    const started = new Guard(options, engine, { gate, unprivileged: fault !== undefined })
    standing.guard = started
    if (addresses.unix !== undefined || addresses.tcp !== undefined) {
      const { startClamd } = await import('./clamd.ts')
      started.#clamd = await startClamd({
        addresses,
        config,
        engine,
        reload: () => started.reload(),
        onNotice: options.onNotice,
      })
    }
    return started
  }

  /** The signatures that are in use now. */
  get engine(): LoadedEngine {
    return this.#engine
  }

  status(): GuardStatus {
    return {
      pid: process.pid,
      engine: this.#engine.version,
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
      const engine = await loadEngine(engineOptions(this.#config), this.#engine.program)
      this.#tellProblems(engine.problems)
      this.#watch.reload(engine)
      this.#clamd?.use(engine)
      this.#engine = engine
      this.#onReloaded?.(engine)
    } catch (thrown) {
      this.#notice(`the reload failed, the present signatures stay: ${messageOf(thrown)}`)
      throw thrown
    }
    const { database, signatures } = this.#engine.version
    return { database, signatures }
  }

  async stop(): Promise<void> {
    await this.#clamd?.stop()
    await this.#watch.stop()
  }

  /** What may be asked over the control socket. */
  handlers(): Handlers {
    return {
      reload: () => this.reload(),
      explain: (request) =>
        explain(this.#config, String(request['path']), {
          places: this.#watch.status().places,
          engine: this.#engine,
          remembered: (path) => this.#watch.remembered(path),
        }),
    }
  }
}
