// On-access control: kernel question → verdict cache → engine → answer, inside a deadline. This file starts and
// ends the parts in the right order; each part is a file of its own.

import { closeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import { AppError, messageOf } from '../base/app-error.ts'
import { pathText } from '../base/text.ts'
import { collectGarbage, HeapWatch } from '../base/collect-garbage.ts'
import type { Program } from '../base/program.ts'
import type { Engine } from '../engine/index.ts'
import type { ReasonCode } from '../model/index.ts'
import { openSignal } from '../platform/linux/epoll.ts'
import { closeFd, Ev, FanotifyGroup } from '../platform/linux/fanotify.ts'
import { ignoredMask } from '../platform/linux/fanotify-marks.ts'
import { openPath } from '../platform/linux/open-path.ts'
import { Stat } from '../platform/linux/statx.ts'
import { processFacts } from '../platform/linux/processes.ts'
import { ignoreLeaseBreaks } from '../platform/linux/lease.ts'
import { releaseBinaryPages, trimHeap } from '../platform/linux/release-pages.ts'
import { raiseDescriptorLimit } from '../platform/linux/scheduling.ts'
import { Arrivals } from './arrivals.ts'
import { type CounterName, Counters } from './counters.ts'
import { Crew } from './crew.ts'
import { Intake } from './intake.ts'
import { forgetAll } from './marks.ts'
import type {
  DecisionRecord,
  GuardianMessage,
  GuardianStart,
  SharedBuffers,
  WorkerMessage,
} from './messages.ts'
import { Places } from './places.ts'
import { type Notice, Reach } from './reach.ts'
import type { GateSettings, Place } from './settings.ts'
import { Control, Slots } from './shared-state.ts'
import { VerdictTable } from './verdict-table.ts'

export interface GateOptions {
  readonly engine: Pick<Engine, 'shared'>
  /** The modules of the workers (base/program.ts). */
  readonly program?: Program | undefined
  readonly settings: GateSettings
  readonly onDecision: (record: DecisionRecord) => void
  /** What an administrator should know: something is not guarded, an instance was replaced. */
  readonly onNotice: Notice
}

export interface GateStatus {
  readonly places: readonly Place[]
  readonly instances: number
  /** Further instances, started because all were busy. */
  readonly spares: number
  readonly counters: Readonly<Record<CounterName, number>>
  /** Microseconds from question to answer: median, 99th percentile, largest; upper bounds within 19 %. */
  readonly latencyUs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly queued: number
  readonly replaced: number
  /** Files that the sweep has handed over; undefined while it runs or when there is none. */
  readonly swept: number | undefined
}

/** `clean-in-kernel`: opens without a question until it changes; `stuck`: its scan hung, the deadline's policy answers. */
export type Remembered = 'clean-in-kernel' | 'clean-in-table' | 'stuck' | 'nothing'

const choresEveryMs = 2000
const restStepMs = 100
/** Between two times that pages are given back: finding them costs some milliseconds. */
const pagesEveryMs = 60_000
const stopGraceMs = 1000

export class Gate {
  readonly #settings: GateSettings
  readonly #onDecision: (record: DecisionRecord) => void
  readonly #notice: Notice
  readonly #buffers: SharedBuffers
  readonly #control: Int32Array
  readonly #slots: Slots
  readonly #counters: Counters
  readonly #verdicts: VerdictTable
  readonly #reach: Reach
  readonly #signals: { attention: number; queued: number }
  readonly #crew: Crew
  readonly #intake: Intake
  readonly #arrivals: Arrivals
  #places: Places
  #placeList: readonly Place[]
  #guardian: Worker | undefined
  #chores: NodeJS.Timeout | undefined
  #questionsBefore = 0
  #swept: number | undefined
  #isSweeping = false
  #isTired = false
  readonly #heap = new HeapWatch()

  private constructor(options: GateOptions) {
    const { settings } = options
    this.#settings = settings
    this.#onDecision = options.onDecision
    this.#notice = options.onNotice
    this.#buffers = {
      control: new SharedArrayBuffer(Control.words * 4),
      slots: Slots.allocate(),
      counters: Counters.allocate(),
      verdicts: VerdictTable.allocate(settings.cacheEntries),
    }
    this.#control = new Int32Array(this.#buffers.control)
    this.#slots = new Slots(this.#buffers.slots)
    this.#counters = new Counters(this.#buffers.counters)
    this.#verdicts = new VerdictTable(this.#buffers.verdicts)
    this.#reach = new Reach(settings.places, settings.mode, options.onNotice)
    this.#signals = { attention: openSignal(), queued: openSignal() }
    this.#placeList = settings.places
    this.#places = new Places(settings.places)
    const { questions, knownBad, written, moved } = this.#reach.groups
    this.#crew = new Crew({
      buffers: this.#buffers,
      descriptors: {
        questions: questions.fd,
        knownBad: knownBad.fd,
        written: written.fd,
        moved: moved.fd,
        ...this.#signals,
      },
      settings,
      engine: options.engine.shared,
      program: options.program,
      onMessage: (message) => {
        this.#fromWorker(message)
      },
      onNotice: options.onNotice,
    })
    this.#intake = new Intake(this.#slots, this.#signals.queued, () => this.#reach.pseudoMounts)
    this.#arrivals = new Arrivals({
      reach: this.#reach,
      intake: this.#intake,
      places: () => this.#places,
      onDirectoryMoved: () => {
        this.#followPlaces()
      },
      onFlood: () => {
        this.#notice('more files were moved at once than can be followed: the places are swept')
        void this.#sweep('moved')
      },
    })
  }

  /** Resolves when every place is guarded. Throws AppError when one cannot be. */
  static async start(options: GateOptions): Promise<Gate> {
    raiseDescriptorLimit(65_536)
    ignoreLeaseBreaks()
    const gate = new Gate(options)
    try {
      // Everything that answers stands before the first question can come.
      await Promise.all([gate.#crew.start(), gate.#startGuardian()])
      collectGarbage()
      releaseBinaryPages()
      gate.#reach.mark()
      Atomics.store(gate.#control, Control.guarding, 1)
    } catch (thrown) {
      await gate.stop()
      throw thrown
    }
    gate.#chores = setInterval(() => {
      gate.#doChores()
    }, choresEveryMs)
    if (options.settings.sweep) void gate.#sweep('sweep')
    return gate
  }

  status(): GateStatus {
    const [p50 = 0, p99 = 0, max = 0] = this.#counters.percentiles([0.5, 0.99, 1])
    return {
      places: this.#placeList,
      instances: this.#settings.instances,
      spares: this.#crew.spares,
      counters: this.#counters.totals(),
      latencyUs: { p50, p99, max },
      queued: this.#slots.queued(),
      replaced: this.#crew.replaced,
      swept: this.#swept,
    }
  }

  /** What is remembered about a file (path as bytes in a latin1 string), without changing anything. */
  remembered(path: string): Remembered {
    const stat = new Stat()
    const fd = openPath(path)
    try {
      if (fd < 0 || !stat.read(fd)) return 'nothing'
      const { questions } = this.#reach.groups
      if ((ignoredMask(questions.fd, stat) & Ev.openPerm) !== 0) return 'clean-in-kernel'
      const verdict = this.#verdicts.get(stat, Atomics.load(this.#control, Control.generation))
      return verdict === 'clean' ? 'clean-in-table' : (verdict ?? 'nothing')
    } finally {
      if (fd >= 0) closeFd(fd)
    }
  }

  /** From now on verdicts come from `engine`; everything remembered is dropped. */
  reload(engine: Pick<Engine, 'shared'>): void {
    const generation = Atomics.add(this.#control, Control.generation, 1) + 1
    this.#crew.broadcast({ type: 'engine', engine: engine.shared, generation })
    // A worker that still scans with the old database compares generations before it remembers anything.
    forgetAll([this.#reach.groups.questions])
    if (this.#settings.sweep) void this.#sweep('sweep')
  }

  /** Nobody is asked any more, and every question that still waits is answered. */
  async stop(): Promise<void> {
    clearInterval(this.#chores)
    this.#intake.stop()
    this.#arrivals.stop()
    this.#reach.unmark()
    Atomics.store(this.#control, Control.stopping, 1)
    await this.#crew.stop(stopGraceMs)
    this.#answerRest()
    Atomics.store(this.#control, Control.stopping, 2)
    Atomics.store(this.#control, Control.wake, 1)
    Atomics.notify(this.#control, Control.wake)
    const guardian = this.#guardian
    if (guardian !== undefined) {
      await new Promise((resolve) => {
        guardian.once('exit', resolve)
        setTimeout(resolve, stopGraceMs).unref()
      })
    }
    this.#reach.close()
    for (const descriptor of Object.values(this.#signals)) closeSync(descriptor)
  }

  #doChores(): void {
    if (this.#reach.markNewMounts()) this.#followPlaces()
    const questions = this.#counters.total('questions') + this.#counters.total('written')
    const isQuiet = questions === this.#questionsBefore
    this.#questionsBefore = questions
    if (!isQuiet) {
      this.#crew.tire()
      this.#isTired = true
    } else if (this.#isTired) {
      this.#isTired = false
      void this.#rest()
    }
  }

  /** After a busy time: what it left behind is given back, one thread after the other. */
  async #rest(): Promise<void> {
    while (this.#crew.restOne()) await delay(restStepMs, undefined, { ref: false })
    this.#heap.collectIfGrown()
    if (!this.#heap.isDue(pagesEveryMs)) return
    releaseBinaryPages()
    trimHeap()
  }

  async #startGuardian(): Promise<void> {
    const { questions, knownBad } = this.#reach.groups
    const workerData: GuardianStart = {
      buffers: this.#buffers,
      descriptors: { questions: questions.fd, knownBad: knownBad.fd },
      settings: this.#settings,
    }
    const guardian = new Worker(new URL('guardian.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
    })
    this.#guardian = guardian
    await new Promise<void>((resolve, reject) => {
      guardian.once('error', reject)
      guardian.on('message', (message: GuardianMessage) => {
        if (message.type === 'guardian-started') resolve()
        else this.#fromGuardian(message)
      })
    })
    // Without a guardian nobody winds the watchdog: the kernel ends this process, and the host goes on unguarded.
    guardian.on('error', (fault) => {
      this.#notice(`the guardian failed: ${messageOf(fault)}`)
    })
  }

  #fromWorker(message: WorkerMessage): void {
    switch (message.type) {
      case 'decision':
        this.#onDecision(message)
        return
      case 'moves':
        this.#arrivals.add(message.records)
        return
      case 'fault':
        this.#notice(`instance ${message.worker}: ${message.message}`)
        return
      case 'crashed':
        this.#reportLost(message)
        break
      case 'started':
        break
    }
  }

  #fromGuardian(message: GuardianMessage): void {
    switch (message.type) {
      case 'crowded':
        this.#crew.addSpare().catch((fault: unknown) => {
          this.#notice(`no spare instance could be started: ${messageOf(fault)}`)
        })
        return
      case 'stuck':
        this.#crew.replace(message.worker).catch((fault: unknown) => {
          this.#notice(`instance ${message.worker} could not be replaced: ${messageOf(fault)}`)
        })
        return
      case 'expired':
        this.#reportExpired(message)
        break
      case 'guardian-started':
        break
    }
  }

  #reportExpired(message: Extract<GuardianMessage, { type: 'expired' }>): void {
    const reason = `no verdict within ${this.#settings.deadlineMs} ms`
    this.#reportUnjudged(message, { status: 'partial', code: 'deadline', message: reason })
  }

  #reportLost(message: Extract<WorkerMessage, { type: 'crashed' }>): void {
    const decision = this.#settings.onFailed
    const reason = 'the instance that scanned it ended'
    this.#reportUnjudged({ ...message, decision }, { status: 'failed', code: 'fault', message: reason })
  }

  #reportUnjudged(
    file: Pick<DecisionRecord, 'path' | 'pid' | 'kind' | 'decision'> & { worker: number; ms: number },
    why: { status: 'partial' | 'failed'; code: ReasonCode; message: string },
  ): void {
    const { path, pid, kind, decision } = file
    const name = Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1').toString('utf8')
    const facts = processFacts(pid)
    const reason = { code: why.code, chain: [name], message: why.message }
    this.#onDecision({
      type: 'decision',
      kind,
      path,
      verdict: { status: why.status, detections: [], reasons: [reason], size: 0 },
      decision,
      pid,
      uid: facts.uid,
      process: facts.name,
      commandLine: facts.commandLine,
      instance: file.worker,
      us: file.ms * 1000,
      device: 0,
      inodeLow: 0,
      inodeHigh: 0,
    })
  }

  /** At the end: what is in the slots and what was never read. */
  #answerRest(): void {
    for (const index of this.#slots.used()) {
      const ticket = this.#slots.waiting(index)
      if (ticket === undefined) continue
      const { fd, group } = ticket.slot
      this.#slots.answerFor(ticket, () => new FanotifyGroup(group).answer(fd, true))
    }
    for (const group of [this.#reach.groups.questions, this.#reach.groups.knownBad]) {
      for (let event = group.next(); event !== undefined; event = group.next()) group.answer(event.fd, true)
    }
  }

  #followPlaces(): void {
    const places = this.#reach.currentPlaces()
    for (const [index, place] of places.entries()) {
      const before = this.#placeList[index]?.path
      if (before !== place.path)
        this.#notice(`the guarded ${pathText(before ?? '')} is now ${pathText(place.path)}`)
    }
    this.#placeList = places
    this.#places = new Places(places)
    this.#crew.broadcast({ type: 'places', places })
  }

  async #sweep(kind: 'sweep' | 'moved'): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    this.#swept = undefined
    let count = 0
    for (const { path } of this.#placeList) count += await this.#intake.sweep(path, kind)
    this.#swept = count
    this.#isSweeping = false
  }
}

/** Why the gate cannot stand here at all, as an AppError; undefined when it can. */
export function gateFault(): AppError | undefined {
  if (process.platform !== 'linux') return new AppError('unsupported', 'the gate needs Linux')
  if (process.getuid?.() !== 0) {
    return new AppError('permission', 'stopping files before they are opened needs root', {
      hint: 'run as root, or use --mode observe, which only reports',
    })
  }
  return undefined
}
