// The digest and the verdict of executables, on every event that starts one. What was seen before is known; an event with
// a new one is held until the main thread has read it, but not for long: then it goes without.

import type { Event } from '../../model/index.ts'
import type { ExecutableFacts, ExecutableRequest } from './messages.ts'

/** An event waits at most so long for its digest. */
const holdMs = 2000
const maxHeld = 10_000
const maxKnown = 16_384

export interface ExecutablesOptions {
  readonly request: (requests: readonly ExecutableRequest[]) => void
  /** Takes an event that has been held. */
  readonly release: (event: Event) => void
}

interface Held {
  readonly event: Event
  readonly key: string
  readonly untilMs: number
}

/** What hx.process.executable_stat of an exec event has (the process sensor's document says so). */
interface ExecutableStat {
  readonly device: string
  readonly inode: string
  readonly ctime_ns: string
  readonly size: number
}

export class Executables {
  readonly #options: ExecutablesOptions
  /** Undefined while it is being read. Least recently used first. */
  readonly #known = new Map<string, ExecutableFacts | undefined>()
  #held: Held[] = []
  /** The last held event of each process: what comes after it must not overtake it. */
  readonly #lastHeld = new Map<number, Held>()
  #requests: ExecutableRequest[] = []

  constructor(options: ExecutablesOptions) {
    this.#options = options
  }

  get held(): number {
    return this.#held.length
  }

  /** True when the event is held; it comes back by `release`. */
  take(event: Event, nowMs: number): boolean {
    const { process } = event
    const before = process === undefined ? undefined : this.#lastHeld.get(process.pid)
    if (before !== undefined && event.event.dataset === 'hx.process') return this.#hold({ ...before, event })
    const stat = event.hx?.process?.['executable_stat'] as ExecutableStat | undefined
    if (process === undefined || stat === undefined) return false
    const key = `${stat.device}:${stat.inode}:${stat.ctime_ns}:${stat.size}`
    const facts = this.#known.get(key)
    if (facts !== undefined) {
      apply(event, facts)
      return false
    }
    if (!this.#known.has(key)) {
      this.#remember(key, undefined)
      this.#requests.push({ key, pid: process.pid, path: process.executable ?? '' })
    }
    return this.#hold({ event, key, untilMs: nowMs + holdMs })
  }

  /** What the main thread has found. */
  learn(facts: readonly ExecutableFacts[]): void {
    const learned = new Map<string, ExecutableFacts>()
    for (const one of facts) {
      // What could not be read this time may be another time: the next event asks again.
      if (one.sha256 === undefined) this.#known.delete(one.key)
      else this.#remember(one.key, one)
      learned.set(one.key, one)
    }
    this.#release((held) => learned.get(held.key))
  }

  /** Sends the questions that have gathered, and lets go what has waited long enough. */
  tick(nowMs: number): void {
    if (this.#requests.length > 0) {
      this.#options.request(this.#requests)
      this.#requests = []
    }
    const [oldest] = this.#held
    if (oldest === undefined || oldest.untilMs > nowMs) return
    this.#release((held) => (held.untilMs <= nowMs ? { key: held.key } : undefined))
  }

  /** Everything that is held goes as it is: nothing will be learned any more. */
  end(): void {
    this.#release(({ key }) => ({ key }))
  }

  #hold(held: Held): boolean {
    if (this.#held.length >= maxHeld) return false
    this.#held.push(held)
    this.#lastHeld.set(held.event.process?.pid ?? 0, held)
    return true
  }

  #release(factsOf: (held: Held) => ExecutableFacts | undefined): void {
    if (this.#held.length === 0) return
    const staying: Held[] = []
    for (const held of this.#held) {
      const facts = factsOf(held)
      if (facts === undefined) {
        staying.push(held)
        continue
      }
      const pid = held.event.process?.pid ?? 0
      if (this.#lastHeld.get(pid) === held) this.#lastHeld.delete(pid)
      apply(held.event, facts)
      this.#options.release(held.event)
    }
    this.#held = staying
  }

  #remember(key: string, facts: ExecutableFacts | undefined): void {
    this.#known.delete(key)
    if (this.#known.size >= maxKnown) {
      const [oldest] = this.#known.keys()
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(key, facts)
  }
}

function apply(event: Event, { sha256, verdict }: ExecutableFacts): void {
  const { process, hx } = event
  if (sha256 !== undefined && process !== undefined) process.hash = { sha256 }
  if (verdict !== undefined && hx !== undefined) hx.verdict = verdict
}
