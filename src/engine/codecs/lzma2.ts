// LZMA2: LZMA in chunks of at most 2 MiB, some of them stored, each saying what it resets (the XZ file format 1.2.0 names
// the filter; the chunks are those of Lzma2Dec.c of the LZMA SDK and of "lzma2" in the Linux kernel's xz_dec_lzma2.c).

import type { ByteSource } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'
import { History } from './history.ts'
import { InputBuffer } from './input-buffer.ts'
import { LzmaCore, lzmaPropsOf } from './lzma-core.ts'

const stepBytes = 64 * 1024
const overshoot = 288
const cutOff = 'the LZMA2 data end early'

/** The dictionary size that the filter's one byte of properties stands for; undefined: none. */
export function lzma2DictionarySize(byte: number): number | undefined {
  if (byte > 40) return undefined
  return byte === 40 ? 0xffffffff : (2 | (byte & 1)) * 2 ** ((byte >> 1) + 11)
}

export class Lzma2 implements Codec {
  readonly #input: InputBuffer
  readonly #start: number
  readonly #history: History
  readonly #core: LzmaCore
  #isDone = false
  #fault: string | undefined
  /** Bytes that the chunk still gives. */
  #left = 0
  #isStored = false
  #chunkEnd = 0
  #hasDictionary = false
  #hasProps = false
  #hasState = false

  /** Decodes the chunks from `start` to the end mark, never past `end`. */
  constructor(input: ByteSource, start: number, end: number, dictSize: number) {
    this.#input = new InputBuffer(input, start, end)
    this.#start = start
    this.#history = new History(dictSize)
    this.#core = new LzmaCore(this.#input, this.#history, dictSize)
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

  read(out: Uint8Array): number {
    while (this.#history.pending === 0 && !this.#isDone) {
      if (this.#left === 0) this.#beginChunk()
      else if (this.#isStored) this.#copy()
      else this.#decode()
    }
    const count = this.#history.take(out)
    if (count > 0) return count
    if (this.#input.thrown !== undefined) throw this.#input.thrown
    this.#history.close()
    return 0
  }

  #stop(fault: string): void {
    if (this.#input.thrown === undefined) this.#fault ??= fault
    this.#isDone = true
  }

  #beginChunk(): void {
    const input = this.#input
    if (!input.has(1)) return this.#stop(cutOff)
    const control = input.bytes[input.at++]!
    if (control === 0) {
      this.#isDone = true
      return
    }
    if (control === 1 || control >= 0xe0) {
      this.#core.resetDictionary()
      this.#hasDictionary = true
    }
    if (!this.#hasDictionary) return this.#stop('the LZMA2 data do not begin with a new dictionary')
    if (control < 0x80) this.#beginStored(control)
    else this.#beginPacked(control)
  }

  #beginStored(control: number): void {
    const input = this.#input
    if (control > 2) return this.#stop('an LZMA2 chunk is of an unknown kind')
    if (!input.has(2)) return this.#stop(cutOff)
    this.#left = ((input.bytes[input.at]! << 8) | input.bytes[input.at + 1]!) + 1
    input.at += 2
    this.#isStored = true
  }

  #beginPacked(control: number): void {
    const input = this.#input
    const reset = (control >> 5) & 3
    if (!input.has(reset >= 2 ? 5 : 4)) return this.#stop(cutOff)
    const { bytes, at } = input
    this.#left = (((control & 0x1f) << 16) | (bytes[at]! << 8) | bytes[at + 1]!) + 1
    const packed = ((bytes[at + 2]! << 8) | bytes[at + 3]!) + 1
    input.at += 4
    if (reset >= 2) {
      const props = lzmaPropsOf(bytes[input.at++]!)
      if (props === undefined || props.lc + props.lp > 4) return this.#stop('the LZMA2 properties are wrong')
      this.#core.setProps(props)
      this.#hasProps = true
    }
    if (!this.#hasProps) return this.#stop('the LZMA2 data have no properties')
    if (reset >= 1) {
      this.#core.resetState()
      this.#hasState = true
    }
    if (!this.#hasState) return this.#stop('the LZMA2 data do not begin with a new state')
    this.#isStored = false
    this.#chunkEnd = input.offset + packed
    this.#core.beginRange()
    if (this.#core.fault !== undefined || input.thrown !== undefined) this.#isDone = true
  }

  #copy(): void {
    const history = this.#history
    const count = Math.min(this.#left, stepBytes)
    history.makeRoom(count)
    const got = this.#input.copyTo(history.buffer.subarray(history.at, history.at + count))
    history.at += got
    this.#left -= got
    if (got < count) this.#stop(cutOff)
  }

  #decode(): void {
    const history = this.#history
    const core = this.#core
    const step = Math.min(stepBytes, this.#left)
    history.makeRoom(step + overshoot)
    const before = history.at
    core.decode(step, Math.min(this.#left, step + overshoot))
    this.#left -= history.at - before
    if (core.fault !== undefined || this.#input.thrown !== undefined) this.#isDone = true
    else if (core.isMarked) this.#stop('an LZMA2 chunk has an end marker')
    else if (this.#left === 0) {
      core.endRange()
      if (this.#input.offset !== this.#chunkEnd) this.#stop('an LZMA2 chunk is not as long as it says')
    }
  }
}
