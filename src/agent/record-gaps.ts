// Events that a channel had and nobody told: their numbers are missing between two that came. A channel counts its events
// without holes as long as it is not cleared.

export interface RecordGap {
  readonly count: number
  /** Times of the events before and behind. */
  readonly from: string
  readonly to: string
}

interface Seen {
  readonly recordId: number
  readonly time: string
}

/** Owns what was seen last in one channel. */
export class RecordGaps {
  #last: Seen | undefined

  /** `recordId` of the last event of an earlier run; its time is not known. */
  constructor(recordId?: number) {
    if (recordId !== undefined) this.#last = { recordId, time: '' }
  }

  /** What lies between the event before and this one; undefined: nothing. A number that is no larger: the log was made anew. */
  see(recordId: number, time: string): RecordGap | undefined {
    const last = this.#last
    this.#last = { recordId, time }
    if (last === undefined || recordId <= last.recordId + 1) return undefined
    return { count: recordId - last.recordId - 1, from: last.time === '' ? time : last.time, to: time }
  }
}
