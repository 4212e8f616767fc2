// One brotli stream (RFC 7932), decoded by node:zlib in one piece: it has no decoder that can be suspended, and our own
// would need the 120 KB dictionary. So input and output are bounded here.

import { brotliDecompressSync, constants } from 'node:zlib'

import { type ByteSource, maxRead } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'

const mostInput = 16 * 1024 * 1024
const mostOutput = 32 * 1024 * 1024
/** How closely the place of a damage is looked for: each step decodes once more. */
const searchSteps = 10
const flush = constants.BROTLI_OPERATION_FLUSH
const finish = constants.BROTLI_OPERATION_FINISH

interface Decoded {
  readonly bytes: Uint8Array
  readonly consumed: number
}

export class Brotli implements Codec {
  readonly #source: ByteSource
  readonly #start: number
  readonly #end: number
  #bytes: Uint8Array | undefined
  #at = 0
  #consumed = 0
  #fault: string | undefined
  #isUnsupported = false

  /** Decodes the stream from `start`, never past `end`. */
  constructor(source: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.#start = start
    this.#end = end
  }

  /** All of it as soon as the first byte was delivered. */
  get consumed(): number {
    return this.#consumed
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  read(out: Uint8Array): number {
    this.#bytes ??= this.#decode()
    const count = Math.min(out.length, this.#bytes.length - this.#at)
    out.set(this.#bytes.subarray(this.#at, this.#at + count))
    this.#at += count
    if (count === 0) this.#bytes = new Uint8Array(0)
    return count
  }

  #decode(): Uint8Array {
    const input = this.#input()
    const whole = attempt(input, finish)
    if (typeof whole !== 'string') {
      this.#consumed = whole.consumed
      return whole.bytes
    }
    this.#isUnsupported = whole === 'ERR_BUFFER_TOO_LARGE' || input.length === mostInput
    this.#fault = this.#isUnsupported
      ? 'the brotli data are larger than supported'
      : 'the brotli data are damaged'
    const part = longestPart(input)
    this.#consumed = part.consumed
    return part.bytes
  }

  #input(): Uint8Array {
    const parts: Buffer[] = []
    let length = 0
    for (;;) {
      const wanted = Math.min(maxRead, mostInput - length, this.#end - this.#start - length)
      const view = wanted > 0 ? this.#source.read(this.#start + length, wanted) : new Uint8Array(0)
      if (view.length === 0) return Buffer.concat(parts, length)
      parts.push(Buffer.from(view))
      length += view.length
    }
  }
}

/** What is decoded, or the code of the error. */
function attempt(input: Uint8Array, finishFlush: number): Decoded | string {
  const options = { finishFlush, maxOutputLength: mostOutput, info: true }
  try {
    const result: unknown = brotliDecompressSync(input, options)
    // With `info` the result is both, which the types do not tell.
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } }
    return { bytes: buffer, consumed: engine.bytesWritten }
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'ERR'
  }
}

/** The longest beginning of the input that decodes, as far as a few attempts find it. */
function longestPart(input: Uint8Array): Decoded {
  let best: Decoded = { bytes: new Uint8Array(0), consumed: 0 }
  let [from, to] = [0, input.length + 1]
  for (let step = 0; step < searchSteps && to - from > 1; step++) {
    const middle = step === 0 ? input.length : (from + to) >> 1
    const part = attempt(input.subarray(0, middle), flush)
    if (typeof part === 'string') to = middle
    else [best, from] = [part, middle]
  }
  return best
}
