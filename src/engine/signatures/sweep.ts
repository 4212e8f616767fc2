// One look at an object for all detectors that go by patterns: its bytes in one piece, its profile and the matches.
// The first detector that asks pays; the others get the same answer.

import type { DetectContext } from '../detectors/detector.ts'
import type { Image } from '../image.ts'
import type { HitList } from '../matcher/hit-list.ts'
import { Matcher, type MatchTally } from '../matcher/matcher.ts'
import { profileOf } from '../profiles.ts'
import { headBytes, type ScanObject } from '../scan-object.ts'
import { maxRead } from '../source/byte-source.ts'

export interface Swept {
  readonly bytes: Uint8Array
  readonly profile: number
  readonly hits: HitList
}

/** Buffers up to this size are kept for the next object. */
const keptBytes = 4 * 1024 * 1024

export interface SweepOptions {
  /** Every match of every pattern, also where the first one would be enough. */
  readonly all: boolean
  readonly tally?: MatchTally
}

export class Sweep {
  readonly #image: Image
  #matcher: Matcher | undefined
  readonly #options: SweepOptions
  #buffer: Uint8Array = new Uint8Array(maxRead)
  #object: ScanObject | undefined
  #swept: Swept | undefined

  constructor(image: Image, options: SweepOptions) {
    this.#image = image
    this.#options = options
  }

  of(object: ScanObject, context: DetectContext): Swept {
    if (this.#object === object && this.#swept !== undefined) return this.#swept
    this.#object = undefined
    const bytes = this.#read(object, context)
    const profile = profileOf(bytes)
    // Made for the first object: a thread that never scans takes no room.
    this.#matcher ??= new Matcher(this.#image)
    const hits = this.#matcher.run({ ...this.#options, bytes, profile, budget: context.budget })
    this.#object = object
    this.#swept = { bytes, profile, hits }
    return this.#swept
  }

  /** The whole object, or as much of it as the limits allow. */
  #read({ head, source }: ScanObject, context: DetectContext): Uint8Array {
    const { maxMatchedBytes } = context.budget.limits
    if (this.#buffer.length > keptBytes) this.#buffer = new Uint8Array(maxRead)
    if (source.whole !== undefined && source.whole.length <= maxMatchedBytes) return source.whole
    // Room for one read more, which says that this is the end.
    const expected = Math.min(source.knownSize ?? 0, maxMatchedBytes) + maxRead
    if (expected > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(expected)
    const length = this.#fill(head, source, context)
    if (length > maxMatchedBytes) {
      context.incomplete('bytes', `only the first ${maxMatchedBytes} bytes were searched for signatures`)
    }
    return this.#buffer.subarray(0, Math.min(length, maxMatchedBytes))
  }

  /** Reads until the end or past the limit; returns the number of bytes. */
  #fill(head: Uint8Array, source: ScanObject['source'], { budget }: DetectContext): number {
    // A head that is not full is the whole object.
    if (head.length < headBytes) {
      this.#buffer.set(head)
      return head.length
    }
    let length = 0
    while (length <= budget.limits.maxMatchedBytes) {
      if (length + maxRead > this.#buffer.length) this.#grow(length + maxRead)
      const count = this.#readOn(source, length)
      if (count === 0) break
      length += count
      budget.checkTime()
    }
    return length
  }

  #readOn(source: ScanObject['source'], offset: number): number {
    if (source.readInto !== undefined) {
      return source.readInto(this.#buffer.subarray(offset, offset + maxRead), offset)
    }
    const chunk = source.read(offset, maxRead)
    this.#buffer.set(chunk, offset)
    return chunk.length
  }

  #grow(least: number): void {
    const factor = this.#buffer.length < keptBytes ? 4 : 2
    const larger = Buffer.allocUnsafeSlow(Math.max(least, this.#buffer.length * factor))
    larger.set(this.#buffer)
    this.#buffer = larger
  }
}
