// Channels of the event log, followed by EvtSubscribe in pull mode: what nobody has taken waits in the log, and a bookmark
// says from where to go on.

import { type Handle, closeHandle, errorName, ifThere, lastError, native, windowsFault } from './native.ts'
import { eventVariant, sizeOf } from './structs.ts'
import { createEvent } from './wait-loop.ts'

const wevtapi = 'wevtapi.dll'
const subscribe = native<Handle>(
  wevtapi,
  'intptr_t __stdcall EvtSubscribe(intptr_t session, intptr_t signal, str16 channel, str16 query, intptr_t bookmark, void *context, void *callback, uint32 flags)',
)
const nextEvents = native<boolean>(
  wevtapi,
  'bool __stdcall EvtNext(intptr_t results, uint32 size, void *events, uint32 timeoutMs, uint32 flags, _Out_ uint32 *count)',
)
const render = native<boolean>(
  wevtapi,
  'bool __stdcall EvtRender(intptr_t context, intptr_t fragment, uint32 flags, uint32 length, void *into, _Out_ uint32 *used, _Out_ uint32 *properties)',
)
const createBookmark = native<Handle>(wevtapi, 'intptr_t __stdcall EvtCreateBookmark(str16 xml)')
const updateBookmark = native<boolean>(
  wevtapi,
  'bool __stdcall EvtUpdateBookmark(intptr_t bookmark, intptr_t event)',
)
const closeEvent = native<boolean>(wevtapi, 'bool __stdcall EvtClose(intptr_t object)')
const openChannel = native<Handle>(
  wevtapi,
  'intptr_t __stdcall EvtOpenChannelConfig(intptr_t session, str16 channel, uint32 flags)',
)
const channelProperty = native<boolean>(
  wevtapi,
  'bool __stdcall EvtGetChannelConfigProperty(intptr_t channel, int32 property, uint32 flags, uint32 length, void *into, _Out_ uint32 *used)',
)

const fromNow = 1
const fromOldest = 2
const afterBookmark = 3
const asXml = 1
const asBookmark = 2
const insufficientBuffer = 122
const batchSize = 64
const firstBytes = 16 * 1024
const maxEventBytes = 16 * 1024 * 1024

export type From = 'now' | 'oldest' | { readonly bookmark: string }

export interface LogBatch {
  /** Of each event its XML as EvtRender gives it. */
  readonly events: readonly string[]
  /** Events that could not be rendered, and why. */
  readonly faults: readonly string[]
}

/** Owns a subscription, its bookmark and its signal. */
export class LogSubscription implements Disposable {
  readonly channel: string
  readonly signal: Handle
  readonly #results: Handle
  readonly #bookmark: Handle
  readonly #handles = Buffer.alloc(8 * batchSize)
  #text = Buffer.alloc(firstBytes)
  #last: Handle | undefined

  /** Throws AppError: `permission` where the channel may not be read, `kernel` where there is none of that name. */
  constructor(channel: string, from: From) {
    this.channel = channel
    const xml = typeof from === 'object' ? from.bookmark : null
    const bookmark = createBookmark(xml)
    if (Number(bookmark) === 0) throw windowsFault('EvtCreateBookmark', lastError(), channel)
    const signal = createEvent('auto-reset')
    const flags = { now: fromNow, oldest: fromOldest }
    const flag = typeof from === 'object' ? afterBookmark : flags[from]
    const results = subscribe(0, signal, channel, '*', xml === null ? 0 : bookmark, null, null, flag)
    if (Number(results) === 0) {
      const code = lastError()
      closeEvent(bookmark)
      closeHandle(signal)
      throw windowsFault('EvtSubscribe', code, `channel ${channel}`)
    }
    this.#results = results
    this.#bookmark = bookmark
    this.signal = signal
  }

  /** The next events; none: there are no more now. Throws AppError when the subscription is no good any more. */
  next(): LogBatch {
    const count = [0]
    if (!nextEvents(this.#results, batchSize, this.#handles, 0, 0, count)) {
      const code = lastError()
      // No more items; a timeout.
      if (code === 259 || code === 1460) return { events: [], faults: [] }
      throw windowsFault('EvtNext', code, `channel ${this.channel}`)
    }
    const events: string[] = []
    const faults: string[] = []
    for (let index = 0; index < Math.min(count[0] ?? 0, batchSize); index += 1) {
      const event = this.#handles.readBigInt64LE(8 * index)
      const xml = this.#render(event, asXml)
      if (xml === undefined)
        faults.push(`an event of ${this.channel} cannot be rendered: ${errorName(lastError())}`)
      else events.push(xml)
      this.#keep(event)
    }
    return { events, faults }
  }

  /** What was taken so far is done: the text from which a later subscription goes on. */
  commit(): string | undefined {
    if (this.#last === undefined) return undefined
    if (!updateBookmark(this.#bookmark, this.#last)) return undefined
    return this.#render(this.#bookmark, asBookmark)
  }

  [Symbol.dispose](): void {
    if (this.#last !== undefined) closeEvent(this.#last)
    closeEvent(this.#results)
    closeEvent(this.#bookmark)
    closeHandle(this.signal)
  }

  #keep(event: Handle): void {
    if (this.#last !== undefined) closeEvent(this.#last)
    this.#last = event
  }

  #render(object: Handle, flags: number): string | undefined {
    const used = [0]
    const draw = (): boolean => render(0, object, flags, this.#text.length, this.#text, used, [0])
    let isDrawn = draw()
    const needed = used[0] ?? 0
    if (!isDrawn && lastError() === insufficientBuffer && needed <= maxEventBytes) {
      this.#text = Buffer.alloc(Math.max(needed, 2 * this.#text.length))
      isDrawn = draw()
    }
    // The length counts the null at the end.
    return isDrawn ? this.#text.toString('utf16le', 0, Math.max(0, (used[0] ?? 0) - 2)) : undefined
  }
}

/** Undefined: there is no such channel, it may not be seen, or nobody here can tell. */
export function isChannelEnabled(channel: string): boolean | undefined {
  return ifThere(() => {
    const config = openChannel(0, channel, 0)
    if (Number(config) === 0) return undefined
    try {
      const value = Buffer.alloc(sizeOf(eventVariant))
      return channelProperty(config, 0, 0, value.length, value, [0]) ? value.readUInt32LE(0) !== 0 : undefined
    } finally {
      closeEvent(config)
    }
  })
}
