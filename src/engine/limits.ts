// The Budget: what one scan may cost. One object is made per scan and passed down through every format.
// Whoever decodes charges it; whoever exceeds it is stopped by LimitReached, which scan.ts turns into a reason.

import type { ReasonCode } from '../model/index.ts'

export interface Limits {
  /** Containers inside containers. */
  readonly maxDepth: number
  /** Members of all containers of one scan together. */
  readonly maxMembers: number
  /** Bytes decoded in one scan, all levels together. */
  readonly maxBytes: number
  /** Decoded : encoded bytes of one member; applies from `ratioFromBytes` on. */
  readonly maxRatio: number
  /** Output below which the ratio is not judged: small members of zeros are ordinary. */
  readonly ratioFromBytes: number
  /** Wall time of one scan, milliseconds. */
  readonly maxMs: number
  /** Decoded bytes held in memory at one time, all levels together; more is decoded again when needed. */
  readonly maxHeldBytes: number
  /** Bytes of one object that are searched for signatures. */
  readonly maxMatchedBytes: number
}

export const defaultLimits: Limits = {
  maxDepth: 16,
  maxMembers: 50_000,
  maxBytes: 2 * 1024 ** 3,
  maxRatio: 250,
  ratioFromBytes: 32 * 1024 ** 2,
  maxMs: 30_000,
  maxHeldBytes: 48 * 1024 ** 2,
  maxMatchedBytes: 256 * 1024 ** 2,
}

export type LimitCode = Extract<ReasonCode, 'depth' | 'members' | 'bytes' | 'ratio' | 'time' | 'preempted'>

/** Ends one object (`ratio`) or the whole scan (all others). Never leaves the engine. */
export class LimitReached extends Error {
  readonly code: LimitCode

  constructor(code: LimitCode, message: string) {
    super(message)
    this.name = 'LimitReached'
    this.code = code
  }
}

/** A word that the scan counts up as it goes, so that a watcher can tell slow from stuck. */
export interface Pulse {
  readonly words: Int32Array
  readonly at: number
}

/** For whoever must not be held up: asked while a scan runs. */
export interface Slice {
  /** The first look comes after this time. */
  readonly afterMs: number
  /** Milliseconds until the next look, Infinity for none; negative gives the scan up as `preempted`. */
  readonly look: () => number
}

export class Budget {
  readonly limits: Limits
  readonly #pulse: Pulse | undefined
  readonly #look: Slice['look'] | undefined
  readonly #started = performance.now()
  #nextCheckMs: number
  #members = 0
  #bytes = 0
  #held = 0

  constructor(limits: Limits, slice?: Slice, pulse?: Pulse) {
    this.limits = limits
    this.#pulse = pulse
    this.#look = slice?.look
    this.#nextCheckMs = Math.min(limits.maxMs, slice?.afterMs ?? Number.POSITIVE_INFINITY)
  }

  get elapsedMs(): number {
    return performance.now() - this.#started
  }

  /** Call at least once per 256 KiB of work and per member. */
  checkTime(): void {
    if (this.#pulse !== undefined) {
      const { words, at } = this.#pulse
      words[at] = (words[at] ?? 0) + 1
    }
    const elapsed = this.elapsedMs
    if (elapsed < this.#nextCheckMs) return
    if (elapsed >= this.limits.maxMs) {
      throw new LimitReached('time', `the scan took longer than ${this.limits.maxMs} ms`)
    }
    const again = this.#look?.() ?? Number.POSITIVE_INFINITY
    if (again < 0) throw new LimitReached('preempted', 'the scan was moved elsewhere')
    this.#nextCheckMs = Math.min(this.limits.maxMs, elapsed + again)
  }

  /** One member more, read or not. */
  countMember(): void {
    this.checkTime()
    if (++this.#members > this.limits.maxMembers) {
      throw new LimitReached('members', `more than ${this.limits.maxMembers} members`)
    }
  }

  /** `bytes` were decoded. */
  charge(bytes: number): void {
    this.checkTime()
    this.#bytes += bytes
    if (this.#bytes > this.limits.maxBytes) {
      throw new LimitReached('bytes', `more than ${this.limits.maxBytes} bytes unpacked`)
    }
  }

  /** One member's own ratio so far: `decoded` bytes out of `encoded`. */
  checkRatio(decoded: number, encoded: number): void {
    if (decoded > this.limits.ratioFromBytes && decoded > encoded * this.limits.maxRatio) {
      throw new LimitReached('ratio', `unpacks to more than ${this.limits.maxRatio} times its size`)
    }
  }

  /** Asks for memory that outlives a call; false means: do without. Give it back with `release`. */
  hold(bytes: number): boolean {
    if (this.#held + bytes > this.limits.maxHeldBytes) return false
    this.#held += bytes
    return true
  }

  release(bytes: number): void {
    this.#held -= bytes
  }
}
