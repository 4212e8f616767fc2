// A point in time at which somebody stops waiting. One timer, however often it is asked.

const cut = Symbol('cut')
type Cut = typeof cut

function isCut(value: unknown): value is Cut {
  return value === cut
}

export class Deadline implements Disposable {
  readonly #end: number
  readonly #timer: NodeJS.Timeout
  readonly #signal: AbortSignal | undefined
  readonly #stop = (): void => this.#pass()
  #isPast = false
  #onPast: (() => void) | undefined

  /** Also past when the signal is given. */
  constructor(ms: number, signal?: AbortSignal) {
    this.#end = performance.now() + ms
    this.#timer = setTimeout(this.#stop, Math.min(ms, 0x7fffffff))
    this.#signal = signal
    signal?.addEventListener('abort', this.#stop)
    if (signal?.aborted === true) this.#isPast = true
  }

  /** Never negative. */
  leftMs(): number {
    return this.#isPast ? 0 : Math.max(0, this.#end - performance.now())
  }

  /** What it settles to, unless the time is over before. One at a time; what comes later is dropped, a fault of it too. */
  async before<T>(waited: Promise<T>): Promise<T | Cut> {
    const { promise, resolve, reject } = Promise.withResolvers<T | Cut>()
    if (this.#isPast) resolve(cut)
    else this.#onPast = () => resolve(cut)
    waited.then(resolve, reject)
    try {
      return await promise
    } finally {
      this.#onPast = undefined
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#stop)
  }

  #pass(): void {
    this.#isPast = true
    this.#onPast?.()
  }
}

/** Both kinds of iterables, as long as there is time; the generator is told to end, but not waited for, when there is none. */
export async function* untilDeadline<T>(
  items: Iterable<T> | AsyncIterable<T>,
  deadline: Deadline,
): AsyncGenerator<T, boolean> {
  if (!(Symbol.asyncIterator in items)) {
    for (const item of items) {
      if (deadline.leftMs() === 0) return false
      yield item
    }
    return true
  }
  const iterator = items[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const next = await deadline.before(iterator.next())
      if (isCut(next)) return false
      if (next.done === true) {
        isOver = true
        return true
      }
      yield next.value
    }
  } finally {
    if (!isOver) iterator.return?.().catch(() => undefined)
  }
}
