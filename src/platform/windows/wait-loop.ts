// Waits for events of Windows in one thread beside, and lets their owners take what is there: all of them at every turn,
// because a signal that came between two looks must not wait for the next one.

import { setImmediate } from 'node:timers/promises'

import { type Handle, closeHandle, lastError, native, nativeAsync, windowsFault } from './native.ts'

const createEventCall = native<Handle>(
  'kernel32.dll',
  'intptr_t __stdcall CreateEventW(void *security, bool manualReset, bool isSet, str16 name)',
)
const setEvent = native<boolean>('kernel32.dll', 'bool __stdcall SetEvent(intptr_t event)')
const waitForAny = nativeAsync<number>(
  'kernel32.dll',
  'uint32 __stdcall WaitForMultipleObjects(uint32 count, void *handles, bool all, uint32 timeoutMs)',
)

/** MAXIMUM_WAIT_OBJECTS, less our own. */
const maxSources = 63
const waitFailed = 0xffffffff

/** Owns what a signal says is ready. */
export interface Waiting {
  readonly signal: Handle
  /** Takes what is there; true when there may be more. Must not throw. */
  take(): boolean
}

export function createEvent(kind: 'auto-reset' | 'manual-reset'): Handle {
  const event = createEventCall(null, kind === 'manual-reset', false, null)
  if (Number(event) === 0) throw windowsFault('CreateEventW', lastError(), 'a signal')
  return event
}

/** Owns the thread that waits, not the sources. */
export class WaitLoop {
  readonly #sources = new Set<Waiting>()
  readonly #stop = createEvent('auto-reset')
  readonly #idleMs: number
  #running: Promise<void> | undefined
  #isStopping = false
  /** Of the wait that is under way: the bytes must stay where they are. */
  #handles = Buffer.alloc(0)

  /** `idleMs`: so often sources are asked when no signal comes. */
  constructor(idleMs: number) {
    this.#idleMs = idleMs
  }

  /** Throws AppError when there are too many. Counts from the next turn on. */
  add(source: Waiting): void {
    if (this.#sources.size >= maxSources) throw windowsFault('WaitForMultipleObjects', 87, 'too many signals')
    this.#sources.add(source)
    this.wake()
  }

  remove(source: Waiting): void {
    this.#sources.delete(source)
    this.wake()
  }

  wake(): void {
    setEvent(this.#stop)
  }

  /** Until `stop`. Rejects when waiting fails. */
  run(): Promise<void> {
    this.#running ??= this.#loop()
    return this.#running
  }

  /** When it returns no source is asked any more. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.wake()
    await this.#running
    closeHandle(this.#stop)
  }

  async #loop(): Promise<void> {
    while (!this.#isStopping) {
      let isMore = false
      for (const source of this.#sources) isMore = source.take() || isMore
      if (isMore) await setImmediate()
      else await this.#wait()
    }
  }

  async #wait(): Promise<void> {
    const signals = [this.#stop, ...[...this.#sources].map(({ signal }) => signal)]
    this.#handles = Buffer.alloc(8 * signals.length)
    for (const [index, signal] of signals.entries()) this.#handles.writeBigInt64LE(BigInt(signal), 8 * index)
    const result = await waitForAny(signals.length, this.#handles, false, this.#idleMs)
    if (result === waitFailed) throw windowsFault('WaitForMultipleObjects', 0, `${signals.length} signals`)
  }
}
