// The bytes of a block of bzip2: the sorted list is followed, and run lengths are undone: four equal bytes are followed by
// a count of more.

import type { Bzip2Block } from './bzip2-block.ts'
import { randomDistances } from './bzip2-random.ts'

const none = new Uint32Array(0)

export class Bzip2Runs {
  #next: Uint32Array = none
  #left = 0
  #position = 0
  #last = -1
  #run = 0
  #repeat = 0
  #isRandomised = false
  #randomAt = 0
  #randomLeft = 0

  /** Begins with a block that was read, whose list must stay as it is until all was written. */
  begin(block: Bzip2Block, isRandomised: boolean): void {
    this.#next = block.next
    this.#left = block.length
    this.#position = block.first
    this.#last = -1
    this.#run = 0
    this.#repeat = 0
    this.#isRandomised = isRandomised
    this.#randomAt = 0
    this.#randomLeft = randomDistances[0]!
  }

  /** Fills `out` as far as there is something; 0 is the end of the block. */
  write(out: Uint8Array): number {
    if (this.#left === 0 && this.#repeat === 0) {
      // The memory of a block is large.
      this.#next = none
      return 0
    }
    const next = this.#next
    const end = out.length
    const isRandomised = this.#isRandomised
    let to = 0
    let left = this.#left
    let position = this.#position
    let last = this.#last
    let run = this.#run
    let repeat = this.#repeat
    while (to < end) {
      if (repeat > 0) {
        const stop = Math.min(end, to + repeat)
        repeat -= stop - to
        out.fill(last, to, stop)
        to = stop
        continue
      }
      if (left === 0) break
      left--
      const entry = next[position]!
      position = entry >>> 8
      let byte = entry & 0xff
      if (isRandomised) byte ^= this.#randomBit()
      if (run === 4) {
        repeat = byte
        run = 0
        // What follows the count begins a new run, also if it is the same byte.
        continue
      }
      if (byte === last) run++
      else {
        last = byte
        run = 1
      }
      out[to++] = byte
    }
    this.#left = left
    this.#position = position
    this.#last = last
    this.#run = run
    this.#repeat = repeat
    return to
  }

  #randomBit(): number {
    if (--this.#randomLeft > 0) return this.#randomLeft === 1 ? 1 : 0
    this.#randomAt = (this.#randomAt + 1) & 511
    this.#randomLeft = randomDistances[this.#randomAt]!
    return this.#randomLeft === 1 ? 1 : 0
  }
}
