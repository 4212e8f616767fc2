// Kernel times (CLOCK_BOOTTIME, CLOCK_MONOTONIC: nanoseconds since boot, with and without sleep) as points in time.

import { libc } from './libc.ts'

const clockGettime = libc.func('int clock_gettime(int clock, void *time)')

export type KernelClockName = 'monotonic' | 'boottime'
const clockIds = { realtime: 0, monotonic: 1, boottime: 7 } as const

/** The offset is measured again after this time: the clock of the host may be set. */
const freshNs = 1_000_000_000n
const buffer = Buffer.alloc(16)

export class KernelClock {
  readonly #clock: number
  #offsetNs = 0n
  #measuredAtNs = -freshNs
  #second = -1n
  #prefix = ''

  constructor(clock: KernelClockName) {
    this.#clock = clockIds[clock]
    this.#measure()
  }

  /** Nanoseconds of the clock now. */
  now(): bigint {
    return read(this.#clock)
  }

  /** Nanoseconds since 1970 of a time of the clock. */
  toWallNs(ns: bigint): bigint {
    const away = ns - this.#measuredAtNs
    if (away > freshNs) this.#measure()
    return ns + this.#offsetNs
  }

  /** A time of the clock as ISO 8601 with microseconds, UTC. */
  toIso(ns: bigint): string {
    const us = this.toWallNs(ns) / 1000n
    const second = us / 1_000_000n
    if (second !== this.#second) {
      this.#second = second
      // Events come many to a second: its text is made once.
      this.#prefix = new Date(Number(second) * 1000).toISOString().slice(0, 20)
    }
    return `${this.#prefix}${String(Number(us % 1_000_000n)).padStart(6, '0')}Z`
  }

  #measure(): void {
    const before = read(this.#clock)
    const wall = read(clockIds.realtime)
    const after = read(this.#clock)
    this.#offsetNs = wall - (before + after) / 2n
    this.#measuredAtNs = after
  }
}

function read(clock: number): bigint {
  clockGettime(clock, buffer)
  return buffer.readBigInt64LE(0) * 1_000_000_000n + buffer.readBigInt64LE(8)
}
