// The last tier: /proc is looked through once a second. What lives shorter than that is mostly not seen at all, and
// nobody knows how much that is; the figures say so.

import { readProcessStat } from '../../platform/linux/process-stat.ts'
import { readProcess, tickNs } from './polling-process.ts'
import { listedPids } from './proc-facts.ts'
import type { ProcessSink, ProcessTier } from './tier.ts'

const everyMs = 1000

interface Polled {
  readonly startNs: number
  /** Of one that is new: what it ran when it was first seen, as it may have been on its way to exec. */
  readonly young?: string
}

export function pollingTier(sink: ProcessSink): ProcessTier {
  return new PollingTier(sink)
}

class PollingTier implements ProcessTier {
  readonly id = 'polling'
  readonly #sink: ProcessSink
  /** By pid. */
  #known = new Map<number, Polled>()
  #nextMs = 0
  #looks = 0
  #seen = 0
  #unread = 0

  constructor(sink: ProcessSink) {
    this.#sink = sink
  }

  start(): void {
    for (const pid of listedPids('/proc')) {
      const stat = readProcessStat(pid)
      if (stat !== undefined) this.#known.set(pid, { startNs: stat.startTicks * tickNs })
    }
    this.#nextMs = performance.now() + everyMs
  }

  tick(): void {
    const now = performance.now()
    if (now < this.#nextMs) return
    this.#nextMs = now + everyMs
    this.#look()
  }

  resync(): void {
    this.#known.clear()
    this.start()
  }

  facts(): Record<string, number | string> {
    return {
      looks: this.#looks,
      seen: this.#seen,
      unread: this.#unread,
      sight: 'processes that live shorter than a second are not seen',
    }
  }

  stop(): void {
    this.#known.clear()
  }

  #look(): void {
    this.#looks++
    const before = this.#known
    this.#known = new Map()
    for (const pid of listedPids('/proc')) {
      const known = before.get(pid)
      // Its number may have been given to another one within the second: the start tells, but costs a file per
      // process. The kernel gives numbers in turn, so that takes a round of all of them (32,768 at least).
      if (known === undefined || known.young !== undefined) this.#read(pid, known)
      else this.#known.set(pid, known)
      before.delete(pid)
    }
    for (const [pid, known] of before) this.#ended(pid, known)
  }

  #ended(pid: number, { startNs }: Polled): void {
    this.#sink.exit({ pid, startNs, time: { wallMs: Date.now() } })
  }

  #read(pid: number, known: Polled | undefined): void {
    const seen = readProcess(pid)
    if (seen === undefined) {
      this.#unread++
      if (known !== undefined) this.#ended(pid, known)
      return
    }
    const { kernelThread, ...fact } = seen
    const { startNs, parentPid, parentStartNs } = fact
    const image = JSON.stringify([fact.executable, fact.args])
    const isNew = known?.startNs !== startNs
    this.#known.set(pid, isNew && !kernelThread ? { startNs, young: image } : { startNs })
    const time = { bootNs: startNs }
    if (isNew) this.#sink.fork({ pid, startNs, time, parentPid, parentStartNs, kernelThread })
    if (kernelThread || known?.young === image) return
    this.#seen++
    this.#sink.exec({ ...fact, time: isNew ? time : { wallMs: Date.now() } })
  }
}
