// RC4, which OpenSSL no longer offers, and the way in which Office binary documents use it: a new key for each block of
// the stream ([MS-OFFCRYPTO] 2.3.5, 2.3.6).

export class Rc4 {
  readonly #state = new Uint8Array(256)
  #i = 0
  #j = 0

  constructor(key: Uint8Array) {
    const state = this.#state
    for (let at = 0; at < 256; at++) state[at] = at
    for (let at = 0, j = 0; at < 256; at++) {
      j = (j + state[at]! + key[at % key.length]!) & 255
      this.#swap(at, j)
    }
  }

  /** Decrypts, or encrypts, in place. */
  apply(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) bytes[at]! ^= this.next()
  }

  next(): number {
    const state = this.#state
    this.#i = (this.#i + 1) & 255
    this.#j = (this.#j + state[this.#i]!) & 255
    this.#swap(this.#i, this.#j)
    return state[(state[this.#i]! + state[this.#j]!) & 255]!
  }

  #swap(a: number, b: number): void {
    const state = this.#state
    const kept = state[a]!
    state[a] = state[b]!
    state[b] = kept
  }
}

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
