// One channel of the event log, followed: every event is told once, in order; what is missing between two is told as a loss.

import { messageOf } from '../base/app-error.ts'
import { type EventRecord, renderedRecord } from '../evidence/evtx/index.ts'
import { type From, LogSubscription } from '../platform/windows/event-log.ts'
import type { Waiting } from '../platform/windows/wait-loop.ts'
import type { Bookmarks } from './bookmarks.ts'
import { type RecordGap, RecordGaps } from './record-gaps.ts'

export interface ChannelListener {
  onRecord(channel: string, record: EventRecord): void
  onLoss(channel: string, gap: RecordGap): void
  /** Something that is not as it should be; one sentence. */
  onNotice(text: string): void
}

/** A subscription that fails so often is left alone. */
const maxFaults = 8

/** Owns the subscription. */
export class ChannelFollower implements Waiting, Disposable {
  readonly channel: string
  readonly #listener: ChannelListener
  readonly #bookmarks: Bookmarks
  readonly #gaps: RecordGaps
  #subscription: LogSubscription
  #faults = 0

  /** Goes on where the bookmarks say, else with what comes from now on. Throws AppError as LogSubscription does. */
  constructor(channel: string, bookmarks: Bookmarks, listener: ChannelListener) {
    const place = bookmarks.get(channel)
    this.channel = channel
    this.#listener = listener
    this.#bookmarks = bookmarks
    this.#gaps = new RecordGaps(place?.recordId)
    this.#subscription = new LogSubscription(channel, place ?? 'now')
  }

  get signal(): LogSubscription['signal'] {
    return this.#subscription.signal
  }

  take(): boolean {
    try {
      return this.#takeBatch()
    } catch (thrown) {
      this.#reopen(messageOf(thrown))
      return false
    }
  }

  #takeBatch(): boolean {
    const { events, faults } = this.#subscription.next()
    for (const fault of faults) this.#listener.onNotice(fault)
    if (events.length === 0) return faults.length > 0
    let recordId = 0
    for (const xml of events) {
      const record = renderedRecord(xml)
      if (record === undefined) {
        this.#listener.onNotice(`an event of ${this.channel} is no event: ${xml.slice(0, 200)}`)
        continue
      }
      recordId = record.id
      const gap = this.#gaps.see(record.id, record.time)
      if (gap !== undefined) this.#listener.onLoss(this.channel, gap)
      this.#listener.onRecord(this.channel, record)
    }
    this.#faults = 0
    const bookmark = this.#subscription.commit()
    if (bookmark !== undefined && recordId > 0) this.#bookmarks.set(this.channel, { bookmark, recordId })
    return true
  }

  /** The log went on without us (it was cleared, or has overwritten what we had not taken): on from the last bookmark. */
  #reopen(reason: string): void {
    this.#faults += 1
    if (this.#faults > maxFaults) return
    this.#listener.onNotice(`${this.channel}: ${reason}; it is opened again`)
    const from: From = this.#bookmarks.get(this.channel) ?? 'oldest'
    try {
      const next = new LogSubscription(this.channel, from)
      this.#subscription[Symbol.dispose]()
      this.#subscription = next
    } catch (thrown) {
      this.#listener.onNotice(`${this.channel} is not followed any more: ${messageOf(thrown)}`)
      this.#faults = maxFaults + 1
    }
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
