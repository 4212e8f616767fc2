// RC4 (RFC 6229 has its key streams), which OpenSSL keeps in a provider that is not loaded.

export class Rc4 {
  readonly #state = new Uint8Array(256)
  #i = 0
  #j = 0

  /** An empty key mixes nothing. */
  constructor(key: Uint8Array) {
    const state = this.#state
    for (let i = 0; i < 256; i++) state[i] = i
    if (key.length === 0) return
    for (let i = 0, j = 0; i < 256; i++) {
      const byte = state[i]!
      j = (j + byte + key[i % key.length]!) & 255
      state[i] = state[j]!
      state[j] = byte
    }
  }

  /** Encrypts or decrypts `from` to the beginning of `to`, which may be the same. */
  apply(from: Uint8Array, to: Uint8Array = from): void {
    const state = this.#state
    let i = this.#i
    let j = this.#j
    for (let at = 0; at < from.length; at++) {
      i = (i + 1) & 255
      const a = state[i]!
      j = (j + a) & 255
      const b = state[j]!
      state[i] = b
      state[j] = a
      to[at] = from[at]! ^ state[(a + b) & 255]!
    }
    this.#i = i
    this.#j = j
  }

  /** The next byte of the key stream. */
  next(): number {
    const state = this.#state
    this.#i = (this.#i + 1) & 255
    const a = state[this.#i]!
    this.#j = (this.#j + a) & 255
    const b = state[this.#j]!
    state[this.#i] = b
    state[this.#j] = a
    return state[(a + b) & 255]!
  }
}
