// The worker threads of the gate: started, replaced when they hang, helped out by spares when all are busy.

import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'

import { messageOf } from '../base/app-error.ts'
import { endThread } from '../base/end-thread.ts'
import { type Program, startThread } from '../base/program.ts'
import type { SharedEngine } from '../engine/index.ts'
import { signal } from '../platform/linux/epoll.ts'
import { since } from '../base/clock.ts'
import { closeFd, FanotifyGroup } from '../platform/linux/fanotify.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { Stat } from '../platform/linux/statx.ts'
import { Counters } from './counters.ts'
import type { ControlMessage, Descriptors, SharedBuffers, WorkerMessage, WorkerStart } from './messages.ts'
import type { GateSettings } from './settings.ts'
import { Control, guardianRow, Slots } from './shared-state.ts'
import { VerdictTable } from './verdict-table.ts'

const startTimeoutMs = 20_000
/** A thread that hangs in a system call cannot be ended: after this time it is left behind. */
const endTimeoutMs = 2000
const spareRestMs = 30_000
/** Small heaps: a worker keeps little, and four of them must fit a small server. */
const heap = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

export interface CrewOptions {
  readonly buffers: SharedBuffers
  readonly descriptors: Descriptors
  readonly settings: GateSettings
  readonly engine: SharedEngine
  /** The modules of a worker; without it each reads them from their files, and that must not be while files are guarded. */
  readonly program: Program | undefined
  readonly onMessage: (message: WorkerMessage) => void
  readonly onNotice: (message: string) => void
}

interface Member {
  readonly thread: Worker
  readonly spare: boolean
  readonly ended: Promise<void>
}

export class Crew {
  readonly #options: CrewOptions
  readonly #control: Int32Array
  readonly #slots: Slots
  readonly #counters: Counters
  readonly #members = new Map<number, Member>()
  #engine: SharedEngine
  #places: ControlMessage | undefined
  #replaced = 0
  #failedStarts = 0
  #tired: number[] = []
  #stopping = false

  constructor(options: CrewOptions) {
    this.#options = options
    this.#engine = options.engine
    this.#control = new Int32Array(options.buffers.control)
    this.#slots = new Slots(options.buffers.slots)
    this.#counters = new Counters(options.buffers.counters)
  }

  /** How many threads were ended because they hung. */
  get replaced(): number {
    return this.#replaced
  }

  /** Spare instances at work now. */
  get spares(): number {
    return [...this.#members.values()].filter(({ spare }) => spare).length
  }

  async start(): Promise<void> {
    const indexes = Array.from({ length: this.#options.settings.instances }, (_, index) => index)
    await Promise.all(indexes.map((index) => this.#start(index, false)))
    // A single instance may be in a long scan: somebody must be there for quick answers.
    if (indexes.length === 1) await this.#start(1, true)
  }

  /** Tells every worker; each reads it before its next event. */
  broadcast(message: ControlMessage): void {
    if (message.type === 'engine') this.#engine = message.engine
    if (message.type === 'places') this.#places = message
    for (const { thread } of this.#members.values()) thread.postMessage(message)
    this.#callAttention()
  }

  /**
   * Tells the next worker to give memory back; false when all have been told since `tire`. One at a time: it takes some
   * milliseconds, in which the others answer.
   */
  restOne(): boolean {
    const index = this.#tired.shift()
    if (index === undefined) return false
    this.#members.get(index)?.thread.postMessage({ type: 'rest' } satisfies ControlMessage)
    this.#callAttention()
    return true
  }

  /** There was work: everybody may rest again. */
  tire(): void {
    this.#tired = [...this.#members.keys()]
  }

  /** One more worker for quick answers, unless there are many already. */
  async addSpare(): Promise<void> {
    const index = this.#freeIndex()
    if (this.#stopping || index === undefined || this.#members.size >= this.#options.settings.instances * 3)
      return
    await this.#start(index, true)
  }

  /** Ends worker `index`, which gives no sign of life, and puts a new one in its place. */
  async replace(index: number): Promise<void> {
    const member = this.#members.get(index)
    if (member === undefined || this.#stopping) return
    this.#members.delete(index)
    this.#replaced++
    this.#options.onNotice(`instance ${index} hangs and is replaced`)
    // The new one first: until the old one is gone there is one hand less.
    const successor = this.#freeIndex(index)
    const started = successor === undefined ? undefined : this.#start(successor, member.spare)
    // It may fail while the old one is still being ended: whoever asked is told below.
    started?.catch(() => undefined)
    if (await endThread(member.thread, endTimeoutMs)) this.#clearAfter(index)
    else this.#options.onNotice(`instance ${index} hangs in the kernel and was left behind`)
    await started
  }

  /** Ends all threads; those in long scans are not waited for longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    this.#callAttention()
    const members = [...this.#members.values()]
    await Promise.race([
      Promise.all(members.map((member) => member.ended)),
      delay(graceMs, undefined, { ref: false }),
    ])
    await Promise.all(members.map((member) => endThread(member.thread, endTimeoutMs)))
  }

  #start(worker: number, spare: boolean): Promise<void> {
    const { buffers, descriptors, settings, program, onMessage, onNotice } = this.#options
    const generation = Atomics.load(this.#control, Control.generation)
    const data: WorkerStart = {
      worker,
      buffers,
      descriptors,
      engine: this.#engine,
      generation,
      settings,
      spare,
    }
    const thread = startThread(new URL('worker.ts', import.meta.url), {
      data,
      program,
      resourceLimits: heap,
      // Descriptors come from the kernel and are closed by system call; Node need not count them.
      trackUnmanagedFds: false,
    })
    const ended = new Promise<void>((resolve) => {
      thread.once('exit', () => {
        resolve()
      })
    })
    this.#members.set(worker, { thread, spare, ended })
    if (spare) this.#watchSpare(worker, thread)
    if (this.#places !== undefined) thread.postMessage(this.#places)
    let running = false
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`instance ${worker} did not start within ${startTimeoutMs} ms`))
      }, startTimeoutMs)
      timer.unref()
      thread.on('message', (message: WorkerMessage) => {
        if (message.type === 'started') {
          running = true
          clearTimeout(timer)
          resolve()
        } else onMessage(message)
      })
      thread.once('error', (fault) => {
        clearTimeout(timer)
        reject(fault instanceof Error ? fault : new Error(messageOf(fault)))
        onNotice(`instance ${worker} failed: ${messageOf(fault)}`)
        this.#afterCrash(worker, thread, running)
      })
    })
  }

  /** A worker that died of a fault of ours (or of memory) is followed by another; its question is answered. */
  #afterCrash(worker: number, thread: Worker, started: boolean): void {
    const member = this.#members.get(worker)
    if (member?.thread !== thread || this.#stopping) return
    this.#members.delete(worker)
    this.#replaced++
    this.#clearAfter(worker)
    // One that cannot even start would fail again at once: wait, longer each time.
    this.#failedStarts = started ? 0 : this.#failedStarts + 1
    const waitMs = this.#failedStarts === 0 ? 0 : Math.min(60_000, 1000 * 2 ** this.#failedStarts)
    setTimeout(() => {
      // A spare may have taken the number meanwhile.
      const index = this.#freeIndex()
      if (!this.#stopping && index !== undefined) this.#start(index, member.spare).catch(() => undefined)
    }, waitMs).unref()
  }

  /** Gives back what an ended worker held, and makes sure that its file does not hang the next one. */
  #clearAfter(worker: number): void {
    for (const index of this.#slots.used()) {
      if (!this.#slots.isWorking(index) || this.#slots.workerOf(index) !== worker) continue
      this.#giveUp(index, worker)
    }
    const lane = this.#counters.lane(worker)
    if (lane >= 1) Atomics.sub(this.#control, Control.slow, 1)
    if (lane >= 2) Atomics.sub(this.#control, Control.background, 1)
    this.#counters.setLane(worker, 0)
    this.#counters.setBusy(worker, false)
    // Its place in the slow lane is free again.
    signal(this.#options.descriptors.queued)
  }

  #giveUp(index: number, worker: number): void {
    const { fd, group, pid, kind, started } = this.#slots.get(index)
    const ms = since(started)
    const stat = new Stat()
    // Only the content that hung: what was changed since has not been tried.
    if (stat.read(fd) && stat.ctimeSeconds * 1000 + stat.ctimeNs / 1e6 < Date.now() - ms) {
      const verdicts = new VerdictTable(this.#options.buffers.verdicts)
      verdicts.put(stat, Atomics.load(this.#control, Control.generation), 'stuck')
    }
    if (this.#slots.claim(index)) {
      this.#options.onMessage({ type: 'crashed', path: pathOfFd(fd) ?? '', pid, kind, worker, ms })
    }
    // It may have ended between claiming and writing; the kernel refuses a second answer.
    if (group >= 0) new FanotifyGroup(group).answer(fd, this.#options.settings.onFailed === 'allow')
    this.#slots.end(index)
    closeFd(fd)
  }

  /** A spare ends when somebody else is free again; a single instance keeps one. */
  #watchSpare(index: number, thread: Worker): void {
    setTimeout(() => {
      if (this.#members.get(index)?.thread !== thread) return
      const isNeeded = this.#members.size <= Math.max(2, this.#options.settings.instances)
      if (!isNeeded && Atomics.load(this.#control, Control.idle) > 1) this.#retire(index)
      else this.#watchSpare(index, thread)
    }, spareRestMs).unref()
  }

  #retire(index: number): void {
    const member = this.#members.get(index)
    if (member?.spare !== true || this.#stopping) return
    this.#members.delete(index)
    member.thread.postMessage({ type: 'retire' } satisfies ControlMessage)
    this.#callAttention()
  }

  #freeIndex(except = -1): number | undefined {
    for (let index = 0; index < guardianRow; index++) {
      if (index !== except && !this.#members.has(index) && !this.#counters.isBusy(index)) return index
    }
    return undefined
  }

  #callAttention(): void {
    Atomics.add(this.#control, Control.configuration, 1)
    signal(this.#options.descriptors.attention)
  }
}
