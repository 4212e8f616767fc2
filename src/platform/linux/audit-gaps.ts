// Serial numbers of the audit system that did not come. The kernel numbers events one by one, but several processors
// write at once, so that one may come a little later than its successor: only what stays away is lost.

const patienceMs = 1000
/** Numbers waited for; when there are more, the oldest count as lost at once. */
const maxAwaited = 65_536

interface Awaited {
  readonly serial: number
  readonly sinceMs: number
}

export class SerialGaps {
  /** Highest number seen; 0 before the first. */
  highest = 0
  readonly #awaited = new Map<number, Awaited>()
  #lost = 0

  /** A record with this number has come. */
  see(serial: number, nowMs: number): void {
    if (serial === this.highest) return
    if (serial < this.highest) {
      this.#awaited.delete(serial)
      return
    }
    if (this.highest > 0) this.#await(this.highest + 1, serial, nowMs)
    this.highest = serial
  }

  /** Numbers that have been waited for in vain since the last call. */
  takeLost(nowMs: number): number {
    for (const { serial, sinceMs } of this.#awaited.values()) {
      if (nowMs - sinceMs < patienceMs) break
      this.#awaited.delete(serial)
      this.#lost++
    }
    const lost = this.#lost
    this.#lost = 0
    return lost
  }

  #await(from: number, to: number, nowMs: number): void {
    const first = Math.max(from, to - maxAwaited)
    this.#lost += first - from
    for (let serial = first; serial < to; serial++) this.#awaited.set(serial, { serial, sinceMs: nowMs })
    for (const serial of this.#awaited.keys()) {
      if (this.#awaited.size <= maxAwaited) return
      this.#awaited.delete(serial)
      this.#lost++
    }
  }
}
