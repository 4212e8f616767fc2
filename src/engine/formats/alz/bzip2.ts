// The bzip2 of alz: the blocks are those of bzip2, but the stream has no header and no checksums, blocks begin with
// `DLZ 1` and the end is `DLZ 2`, and there is no randomised bit (as in the source of unalz).

import { Bzip2Block } from '../../codecs/bzip2-block.ts'
import { Bzip2Runs } from '../../codecs/bzip2-runs.ts'
import { InputCodec } from '../../codecs/input-codec.ts'
import { MsbReader } from '../../codecs/msb-reader.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const magic = 0x444c5a
const typeBlock = 1
const typeEnd = 2
const blockBytes = 900_000
const cutOff = 'the bzip2 data end early'

export class AlzBzip2 extends InputCodec<MsbReader> {
  #block: Bzip2Block | undefined
  readonly #runs = new Bzip2Runs()

  constructor(input: ByteSource, start: number, end: number) {
    super(new MsbReader(input, start, end), start)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const count = this.#runs.write(out)
      if (count > 0) return count
      if (this.isDone) break
      this.#beginBlock()
    }
    this.#block = undefined
    if (this.input.thrown !== undefined) throw this.input.thrown
    return 0
  }

  #beginBlock(): void {
    const { input } = this
    const found = input.take(24)
    const type = input.take(8)
    if (input.isOverrun) return this.stop(cutOff)
    if (found === magic && type === typeEnd) {
      this.isDone = true
      return
    }
    if (found !== magic || type !== typeBlock) return this.stop('a bzip2 block does not begin as one')
    this.#block ??= new Bzip2Block()
    const fault = this.#block.read(input, blockBytes)
    if (input.isOverrun) return this.stop(cutOff)
    if (fault !== undefined) return this.stop(fault)
    this.#runs.begin(this.#block, false)
  }
}
