// Times of facts as the ISO 8601 texts of events. Starts of processes have a clock of their own, because a clock keeps
// the text of the last second, and starts are of other seconds than events.

import { KernelClock } from '../../platform/linux/kernel-clock.ts'
import type { FactTime } from './tier.ts'

const clock = new KernelClock('boottime')
const tickNs = 10_000_000
const usPerSecond = 1_000_000
/** The offset is measured again after this time: the clock of the host may be set. */
const freshUs = usPerSecond

/** Microseconds since boot as text: without big integers, because every event passes here. */
class IsoClock {
  #offsetUs = 0
  #measuredAtUs = Number.NEGATIVE_INFINITY
  #second = -1
  #prefix = ''

  toIso(bootNs: number): string {
    const bootUs = Math.floor(bootNs / 1000)
    if (bootUs - this.#measuredAtUs > freshUs) this.#measure()
    const us = bootUs + this.#offsetUs
    const second = Math.floor(us / usPerSecond)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, 20)
    }
    // Six digits with their zeros: the leading one goes.
    return `${this.#prefix}${String(usPerSecond + us - second * usPerSecond).slice(1)}Z`
  }

  #measure(): void {
    const now = clock.now()
    this.#measuredAtUs = Number(now / 1000n)
    // Since 1970 it is below 2^53 for 200 years to come.
    this.#offsetUs = Number(clock.toWallNs(now) / 1000n) - this.#measuredAtUs
  }
}

const events = new IsoClock()
const starts = new IsoClock()

export function isoOf(time: FactTime): string {
  return 'bootNs' in time ? events.toIso(time.bootNs) : new Date(time.wallMs).toISOString()
}

export function isoOfStart(startNs: number): string {
  return starts.toIso(startNs)
}

/** Start as /proc/PID/stat has it: whole clock ticks of 10 ms. Exact also where a division would round up. */
export function ticksOf(startNs: number): number {
  return (startNs - (startNs % tickNs)) / tickNs
}

/** Now, on the clock of the facts. */
export function bootNow(): FactTime {
  return { bootNs: Number(clock.now()) }
}
