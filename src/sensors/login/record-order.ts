// What a file that only grows cannot hold of itself: a record of zeros, and times that run backwards.

import { peekUtmpRecord, utmpRecordBytes, utmpTypes } from '../../evidence/logins/index.ts'

/** Programs that log in at once write within moments of each other, and a clock is corrected a little. */
const toleratedSeconds = 120

/** With these records the clock may be set back. */
const clockTypes: ReadonlySet<number> = new Set([
  utmpTypes.bootTime,
  utmpTypes.oldTime,
  utmpTypes.newTime,
  utmpTypes.runLevel,
])

export class RecordOrder {
  #lastSeconds = 0

  get lastSeconds(): number {
    return this.#lastSeconds
  }

  /** What is wrong with the record, which lies at byte `at` of the file; undefined for nothing. */
  judge(bytes: Buffer, start: number, at: number): string | undefined {
    const { type, seconds } = peekUtmpRecord(bytes, start)
    if (type === utmpTypes.empty && isZero(bytes, start)) return `the record at byte ${at} is zeroed`
    const back = clockTypes.has(type) ? 0 : this.#lastSeconds - seconds
    this.#lastSeconds = seconds
    return back > toleratedSeconds ? `time runs backwards by ${back} s at byte ${at}` : undefined
  }
}

export function isZero(bytes: Buffer, start: number): boolean {
  for (let at = start; at < start + utmpRecordBytes; at += 1) if (bytes[at] !== 0) return false
  return true
}
