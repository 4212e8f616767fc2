// Beginnings and ends of processes from the kernel's process events, for the tiers below eBPF: what is known of each
// while it lives, and what the kernel dropped of it.

import { KernelClock } from '../../platform/linux/kernel-clock.ts'
import { ProcConnector, type ProcessEvent, ProcessEventKind } from '../../platform/linux/proc-connector.ts'
import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { tickNs } from './polling-process.ts'
import type { ExitFact, ProcessSink } from './tier.ts'

const eventsAtOnce = 256
/** A tick ends after this time; the rest is taken by the next. */
const tickBudgetMs = 8
const accountMs = 1000
/** pid_max is 4,194,304 at most; a host with more processes than this at a time is not seen whole. */
const maxLives = 131_072
/** Of those that have ended: other sources tell of them a little later. */
const keptAfterExit = 4096
const kernelThreadParent = 2

/** What the tier does with events; times in nanoseconds since boot. The event object is used again. */
export interface LivesHandlers {
  exec(pid: number, bootNs: number): void
  exit(fact: ExitFact): void
  /** Changes of ids, and ptrace. */
  other?(event: ProcessEvent, bootNs: number): void
}

interface Life {
  readonly startNs: number
  readonly parentPid: number
  readonly kernelThread: boolean
}

export class ProcessLives {
  readonly #sink: ProcessSink
  readonly #handlers: LivesHandlers
  readonly #connector: ProcConnector
  readonly #lives = new Map<number, Life>()
  readonly #ended: { readonly pid: number; readonly life: Life }[] = []
  readonly #boot = new KernelClock('boottime')
  readonly #monotonic = new KernelClock('monotonic')
  /** CLOCK_BOOTTIME minus CLOCK_MONOTONIC: the time spent asleep. */
  #asleepNs = 0
  #accountedAtMs = performance.now()
  #accountedWallMs = Date.now()
  #told = 0

  /** Throws AppError where the kernel does not tell. */
  constructor(sink: ProcessSink, handlers: LivesHandlers, receiveBytes = 16 * 1024 * 1024) {
    this.#sink = sink
    this.#handlers = handlers
    this.#connector = new ProcConnector({ receiveBytes })
    this.#measure()
  }

  /** Events that the kernel dropped so far. */
  get dropped(): number {
    return this.#connector.dropped
  }

  /** Events received so far. */
  get received(): number {
    return this.#connector.received
  }

  /** Start of a process that lives, in nanoseconds since boot; 0 when unknown. */
  startOf(pid: number): number {
    const known = this.#lives.get(pid)?.startNs ?? 0
    if (known !== 0) return known
    const table = this.#sink.context.processes.get(pid)
    return (table?.startTicks ?? readProcessStat(pid)?.startTicks ?? 0) * tickNs
  }

  /** 0 when unknown. */
  parentOf(pid: number): number {
    return this.#lives.get(pid)?.parentPid ?? 0
  }

  /** Takes what the kernel has queued; false when some of it is left for the next time. */
  tick(): boolean {
    const end = performance.now() + tickBudgetMs
    let more = true
    while (more && performance.now() <= end)
      more = this.#connector.receive((event) => this.#take(event), eventsAtOnce)
    if (performance.now() - this.#accountedAtMs >= accountMs) this.#account()
    return !more
  }

  /** What is known of the past may be wrong after a loss. */
  forget(): void {
    this.#lives.clear()
    this.#ended.length = 0
  }

  close(): void {
    this.#connector.close()
  }

  #take(event: ProcessEvent): void {
    const bootNs = event.timeNs + this.#asleepNs
    const { kind, process: pid, thread } = event
    if (kind === ProcessEventKind.exec) this.#handlers.exec(pid, bootNs)
    else if (kind === ProcessEventKind.fork) {
      if (thread === pid) this.#fork(pid, event.other, bootNs)
    } else if (kind === ProcessEventKind.exit) {
      // The leading thread stands for the process, as its end is what wait(2) tells.
      if (thread === pid) this.#exit(pid, event.value, bootNs)
    } else this.#handlers.other?.(event, bootNs)
  }

  #fork(pid: number, parentPid: number, bootNs: number): void {
    const kernelThread = parentPid === kernelThreadParent
    const startNs = startNear(pid, bootNs)
    if (this.#lives.size >= maxLives) this.#lives.clear()
    this.#lives.set(pid, { startNs, parentPid, kernelThread })
    const parentStartNs = kernelThread ? 0 : this.startOf(parentPid)
    this.#sink.fork({ pid, startNs, time: { bootNs }, parentPid, parentStartNs, kernelThread })
  }

  #exit(pid: number, status: number, bootNs: number): void {
    const life = this.#lives.get(pid)
    const startNs = life?.startNs ?? this.startOf(pid)
    if (life !== undefined) this.#forgetLater(pid, life)
    this.#handlers.exit({
      pid,
      startNs,
      time: { bootNs },
      status,
      ...(life === undefined ? {} : { kernelThread: life.kernelThread }),
    })
  }

  #forgetLater(pid: number, life: Life): void {
    this.#ended.push({ pid, life })
    if (this.#ended.length < 2 * keptAfterExit) return
    for (const old of this.#ended.splice(0, keptAfterExit)) {
      // Its number may have been given to another one meanwhile.
      if (this.#lives.get(old.pid) === old.life) this.#lives.delete(old.pid)
    }
  }

  #account(): void {
    const now = Date.now()
    const from = this.#accountedWallMs
    this.#accountedAtMs = performance.now()
    this.#accountedWallMs = now
    this.#measure()
    const { dropped } = this.#connector
    if (dropped === this.#told) return
    this.#sink.context.lost({ source: 'proc-connector', count: dropped - this.#told, from, to: now })
    this.#told = dropped
    this.#sink.resyncSoon()
  }

  #measure(): void {
    this.#asleepNs = Number(this.#boot.now() - this.#monotonic.now())
  }
}

/** As /proc has it, so that others name the process alike; the time of the event for one that is gone already. */
function startNear(pid: number, bootNs: number): number {
  const startNs = (readProcessStat(pid)?.startTicks ?? 0) * tickNs
  return Math.abs(startNs - bootNs) <= 2 * tickNs ? startNs : bootNs
}
