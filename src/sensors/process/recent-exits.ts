// The ends of processes that were seen last: one end is told once, and a process that has ended is not missed when a
// snapshot does not have it.

import type { KnownProcess } from '../process-table.ts'
import { ticksOf } from './moment.ts'
import type { Subject } from './tier.ts'

/** As many as the process table keeps after their end. */
const generation = 8192

export class RecentExits {
  /** Start in clock ticks, by pid: of the last ends, and of those before. */
  #young = new Map<number, number>()
  #old = new Map<number, number>()

  /** False when this end was told already. */
  isFirst({ pid, startNs }: Subject): boolean {
    const ticks = ticksOf(startNs)
    if (this.#has(pid, ticks)) return false
    this.#add(pid, ticks)
    return true
  }

  ended({ info, startTicks }: KnownProcess): void {
    this.#add(info.pid, startTicks)
  }

  has({ pid, startNs }: Subject): boolean {
    return this.#has(pid, ticksOf(startNs))
  }

  hasEnded({ info, startTicks }: KnownProcess): boolean {
    return this.#has(info.pid, startTicks)
  }

  #has(pid: number, ticks: number): boolean {
    return this.#young.get(pid) === ticks || this.#old.get(pid) === ticks
  }

  #add(pid: number, ticks: number): void {
    this.#young.set(pid, ticks)
    if (this.#young.size < generation) return
    this.#old = this.#young
    this.#young = new Map()
  }
}
