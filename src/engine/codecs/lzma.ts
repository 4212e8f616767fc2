// One raw LZMA stream, as lzma, lzip, zip, 7z, egg and UPX hold it, each with its own header in front.

import type { ByteSource } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'
import { History } from './history.ts'
import { InputBuffer } from './input-buffer.ts'
import { LzmaCore, type LzmaProps } from './lzma-core.ts'

const stepBytes = 64 * 1024
const smallestDictionary = 4096
/** A match may be longer than what is left of a step. */
const overshoot = 288

export interface LzmaOptions extends LzmaProps {
  readonly dictSize: number
  /** Without it an end marker is due. */
  readonly unpackedSize?: number | undefined
}

export class Lzma implements Codec {
  readonly #input: InputBuffer
  readonly #start: number
  readonly #history: History
  readonly #core: LzmaCore
  readonly #unpackedSize: number | undefined
  #written = 0
  #isDone = false
  #fault: string | undefined

  /** Decodes the bytes from `start`, where the range coder begins, never past `end`. */
  constructor(input: ByteSource, start: number, end: number, options: LzmaOptions) {
    const dictSize = Math.max(smallestDictionary, options.dictSize)
    this.#input = new InputBuffer(input, start, end)
    this.#start = start
    this.#history = new History(dictSize)
    this.#core = new LzmaCore(this.#input, this.#history, dictSize)
    this.#unpackedSize = options.unpackedSize
    this.#core.setProps(options)
    this.#core.resetState()
    this.#core.beginRange()
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault ?? this.#core.fault
  }

  get isUnsupported(): boolean {
    return this.#core.isUnsupported
  }

  /** The stream ended with a marker. */
  get isMarked(): boolean {
    return this.#core.isMarked
  }

  read(out: Uint8Array): number {
    while (this.#history.pending === 0 && !this.#isDone) this.#decode()
    const count = this.#history.take(out)
    if (count > 0) return count
    if (this.#input.thrown !== undefined) throw this.#input.thrown
    this.#history.close()
    return 0
  }

  #decode(): void {
    const core = this.#core
    if (this.#written === this.#unpackedSize) return this.#endAtSize()
    const left = (this.#unpackedSize ?? Number.POSITIVE_INFINITY) - this.#written
    const step = Math.min(stepBytes, left)
    this.#history.makeRoom(step + overshoot)
    const before = this.#history.at
    core.decode(step, Math.min(left, step + overshoot))
    this.#written += this.#history.at - before
    if (core.isMarked || core.fault !== undefined || this.#input.thrown !== undefined) this.#end()
  }

  #end(): void {
    this.#isDone = true
    if (this.#core.fault !== undefined || this.#input.thrown !== undefined) return
    this.#core.endRange()
    if (this.#unpackedSize !== undefined && this.#written < this.#unpackedSize) {
      this.#fault = 'the LZMA data end before their length'
    }
  }

  /** A marker may follow although the size is known. What else follows is nobody's. */
  #endAtSize(): void {
    this.#isDone = true
    if (this.#core.endRange() || this.#input.thrown !== undefined) return
    this.#history.makeRoom(overshoot)
    this.#core.readMarker()
  }
}
