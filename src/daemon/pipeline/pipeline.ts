// Events on their way: sensors → completion → queue → store and outputs → rules. Threads beside the main one, so that
// neither a slow disk, a question nor a hard rule holds up a sensor; this is what the main thread sees of them.

import { readFileSync } from 'node:fs'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'

import { AppError, messageOf } from '../../base/app-error.ts'
import { endThread } from '../../base/end-thread.ts'
import type { Judged } from '../../api/clamd/index.ts'
import type { Event, Incident } from '../../model/index.ts'
import type { OutputSettings } from '../../outputs/index.ts'
import type { SensorId } from '../../sensors/sensor.ts'
import type {
  FromRules,
  RulesReply,
  RulesRequest,
  RulesStart,
  RuleSettings,
  ToRules,
} from '../detection/messages.ts'
import { ExecutableReader } from './executable-reader.ts'
import type {
  FromSensors,
  FromStore,
  SensorsReport,
  SensorsStart,
  StoreReply,
  StoreRequest,
  StoreStart,
  ToSensors,
  ToStore,
} from './messages.ts'
import { Questions } from './thread-link.ts'

const startTimeoutMs = 30_000
const answerTimeoutMs = 30_000
const stopTimeoutMs = 5000
const endTimeoutMs = 1000
const maxQueuedRows = 200_000
/** Small young generations: what lives there shortly should not grow the process. */
const heap = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 }

type ThreadStart = SensorsStart | StoreStart | RulesStart

export interface PipelineOptions {
  readonly sensors: readonly SensorId[]
  /** Below it: `events` (the store) and `sensors` (their state). */
  readonly folder: string
  readonly maxBytes: number
  readonly maxAgeMs: number
  readonly outputs: OutputSettings
  /** The verdict of an open executable; undefined: none is asked for. */
  readonly judge: ((fd: number, path: string) => Promise<Judged>) | undefined
  /** Undefined: events are stored, and nothing is concluded from them. */
  readonly rules: RuleSettings | undefined
  /** Those that changed, after they are stored. */
  readonly onIncidents: (incidents: readonly Incident[]) => void
  readonly onNotice: (message: string) => void
}

export class Pipeline {
  readonly #sensors: Worker
  readonly #store: Worker
  readonly #rules: Worker | undefined
  readonly #sensorQuestions = new Questions('the thread of the sensors')
  readonly #storeQuestions = new Questions('the thread of the store')
  readonly #rulesQuestions = new Questions('the thread of the rules')
  readonly #reader: ExecutableReader | undefined
  readonly #notice: (message: string) => void
  readonly #heard = new Map<string, PromiseWithResolvers<undefined>>(
    [
      'store started',
      'rules started',
      'sensors started',
      'sensors stopped',
      'store drained',
      'rules stopped',
      'store stopped',
    ].map((what) => [what, Promise.withResolvers<undefined>()]),
  )
  #isStopping = false

  private constructor(options: PipelineOptions) {
    this.#notice = options.onNotice
    const { port1, port2 } = new MessageChannel()
    const ofRules = options.rules === undefined ? undefined : new MessageChannel()
    const storeStart: StoreStart = {
      folder: `${options.folder}/events`,
      maxBytes: options.maxBytes,
      maxAgeMs: options.maxAgeMs,
      outputs: options.outputs,
      sensors: port2,
      rules: ofRules?.port2,
    }
    this.#store = thread('store-thread.ts', storeStart, [
      port2,
      ...(ofRules === undefined ? [] : [ofRules.port2]),
    ])
    if (ofRules !== undefined && options.rules !== undefined) {
      const start: RulesStart = { settings: options.rules, store: ofRules.port1 }
      this.#rules = thread('../detection/rules-thread.ts', start, [ofRules.port1])
      this.#rules.on('message', (message: FromRules) => this.#hearRules(message, options.onIncidents))
      this.#watch(this.#rules, 'the thread of the rules', ['rules started', 'rules stopped'])
    }
    const sensorsStart: SensorsStart = {
      sensors: options.sensors,
      stateFolder: `${options.folder}/sensors`,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      store: port1,
      maxQueuedRows,
      judgeExecutables: options.judge !== undefined,
    }
    this.#sensors = thread('sensors-thread.ts', sensorsStart, [port1])
    const { judge } = options
    if (judge !== undefined) {
      this.#reader = new ExecutableReader({
        judge,
        answer: (facts) => {
          this.#tellSensors({ kind: 'executables', facts })
        },
      })
    }
    this.#store.on('message', (message: FromStore) => this.#hearStore(message))
    this.#sensors.on('message', (message: FromSensors) => this.#hearSensors(message))
    this.#watch(this.#store, 'the thread of the store', ['store started', 'store drained', 'store stopped'])
    this.#watch(this.#sensors, 'the thread of the sensors', ['sensors started', 'sensors stopped'])
  }

  /** Resolves when every sensor stands or has said why not. Throws AppError when the store cannot be opened. */
  static async start(options: PipelineOptions): Promise<Pipeline> {
    const pipeline = new Pipeline(options)
    try {
      await pipeline.#until('store started', startTimeoutMs)
      if (pipeline.#rules !== undefined) await pipeline.#until('rules started', startTimeoutMs)
      await pipeline.#until('sensors started', startTimeoutMs)
    } catch (thrown) {
      await pipeline.stop()
      throw thrown
    }
    return pipeline
  }

  /** An event of another part of the daemon goes the same way as those of the sensors. */
  add(event: Event): void {
    this.#tellSensors({ kind: 'event', event })
  }

  sensorsReport(): Promise<SensorsReport> {
    return this.#sensorQuestions.ask((id) => this.#tellSensors({ kind: 'status', id }), answerTimeoutMs)
  }

  /** Throws AppError: a filter that cannot be read, a store that does not answer. */
  ask<T extends StoreReply>(request: StoreRequest): Promise<T> {
    const waitMs = request.kind === 'query' ? request.waitMs : 0
    return this.#storeQuestions.ask(
      (id) => this.#tellStore({ kind: 'ask', id, request }),
      answerTimeoutMs + waitMs,
    )
  }

  /** Throws AppError: no rules run, or the thread refuses. */
  askRules<T extends RulesReply>(request: RulesRequest): Promise<T> {
    const rules = this.#rules
    if (rules === undefined) {
      throw new AppError('unsupported', 'this daemon concludes nothing from events', {
        hint: 'set [rules] enabled in haechi.toml',
      })
    }
    return this.#rulesQuestions.ask((id) => {
      rules.postMessage({ kind: 'ask', id, request } satisfies ToRules)
    }, answerTimeoutMs)
  }

  get hasRules(): boolean {
    return this.#rules !== undefined
  }

  /** All threads answer: for the watchdog of the service manager. */
  async isAlive(timeoutMs: number): Promise<boolean> {
    try {
      await Promise.all([
        this.#sensorQuestions.ask((id) => this.#tellSensors({ kind: 'ping', id }), timeoutMs),
        this.#storeQuestions.ask(
          (id) => this.#tellStore({ kind: 'ask', id, request: { kind: 'ping' } }),
          timeoutMs,
        ),
      ])
      // The thread of the rules may be busy with one hard line for longer: it holds up nobody.
      return true
    } catch {
      return false
    }
  }

  /** What the kernel has queued until now is taken, completed and stored. Never rejects. */
  async stop(): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    await this.#reader?.stop()
    try {
      this.#tellSensors({ kind: 'stop' })
      await this.#until('sensors stopped', stopTimeoutMs)
      await this.#until('store drained', stopTimeoutMs)
      await this.#stopRules()
      this.#tellStore({ kind: 'stop' })
      await this.#until('store stopped', stopTimeoutMs)
    } catch (thrown) {
      this.#notice(`the events did not end in order: ${messageOf(thrown)}`)
    }
    await Promise.all(
      [this.#sensors, this.#rules, this.#store]
        .filter((worker) => worker !== undefined)
        .map((worker) => endThread(worker, endTimeoutMs)),
    )
    this.#sensorQuestions.end()
    this.#storeQuestions.end()
    this.#rulesQuestions.end()
  }

  /** What it has not looked at when the time is over it looks at after the next start. */
  async #stopRules(): Promise<void> {
    if (this.#rules === undefined) return
    this.#rules.postMessage({ kind: 'stop' } satisfies ToRules)
    await this.#until('rules stopped', stopTimeoutMs).catch(() => undefined)
  }

  #tellSensors(message: ToSensors): void {
    this.#sensors.postMessage(message)
  }

  #tellStore(message: ToStore): void {
    this.#store.postMessage(message)
  }

  #hearSensors(message: FromSensors): void {
    switch (message.kind) {
      case 'started':
      case 'stopped':
        this.#heard.get(`sensors ${message.kind}`)?.resolve(undefined)
        return
      case 'notice':
        this.#notice(message.message)
        return
      case 'executables':
        this.#reader?.add(message.requests)
        return
      case 'status':
        this.#sensorQuestions.answer(message.id, message.report)
        return
      case 'pong':
        this.#sensorQuestions.answer(message.id, undefined)
    }
  }

  #hearRules(message: FromRules, onIncidents: PipelineOptions['onIncidents']): void {
    switch (message.kind) {
      case 'started':
      case 'stopped':
        this.#heard.get(`rules ${message.kind}`)?.resolve(undefined)
        return
      case 'notice':
        this.#notice(message.message)
        return
      case 'incidents':
        onIncidents(message.incidents)
        return
      case 'reply':
        this.#rulesQuestions.answer(message.id, message.result)
        return
      case 'refused': {
        const code = message.isUsage ? 'usage' : 'internal'
        this.#rulesQuestions.refuse(message.id, new AppError(code, message.message, { hint: message.hint }))
      }
    }
  }

  #hearStore(message: FromStore): void {
    switch (message.kind) {
      case 'started':
      case 'drained':
      case 'stopped':
        this.#heard.get(`store ${message.kind}`)?.resolve(undefined)
        return
      case 'notice':
        this.#notice(message.message)
        return
      case 'reply':
        this.#storeQuestions.answer(message.id, message.result)
        return
      case 'refused':
        this.#storeQuestions.refuse(
          message.id,
          new AppError('usage', message.message, { hint: message.hint }),
        )
    }
  }

  /** A thread that dies is told, and nobody waits for it. */
  #watch(worker: Worker, name: string, steps: readonly string[]): void {
    worker.on('error', (thrown) => {
      const fault = thrown instanceof AppError ? thrown : new AppError('internal', messageOf(thrown))
      if (!this.#isStopping) this.#notice(`${name} failed: ${fault.message}`)
      for (const step of steps) this.#heard.get(step)?.reject(fault)
    })
    for (const step of steps) this.#heard.get(step)?.promise.catch(() => undefined)
  }

  async #until(step: string, timeoutMs: number): Promise<void> {
    const { promise, reject } = this.#heard.get(step) ?? Promise.withResolvers<undefined>()
    const timer = setTimeout(() => {
      reject(new AppError('internal', `not within ${timeoutMs} ms: ${step}`))
    }, timeoutMs)
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
  }
}

function thread(file: string, workerData: ThreadStart, transferList: MessagePort[]): Worker {
  return new Worker(new URL(file, import.meta.url), {
    workerData,
    transferList,
    resourceLimits: heap,
    // Descriptors of the kernel's interfaces are closed by system call; Node need not count them.
    trackUnmanagedFds: false,
  })
}
