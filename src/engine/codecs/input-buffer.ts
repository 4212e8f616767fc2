// The input side of the decoders: bytes of a ByteSource in a buffer of its own, with zeros behind the last ones, so
// that inner loops look at the end once a symbol and not once a byte.

import type { ByteSource } from '../source/byte-source.ts'

const bufferBytes = 64 * 1024
/** Zeros behind the real bytes: how far an inner loop may read past `end` before it looks. */
const inputMargin = 64

export class InputBuffer {
  readonly #source: ByteSource
  readonly #stop: number
  /** The offset in the source of the byte that would stand at `end`. */
  #next: number
  #isLast = false
  readonly bytes: Uint8Array
  /** The next byte to take. */
  at = 0
  /** Behind the last real byte in `bytes`. */
  end = 0
  /** What the input threw, kept so that bytes already decoded are not lost. */
  thrown: Error | undefined

  constructor(source: ByteSource, start: number, stop = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.#next = start
    this.#stop = stop
    this.bytes = new Uint8Array(Math.max(0, Math.min(bufferBytes, stop - start)) + inputMargin)
  }

  /** The offset in the source of the byte at `at`; never behind the end of the input. */
  get offset(): number {
    return this.#next - Math.max(0, this.end - this.at)
  }

  /** Inner loops may go on while `at` is at most this; then they `fill`. At the end of the input it is `end`. */
  get limit(): number {
    return this.#isLast ? this.end : this.end - inputMargin
  }

  /** An inner loop took more bytes than there are. */
  get isOverrun(): boolean {
    return this.at > this.end
  }

  /** Bytes that can be taken without another `fill`. */
  get ready(): number {
    return this.end - this.at
  }

  /** Moves what is left to the front and reads on. */
  fill(): void {
    if (this.#isLast) return
    const { bytes } = this
    bytes.copyWithin(0, this.at, this.end)
    this.end -= this.at
    this.at = 0
    const room = bytes.length - inputMargin - this.end
    const wanted = Math.min(room, this.#stop - this.#next)
    let count = 0
    try {
      if (wanted > 0) {
        const view = this.#source.read(this.#next, wanted)
        count = view.length
        bytes.set(view, this.end)
      }
    } catch (thrown) {
      this.thrown = thrown instanceof Error ? thrown : new Error(String(thrown))
    }
    this.#next += count
    this.#isLast = count < wanted || this.#next >= this.#stop
    this.end += count
    bytes.fill(0, this.end, this.end + inputMargin)
  }

  /** Makes `count` bytes (at most 32 KiB) available; false: there are fewer. */
  has(count: number): boolean {
    if (this.end - this.at < count) this.fill()
    return this.end - this.at >= count
  }

  /** Passes over up to `count` bytes, of which some may be ready; returns how many. 0 is the end of the input. */
  skip(count: number): number {
    const passed = this.has(1) ? Math.min(count, this.ready) : 0
    this.at += passed
    return passed
  }

  /** Copies up to `out.length` bytes; fewer only at the end of the input. */
  copyTo(out: Uint8Array): number {
    let done = 0
    while (done < out.length && this.has(1)) {
      const count = Math.min(out.length - done, this.end - this.at)
      out.set(this.bytes.subarray(this.at, this.at + count), done)
      this.at += count
      done += count
    }
    return done
  }
}
