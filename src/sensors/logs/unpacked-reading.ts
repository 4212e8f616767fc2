// Reads what is left of a generation from its compressed copy, as much at a time as the stream has ready: the content
// can be far larger than memory, and nobody waits for it.

import { type Generation, headMaxBytes, type LineListener } from './generation.ts'
import type { Unpacked } from './decompress.ts'
import { lineMaxBytes, splitLines, type SplitCounts } from './split.ts'

/** Not more is taken from the stream before it is told. */
const maxAheadBytes = 2 * lineMaxBytes

export class UnpackedReading {
  readonly generation: Generation
  readonly path: string
  readonly #unpacked: Unpacked
  #toSkip: number
  #rest: Buffer = Buffer.alloc(0)
  #ended = false
  /** Why it cannot be read to its end; empty when it can. */
  fault = ''

  constructor(generation: Generation, path: string, unpacked: Unpacked) {
    this.generation = generation
    this.path = path
    this.#unpacked = unpacked
    this.#toSkip = generation.offset
    unpacked.stream.on('end', () => (this.#ended = true))
    unpacked.stream.on('error', (error) => {
      this.fault = error.message
      this.#ended = true
    })
    // A listener for it makes the stream read ahead, in its bounds, and keep what it has for `read`.
    unpacked.stream.on('readable', () => undefined)
  }

  /** Tells what is there; `wait` when nothing is, `done` after the last line. */
  read(listener: LineListener, counts: SplitCounts): 'more' | 'wait' | 'done' {
    const part = this.#rest.length < maxAheadBytes ? (this.#unpacked.stream.read() as Buffer | null) : null
    if (part !== null) this.#take(part)
    if (!this.generation.recorded) return 'more'
    const used = splitLines(this.#rest, 0, this.generation, {
      counts,
      sink: {
        line: (text, offset, mark) => listener.line(this.generation, text, { offset, mark }),
        enough: () => listener.enough(),
      },
    })
    this.#rest = this.#rest.subarray(used)
    if (this.#rest.includes(10)) return 'more'
    if (!this.#ended) return part === null ? 'wait' : 'more'
    this.#tellRest(listener, counts)
    this.close()
    return 'done'
  }

  close(): void {
    this.#unpacked.close()
  }

  #take(part: Buffer): void {
    const skipped = Math.min(this.#toSkip, part.length)
    this.#toSkip -= skipped
    const { generation } = this
    if (
      generation.head.length < headMaxBytes &&
      generation.offset + this.#rest.length === generation.head.length
    ) {
      generation.head = Buffer.concat([generation.head, part.subarray(skipped)]).subarray(0, headMaxBytes)
    }
    this.#rest =
      this.#rest.length === 0 ? part.subarray(skipped) : Buffer.concat([this.#rest, part.subarray(skipped)])
  }

  #tellRest(listener: LineListener, counts: SplitCounts): void {
    const rest = this.#rest
    if (rest.length === 0 || this.generation.skipping) return
    counts.lines++
    const mark = this.generation.midLine ? 'continued' : 'partial'
    listener.line(this.generation, rest.toString('utf8'), { offset: this.generation.offset, mark })
    this.generation.offset += rest.length
    this.#rest = Buffer.alloc(0)
  }
}
