// How Office binary documents use RC4: with a new key for each block of the stream ([MS-OFFCRYPTO] 2.3.5, 2.3.6).

import { Rc4 } from '../../codecs/rc4.ts'

/** The key stream at any position, block by block; cheap as long as positions go forward. */
export class Rc4Blocks {
  readonly #blockBytes: number
  readonly #keyOf: (block: number) => Uint8Array
  #cipher: Rc4 | undefined
  #position = 0

  constructor(blockBytes: number, keyOf: (block: number) => Uint8Array) {
    this.#blockBytes = blockBytes
    this.#keyOf = keyOf
  }

  /** The byte of the key stream for a byte of the stream. */
  at(position: number): number {
    const block = Math.floor(position / this.#blockBytes)
    const isSame = this.#cipher !== undefined && block === Math.floor(this.#position / this.#blockBytes)
    if (!isSame || position < this.#position) {
      this.#cipher = new Rc4(this.#keyOf(block))
      this.#position = block * this.#blockBytes
    }
    const cipher = this.#cipher!
    while (this.#position < position) {
      cipher.next()
      this.#position++
    }
    // The next byte may belong to the next block: then the position alone tells.
    this.#position++
    const byte = cipher.next()
    if (this.#position % this.#blockBytes === 0) this.#cipher = undefined
    return byte
  }
}
