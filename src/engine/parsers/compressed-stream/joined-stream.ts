// The content of a compressed file as its own tool gives it: all its streams, one after the other.

import type { Codec } from '../../codecs/codec.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

/** Opens what begins at `at`, or undefined: nothing of the kind does. */
export type OpenStream = (source: ByteSource, at: number) => Codec | undefined

/** What was learned on the way; the same in every run of the decoder. */
export interface JoinedReport {
  /** Behind the last stream; undefined until the end was reached. */
  end: number | undefined
  fault(message: string, isUnsupported: boolean): void
}

export interface JoinedKind {
  readonly open: OpenStream
  /** Where the next stream begins, if padding may stand before it. */
  readonly skipPadding?: (source: ByteSource, at: number) => number
}

export class JoinedStream implements Decoder {
  readonly #source: ByteSource
  readonly #kind: JoinedKind
  readonly #report: JoinedReport
  /** Where the current stream begins. */
  #at = 0
  #codec: Codec | undefined
  #isAtEnd = false

  constructor(source: ByteSource, kind: JoinedKind, report: JoinedReport) {
    this.#source = source
    this.#kind = kind
    this.#report = report
    this.#codec = kind.open(source, 0)
  }

  get consumed(): number {
    return this.#at + (this.#codec?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    while (this.#codec !== undefined) {
      const count = this.#codec.read(out)
      if (count > 0) return count
      this.#next(this.#codec)
    }
    if (!this.#isAtEnd) this.#report.end = this.#at
    this.#isAtEnd = true
    return 0
  }

  #next(codec: Codec): void {
    const { fault, consumed } = codec
    if (fault !== undefined) this.#report.fault(fault, codec.isUnsupported === true)
    this.#at += consumed
    this.#codec = undefined
    if (codec.isUnsupported === true) return
    const start = this.#kind.skipPadding?.(this.#source, this.#at) ?? this.#at
    // A stream that used nothing would be opened for ever.
    this.#codec = consumed > 0 ? this.#kind.open(this.#source, start) : undefined
    if (this.#codec !== undefined) this.#at = start
  }
}
