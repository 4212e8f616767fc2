// The bzip2 of alz: the blocks are those of bzip2, but the stream has no header and no checksums, blocks begin with
// `DLZ 1` and the end is `DLZ 2`, and there is no randomised bit (as in the source of unalz).

import { Bzip2Block } from '../../codecs/bzip2-block.ts'
import type { Codec } from '../../codecs/codec.ts'
import { MsbReader } from '../../codecs/msb-reader.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const magic = 0x444c5a
const typeBlock = 1
const typeEnd = 2
const blockBytes = 900_000
const cutOff = 'the bzip2 data end early'

export class AlzBzip2 implements Codec {
  readonly #input: MsbReader
  readonly #start: number
  #block: Bzip2Block | undefined
  #fault: string | undefined
  #isDone = false
  #left = 0
  #position = 0
  #last = -1
  #run = 0
  #repeat = 0

  constructor(input: ByteSource, start: number, end: number) {
    this.#input = new MsbReader(input, start, end)
    this.#start = start
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#left > 0 || this.#repeat > 0 ? this.#write(out) : 0
      if (count > 0) return count
      if (this.#isDone || !this.#beginBlock()) break
    }
    this.#block = undefined
    if (this.#input.thrown !== undefined) throw this.#input.thrown
    return 0
  }

  #stop(fault?: string): false {
    if (this.#input.thrown === undefined) this.#fault = fault
    this.#isDone = true
    return false
  }

  #beginBlock(): boolean {
    const input = this.#input
    const found = input.take(24)
    const type = input.take(8)
    if (input.isOverrun) return this.#stop(cutOff)
    if (found !== magic) return this.#stop('a bzip2 block does not begin as one')
    if (type === typeEnd) return this.#stop()
    if (type !== typeBlock) return this.#stop('a bzip2 block does not begin as one')
    this.#block ??= new Bzip2Block()
    const fault = this.#block.read(input, blockBytes)
    if (input.isOverrun) return this.#stop(cutOff)
    if (fault !== undefined) return this.#stop(fault)
    this.#left = this.#block.length
    this.#position = this.#block.first
    this.#last = -1
    this.#run = 0
    return true
  }

  /** Undoes the run lengths: four equal bytes are followed by a count of more. */
  #write(out: Uint8Array): number {
    const next = this.#block?.next
    if (next === undefined) return 0
    let to = 0
    while (to < out.length) {
      if (this.#repeat > 0) {
        const stop = Math.min(out.length, to + this.#repeat)
        out.fill(this.#last, to, stop)
        this.#repeat -= stop - to
        to = stop
        continue
      }
      if (this.#left === 0) break
      this.#left--
      const entry = next[this.#position] ?? 0
      this.#position = entry >>> 8
      const byte = entry & 0xff
      if (this.#run === 4) {
        this.#repeat = byte
        this.#run = 0
        continue
      }
      this.#run = byte === this.#last ? this.#run + 1 : 1
      this.#last = byte
      out[to++] = byte
    }
    return to
  }
}
