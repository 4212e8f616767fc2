// Each worker's own row of counters in shared memory: written by one thread, read by all, no locks.

import { maxWorkers } from './shared-state.ts'

export const counterNames = [
  'questions',
  'allowed',
  'denied',
  'scanned',
  'cacheHits',
  'outside',
  'excluded',
  'found',
  'partial',
  'failed',
  'deadlines',
  'deferred',
  'written',
  'marksSet',
] as const
export type CounterName = (typeof counterNames)[number]

const pulseAt = 0
const busyAt = 1
const laneAt = 2
const countersAt = 4
const histogramAt = 32
/** Bucket b counts answers that took up to 2^(b/4) µs: steps of 19 %, up to about 16 s. */
const buckets = 96
const rowWords = histogramAt + buckets

export class Counters {
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer)
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(maxWorkers * rowWords * 4)
  }

  /** The word that a scan counts up to show that it goes on (engine/limits.ts). */
  pulseOf(worker: number): { words: Int32Array; at: number } {
    return { words: this.#words, at: worker * rowWords + pulseAt }
  }

  pulse(worker: number): number {
    return Atomics.load(this.#words, worker * rowWords + pulseAt)
  }

  /** A sign of life outside scans. */
  beat(worker: number): void {
    const at = worker * rowWords + pulseAt
    this.#words[at] = (this.#words[at] ?? 0) + 1
  }

  setBusy(worker: number, busy: boolean): void {
    Atomics.store(this.#words, worker * rowWords + busyAt, busy ? 1 : 0)
    this.beat(worker)
  }

  isBusy(worker: number): boolean {
    return Atomics.load(this.#words, worker * rowWords + busyAt) === 1
  }

  /** What a worker holds of the slow lane, so that it can be given back when the worker has to be ended. */
  setLane(worker: number, lane: 0 | 1 | 2): void {
    Atomics.store(this.#words, worker * rowWords + laneAt, lane)
  }

  /** 0: nothing, 1: a place among the long scans, 2: that and the one background place. */
  lane(worker: number): number {
    return Atomics.load(this.#words, worker * rowWords + laneAt)
  }

  add(worker: number, name: CounterName): void {
    const at = worker * rowWords + countersAt + counterNames.indexOf(name)
    this.#words[at] = (this.#words[at] ?? 0) + 1
  }

  /** One answer took `us` microseconds. */
  time(worker: number, us: number): void {
    const bucket = Math.min(buckets - 1, Math.max(0, Math.ceil(4 * Math.log2(Math.max(1, us)))))
    const at = worker * rowWords + histogramAt + bucket
    this.#words[at] = (this.#words[at] ?? 0) + 1
  }

  /** Sum over all workers. */
  total(name: CounterName): number {
    let total = 0
    const at = countersAt + counterNames.indexOf(name)
    for (let worker = 0; worker < maxWorkers; worker++)
      total += (this.#words[worker * rowWords + at] ?? 0) >>> 0
    return total
  }

  totals(): Record<CounterName, number> {
    return Object.fromEntries(counterNames.map((name) => [name, this.total(name)])) as Record<
      CounterName,
      number
    >
  }

  /** Upper bounds in µs below which the given shares (0…1) of the answers lie; 0 when there were none. */
  percentiles(shares: readonly number[]): number[] {
    const histogram = Array.from({ length: buckets }, (_, bucket) => {
      let total = 0
      for (let worker = 0; worker < maxWorkers; worker++) {
        total += this.#words[worker * rowWords + histogramAt + bucket] ?? 0
      }
      return total
    })
    const all = histogram.reduce((sum, count) => sum + count, 0)
    return shares.map((share) => {
      let seen = 0
      for (const [bucket, count] of histogram.entries()) {
        seen += count
        if (all > 0 && seen >= share * all) return Math.round(2 ** (bucket / 4) * 10) / 10
      }
      return 0
    })
  }
}
